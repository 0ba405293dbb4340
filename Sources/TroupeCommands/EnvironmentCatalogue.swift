import Cluster
import RL

/// The environments that a program was built with.
struct EnvironmentCatalogue: Sendable {
  let types: [any Environment.Type]

  var names: [String] { types.map { $0.name } }

  /// The environment of that name.
  ///
  /// - Throws: a usage failure that suggests the nearest name and lists all.
  func environment(
    named name: String, source: OptionSource = .flag
  ) throws(RoleFailure) -> any Environment.Type {
    if let type = types.first(where: { $0.name == name }) { return type }
    let problem =
      "unknown environment \(OptionText.shown(name))"
      + Suggestion.phrase(for: name, among: names, orElse: ";")
      + " this program has: \(names.sorted().joined(separator: ", "))"
    switch source {
    case .file(let path, let line), .resumedRun(let path, let line):
      throw RoleFailure(.badData, "\(path), line \(line): \(problem)")
    case .flag, .variable, .preset, .implied, .fallback: throw RoleFailure(.usage, problem)
    }
  }
}

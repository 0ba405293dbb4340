import Cluster
import Gymnasium
import Logging
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
    case .policy(let path): throw RoleFailure(.badData, "\(path): \(problem)")
    case .flag, .variable, .preset, .implied, .fallback: throw RoleFailure(.usage, problem)
    }
  }

  /// What a run needs to know of the environment of that name, which may be Gymnasium's. Only one that
  /// `plays` has lanes then.
  func specification(
    named name: String, source: OptionSource = .flag, hosting: GymnasiumHosting, plays: Bool
  ) throws(RoleFailure) -> EnvironmentSpecification {
    if let found = try gymnasium(named: name, hosting, plays: plays, warn: { Self.warn($0) }) {
      return found
    }
    return EnvironmentSpecification(try environment(named: name, source: source))
  }

  /// How an actor finds the environment that its learner trains.
  func lookup(
    _ hosting: GymnasiumHosting, latency: StepLatency, logger: Logger
  ) -> EnvironmentLookup {
    { name throws(RoleFailure) in
      try requireNoLatency(latency, of: name)
      let warn: @Sendable (String) -> Void = { logger.warning("\($0)") }
      if let found = try gymnasium(named: name, hosting, plays: true, warn: warn) { return found }
      guard let type = types.first(where: { $0.name == name }) else {
        throw RoleFailure(
          .badData, "the learner trains \(name), an environment this program does not have")
      }
      return EnvironmentSpecification(type).delayed(by: latency)
    }
  }

  private func requireNoLatency(_ latency: StepLatency, of name: String) throws(RoleFailure) {
    guard latency.duration > .zero, name.hasPrefix(GymnasiumEnvironment.prefix) else { return }
    throw RoleFailure(
      .usage, "--step-latency must be 0 for \(name), whose steps take their own time")
  }

  private func gymnasium(
    named name: String, _ hosting: GymnasiumHosting, plays: Bool,
    warn: @escaping @Sendable (String) -> Void
  ) throws(RoleFailure) -> EnvironmentSpecification? {
    do throws(GymnasiumError) {
      return try GymnasiumEnvironment(name: name)?.specification(hosting, plays: plays, warn: warn)
    } catch {
      switch error {
      case .usage(let text): throw RoleFailure(.usage, text)
      case .unavailable(let text): throw RoleFailure(.unavailable, text)
      case .unsupported(let text): throw RoleFailure(.badData, text)
      }
    }
  }

  private static func warn(_ text: String) {
    StandardStream.error.write("troupe: warning: \(text)\n")
  }
}

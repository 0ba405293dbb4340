internal import Wire

/// Which Gymnasium environment is meant, as it determines a run: everything that `gymnasium.make` is told.
///
/// Its ``name`` is what a run records and what a learner tells its actors:
/// `gymnasium:LunarLander-v3?gravity=-9.8&import=mypackage`.
package struct GymnasiumEnvironment: Hashable, Sendable {
  package static let prefix = "gymnasium:"

  /// As registered, such as `LunarLander-v3`.
  package let identifier: String
  /// Keyword arguments of `gymnasium.make`, in ascending order of their names; each value is JSON.
  package let arguments: [Argument]
  /// Modules to import first, which register environments.
  package let imports: [String]

  package struct Argument: Hashable, Sendable {
    package let name: String
    package let json: String
  }

  /// `arguments` are of the form `name=value`, where a value that is no JSON is a text.
  ///
  /// - Throws: ``GymnasiumError/usage(_:)``.
  package init(
    identifier: String, arguments: [String], imports: [String]
  ) throws(GymnasiumError) {
    guard !identifier.isEmpty else {
      throw .usage("gymnasium: needs the name of an environment, such as gymnasium:CartPole-v1")
    }
    var parsed: [Argument] = []
    for text in arguments {
      guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
        throw .usage("env-arg is \(text), but must be of the form name=value")
      }
      let (name, value) = (String(text[..<equals]), String(text[text.index(after: equals)...]))
      guard !parsed.contains(where: { $0.name == name }) else {
        throw .usage("env-arg gives \(name) more than once")
      }
      let isJSON = (try? JSONValue(parsing: Array(value.utf8))) != nil
      parsed.append(Argument(name: name, json: isJSON ? value : JSONValue.quoted(value)))
    }
    self.identifier = identifier
    self.arguments = parsed.sorted { $0.name < $1.name }
    self.imports = imports
  }

  /// The environment that ``name`` stands for; nil for a name without ``prefix``.
  package init?(name: String) throws(GymnasiumError) {
    guard name.hasPrefix(Self.prefix) else { return nil }
    let parts = name.dropFirst(Self.prefix.count).split(
      separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var (arguments, imports): ([String], [String]) = ([], [])
    for item in parts.count > 1 ? parts[1].split(separator: "&") : [] {
      let text = item.replacing("%26", with: "&").replacing("%25", with: "%")
      if text.hasPrefix("import=") {
        imports.append(String(text.dropFirst("import=".count)))
      } else {
        arguments.append(String(text))
      }
    }
    try self.init(
      identifier: parts.first.map { String($0) } ?? "", arguments: arguments, imports: imports)
  }

  package var name: String {
    let items =
      arguments.map { "\($0.name)=\($0.json)" } + imports.map { "import=\($0)" }
    guard !items.isEmpty else { return Self.prefix + identifier }
    let query = items.map { $0.replacing("%", with: "%25").replacing("&", with: "%26") }
    return Self.prefix + identifier + "?" + query.joined(separator: "&")
  }
}

/// How environments are hosted; none of it changes a trajectory.
package struct GymnasiumHosting: Hashable, Sendable {
  /// The interpreter, a name to be looked for or a path; or the directory of a virtual environment.
  package var python = "python3"
  /// After this long without an answer a Python process is taken to hang, and is replaced.
  package var patience: Duration = .seconds(60)
  package var vectorization = Vectorization.none
  package var autoreset = Autoreset.default
  /// Where a video of every episode goes, of what the environment draws; nil records none.
  package var videoFolder: String?

  package init() {}

  /// How several environments are held in one process.
  package enum Vectorization: String, Hashable, Sendable, CaseIterable {
    /// One after the other, by the single-environment API: the fastest for cheap environments.
    case none
    /// `SyncVectorEnv`.
    case sync
    /// `AsyncVectorEnv`: a process for each environment.
    case async
  }

  /// The autoreset mode of a vector environment.
  package enum Autoreset: String, Hashable, Sendable, CaseIterable {
    case `default`
    case nextStep = "next-step"
    case sameStep = "same-step"
    case disabled
  }
}

/// Why an environment cannot be had.
package enum GymnasiumError: Error, Hashable, CustomStringConvertible {
  /// What was asked for does not make sense.
  case usage(String)
  /// Something is missing on this machine.
  case unavailable(String)
  /// The environment cannot be trained.
  case unsupported(String)

  package var description: String {
    switch self {
    case .usage(let text), .unavailable(let text), .unsupported(let text): text
    }
  }
}

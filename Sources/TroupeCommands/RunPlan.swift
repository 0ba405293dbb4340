import Cluster
import FoundationEssentials
import Learning
import RL

/// What will run and where, decided without changing anything on disk.
struct RunPlan {
  enum Place: Hashable {
    /// A new directory under `runs/`.
    case new(name: String)
    /// A directory that the user named and that holds no run yet.
    case unused(path: String)
    /// A run that goes on.
    case resumed(path: String)
  }

  let place: Place
  private let runsDirectory: String
  let resolved: Resolved<RunSettings>
  let environment: EnvironmentSpecification

  /// - Throws: what is wrong with the values; or, for a run that is resumed, the first option that
  ///   determines it and was given another value.
  init(_ request: RunRequest, runsDirectory: String) throws(RoleFailure) {
    self.runsDirectory = runsDirectory
    let given = request.given.settings
    if given.resume, let path = try RunPlan.runToResume(request, in: runsDirectory) {
      let configuration = RunDirectory.configurationPath(in: path)
      let recorded = try ConfigurationFile.read(
        configuration, options: RunSettings.options,
        source: { .resumedRun(path: configuration, line: $0) })
      place = .resumed(path: path)
      resolved = try request.resolve(over: recorded)
      environment = try request.validate(resolved)
      try RunPlan.requireSameRun(resolved, as: recorded, path: path)
    } else {
      resolved = try request.resolve()
      environment = try request.validate(resolved)
      let settings = resolved.settings
      place =
        settings.runDirectory.map { .unused(path: $0) }
        ?? .new(name: "\(settings.environmentWord)-seed\(settings.seed)")
    }
  }

  /// What the run's updates estimate.
  func explanation() throws(RoleFailure) -> String {
    do throws(ConfigurationError) {
      let run = try resolved.settings.run()
      return Explanation(
        run, environment: try run.wrapped(environment),
        allowsApproximateActors: resolved.settings.allowsApproximateActors
      ).text
    } catch {
      throw resolved.failure(for: error, of: RunSettings.options)
    }
  }

  private var resumes: Bool {
    switch place {
    case .resumed: true
    case .new, .unused: false
    }
  }

  /// Makes and locks the run's directory and records the configuration there.
  func openDirectory(_ context: CommandContext) throws(RoleFailure) -> RunDirectory {
    if resolved.settings.resume, !resumes {
      context.warn("there is no run to resume, so a new one begins")
    }
    switch place {
    case .new(let name):
      let directory = try RunDirectory.create(named: name, in: runsDirectory)
      try record(in: directory)
      return directory
    case .unused(let path):
      let directory = try RunDirectory(beginning: path)
      try record(in: directory)
      return directory
    case .resumed(let path):
      let directory = try RunDirectory(resuming: path)
      let isChanged = RunSettings.options.contains {
        $0.purpose == .placing && resolved.source(of: $0.name).isGiven
      }
      if isChanged { try record(in: directory) }
      return directory
    }
  }

  /// Prints what the run would be, if that was asked for; otherwise opens the directory and hands it to a role.
  func perform(
    as command: String, _ context: CommandContext,
    _ role: (LearnerRole, consuming RunDirectory) throws -> Void
  ) throws {
    if resolved.settings.printsConfiguration {
      context.output(
        ConfigurationText.complete(
          resolved, options: RunSettings.options,
          title: "Save this as a file, and troupe \(command) --config FILE does the same."))
    } else if resolved.settings.explains {
      context.output(try explanation())
    } else {
      try withDirectory(context) { directory in
        try role(try learnerRole(in: directory), directory)
      }
    }
  }

  /// Opens the directory and hands it to a role. If the role fails before the run has begun, a directory
  /// that was made for it is removed again, so that the same command works once the cause is mended.
  func withDirectory(
    _ context: CommandContext, _ role: (consuming RunDirectory) throws -> Void
  ) throws {
    let wasThere = resolved.settings.runDirectory.map { OpenFile.exists($0) } ?? false
    let directory = try openDirectory(context)
    let path = directory.path
    do {
      try role(directory)
    } catch {
      if !resumes {
        do throws(RoleFailure) {
          try RunDirectory.withdraw(path, keepingDirectory: wasThere)
        } catch {
          context.warn("\(path) was made for this run and stays: \(error.description)")
        }
      }
      throw error
    }
  }

  private func record(in directory: borrowing RunDirectory) throws(RoleFailure) {
    let text = ConfigurationText.recorded(
      resolved, options: RunSettings.options,
      title: "What determines this run; troupe train --config reads it back.")
    let path = directory.configurationPath
    try reportingFileErrors { () throws(FileError) in try AtomicFile.write(text, to: path) }
  }

  /// The run that `--resume` means, or nil if there is none and a new one begins.
  private static func runToResume(
    _ request: RunRequest, in parent: String
  ) throws(RoleFailure) -> String? {
    if let path = request.given.settings.runDirectory {
      return RunDirectory.holdsRun(path) ? path : nil
    }
    for path in try RunDirectory.runs(in: parent) {
      let configuration = RunDirectory.configurationPath(in: path)
      var recorded = Resolved(RunSettings())
      do throws(RoleFailure) {
        let layer = try ConfigurationFile.read(
          configuration, options: RunSettings.options,
          source: { .resumedRun(path: configuration, line: $0) })
        try recorded.apply(layer, of: RunSettings.options)
      } catch {
        continue  // a run that cannot be read is not the one to go on with
      }
      let asked = request.given
      let isSame = ["environment", "seed"].allSatisfy { name in
        asked.source(of: name) == .fallback
          || RunSettings.text(of: name, in: asked.settings)
            == RunSettings.text(of: name, in: recorded.settings)
      }
      if isSame { return path }
    }
    return nil
  }

  private static func requireSameRun(
    _ resolved: Resolved<RunSettings>, as recorded: OptionLayer, path: String
  ) throws(RoleFailure) {
    var before = Resolved(RunSettings())
    try before.apply(recorded, of: RunSettings.options)
    for option in RunSettings.options where option.purpose == .run {
      let (now, then) = (option.write(resolved.settings), option.write(before.settings))
      if now != then {
        throw RoleFailure(
          .usage,
          "\(option.name) is \(now), but the run in \(path) has \(then), and a resumed run keeps "
            + "what determines it; leave \(option.name) out, or start a new run")
      }
    }
  }
}

extension RunPlan {
  /// What determines the run, its goal and its place, by name.
  var recordedOptions: [(name: String, value: String)] {
    RunSettings.options.filter { $0.purpose == .run || $0.purpose == .placing }.map {
      ($0.name, $0.write(resolved.settings))
    }
  }

  /// What the learner role needs to know.
  func learnerRole(in directory: borrowing RunDirectory) throws(RoleFailure) -> LearnerRole {
    let settings = resolved.settings
    let run: RunConfiguration
    do throws(ConfigurationError) {
      run = try settings.run()
    } catch {
      throw resolved.failure(for: error, of: RunSettings.options)
    }
    return LearnerRole(
      run: run, goal: settings.goal, bind: settings.bind ?? LearnerAddress.defaultBind,
      runDirectory: directory.path, resume: resumes, checkpointEvery: settings.checkpointEvery,
      checkpointsKept: settings.checkpointsKept,
      threads: settings.threads ?? ProcessInfo.processInfo.activeProcessorCount,
      security: try LinkSecurity(keys: settings.keys, insecure: settings.insecure),
      allowsApproximateActors: settings.allowsApproximateActors, audit: settings.audit)
  }
}

extension RunSettings {
  /// The environment's name as part of a file name: `gymnasium:ALE/Pong-v5` gives `ALE-Pong-v5`.
  fileprivate var environmentWord: String {
    let name = environment.split(separator: ":").last ?? ""
    return String((name.split(separator: "?").first ?? "").map { $0 == "/" ? "-" : $0 })
  }

  /// The text of one option's value.
  static func text(of name: String, in settings: RunSettings) -> String? {
    options.first { $0.name == name }?.write(settings)
  }
}

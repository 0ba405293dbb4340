import Cluster
import Gymnasium
import Learning
import RL

/// A run as its directory describes it. Nothing is locked: the run may go on meanwhile.
struct RecordedRun {
  let directory: String
  let settings: RunSettings
  let configuration: RunConfiguration
  let environment: EnvironmentSpecification

  /// The run in the directory `name`, or in the directory of that name under `runs`.
  ///
  /// Of the ways to host a Gymnasium environment those count that are given now, otherwise the run's own. Its
  /// environment need not be playable here unless it `plays`.
  ///
  /// - Throws: a usage failure if there is none, bad data if its configuration cannot be used.
  init(
    named name: String, in context: CommandContext,
    hosting given: Resolved<EvaluationSettings>? = nil, plays: Bool = true
  ) throws(RoleFailure) {
    directory = try Self.directory(named: name, in: context.runsDirectory)
    let path = RunDirectory.configurationPath(in: directory)
    let layer = try ConfigurationFile.read(
      path, options: RunSettings.options, source: { .resumedRun(path: path, line: $0) })
    var recorded = Resolved(RunSettings())
    try recorded.apply(layer, of: RunSettings.options)
    do throws(ConfigurationError) {
      configuration = try recorded.settings.run()
    } catch {
      throw recorded.failure(for: error, of: RunSettings.options)
    }
    settings = recorded.settings
    var hosting = settings.hosting
    if let given {
      for option in GymnasiumHosting.options where given.source(of: option.name).isGiven {
        _ = option.read(option.write(given.settings.hosting), &hosting)
      }
      hosting.videoFolder = given.settings.render
    }
    if hosting.videoFolder != nil, !configuration.environment.hasPrefix(GymnasiumEnvironment.prefix)
    {
      throw RoleFailure(
        .usage,
        "--render records what a Gymnasium environment draws, and \(configuration.environment) is none; "
          + "see troupe replay --help for how it is shown")
    }
    environment = try context.catalogue.specification(
      named: configuration.environment, source: recorded.source(of: "environment"),
      hosting: hosting, plays: plays)
  }

  private static func directory(
    named name: String, in parent: String
  ) throws(RoleFailure) -> String {
    for path in [name, "\(parent)/\(name)"] where RunDirectory.holdsRun(path) { return path }
    let runs = try RunDirectory.runs(in: parent)
    let places =
      name.contains("/") ? "it" : "it or in \(OptionText.shown("\(parent)/\(name)"))"
    throw RoleFailure(
      .usage,
      "\(OptionText.shown(name)) is no run: there is no config.yaml in \(places)"
        + Suggestion.phrase(for: name, among: runs))
  }
}

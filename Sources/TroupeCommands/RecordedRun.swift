import Cluster
import Learning
import RL

/// A run as its directory describes it. Nothing is locked: the run may go on meanwhile.
struct RecordedRun {
  let directory: String
  let settings: RunSettings
  let configuration: RunConfiguration
  let environment: any Environment.Type

  /// The run in the directory `name`, or in the directory of that name under `runs`.
  ///
  /// - Throws: a usage failure if there is none, bad data if its configuration cannot be used.
  init(named name: String, in context: CommandContext) throws(RoleFailure) {
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
    environment = try context.catalogue.environment(
      named: configuration.environment, source: recorded.source(of: "environment"))
  }

  private static func directory(
    named name: String, in parent: String
  ) throws(RoleFailure) -> String {
    for path in [name, "\(parent)/\(name)"] where RunDirectory.holdsRun(path) { return path }
    let runs = try RunDirectory.runs(in: parent)
    throw RoleFailure(
      .usage,
      "\(OptionText.shown(name)) is no run: it has no config.yaml"
        + Suggestion.phrase(for: name, among: runs))
  }
}

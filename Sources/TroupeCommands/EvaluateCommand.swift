import ArgumentParser
import Cluster
import Learning

/// `troupe evaluate`: plays a policy that was learned.
struct EvaluateCommand: ContextualCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Play the newest policy of a run and print its mean return.",
    discussion: "Example: troupe evaluate runs/cartpole-seed1 --episodes 1000 --greedy")

  @Argument(help: "Directory of the run, or its name under runs/.", completion: .directory)
  var run: String

  @OptionGroup var options: OptionArguments<EvaluationSection>

  func run(in context: CommandContext) throws {
    let table = EvaluationSettings.options
    var resolved = Resolved(EvaluationSettings())
    try resolved.apply(.variables(context.variables, of: table), of: table)
    try resolved.apply(.flags(options.given), of: table)
    let settings = resolved.settings

    let directory = try EvaluateCommand.directory(named: run, in: context.runsDirectory)
    let path = RunDirectory.configurationPath(in: directory)
    let layer = try ConfigurationFile.read(
      path, options: RunSettings.options, source: { .resumedRun(path: path, line: $0) })
    var recorded = Resolved(RunSettings())
    try recorded.apply(layer, of: RunSettings.options)
    let configuration: RunConfiguration
    do throws(ConfigurationError) {
      configuration = try recorded.settings.run()
    } catch {
      throw recorded.failure(for: error, of: RunSettings.options)
    }
    try context.roles.evaluate(
      EvaluationRequest(
        environment: try context.catalogue.environment(
          named: configuration.environment, source: recorded.source(of: "environment")),
        run: configuration, runDirectory: directory, seed: settings.seed ?? configuration.seed,
        episodes: settings.episodes, greedy: settings.greedy, logs: settings.logs,
        json: settings.json),
      context)
  }

  private static func directory(
    named name: String, in parent: String
  ) throws(RoleFailure) -> String {
    let candidates = [name, "\(parent)/\(name)"]
    for path in candidates where RunDirectory.holdsRun(path) {
      return path
    }
    let runs = try RunDirectory.runs(in: parent)
    throw RoleFailure(
      .usage,
      "\(OptionText.shown(name)) is no run: it has no config.yaml"
        + Suggestion.phrase(for: name, among: runs))
  }
}

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

    let recorded = try RecordedRun(named: run, in: context, hosting: resolved)
    try context.roles.evaluate(
      EvaluationRequest(
        environment: recorded.environment, run: recorded.configuration,
        runDirectory: recorded.directory, seed: settings.seed ?? recorded.configuration.seed,
        episodes: settings.episodes, greedy: settings.greedy, logs: settings.logs,
        json: settings.json),
      context)
  }
}

import ArgumentParser
import Cluster
import FoundationEssentials
import Learning
import Monitoring

/// `troupe evaluate`: plays a policy that was learned.
struct EvaluateCommand: ContextualCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Play a policy of a run and print what it reaches.",
    discussion: """
      Example: troupe evaluate runs/cartpole-seed1 --policy best --episodes 1000

      Mean and spread of the return, the 95 % interval of its mean (percentile bootstrap over the \
      episodes), median, worst, and mean - std, once with sampled and once with greedy actions; what a \
      search found plays greedily, as it was searched. Equal \
      runs, seeds and numbers of episodes give equal figures. A version without a checkpoint is made \
      again from the nearest one before.
      """)

  @Argument(help: "Directory of the run, or its name under runs/.", completion: .directory)
  var run: String

  @OptionGroup var options: OptionArguments<EvaluationSection>

  func run(in context: CommandContext) throws {
    let resolved = try context.evaluationSettings(of: options)
    let recorded = try RecordedRun(named: run, in: context, hosting: resolved)
    let policy = try context.policy(of: recorded, resolved.settings)
    let report = try EvaluationReport(of: policy, recorded, resolved.settings, context)
    context.output(resolved.settings.json ? report.jsonLine.text : report.text)
  }
}

extension CommandContext {
  func evaluationSettings<Section: OptionSection>(
    of options: OptionArguments<Section>
  ) throws(RoleFailure) -> Resolved<EvaluationSettings>
  where Section.Settings == EvaluationSettings {
    var resolved = Resolved(EvaluationSettings())
    try resolved.apply(.variables(variables, of: Section.options), of: Section.options)
    try resolved.apply(.flags(options.given), of: Section.options)
    return resolved
  }

  /// The policy of a run that is to be played.
  func policy(
    of run: RecordedRun, _ settings: EvaluationSettings
  ) throws(RoleFailure) -> RecordedPolicy {
    if settings.policy != .newest, run.settings.allowsApproximateActors {
      warn(
        "\(run.directory) takes approximate actors: a version without a checkpoint is not made again to the "
          + "last digit")
    }
    return try RunReplay(
      runDirectory: run.directory, run: run.configuration, environment: run.environment,
      threads: ProcessInfo.processInfo.activeProcessorCount
    ).policy(settings.policy, note: note)
  }

  /// Plays a policy of a run. Returns are by slot.
  func outcomes(
    of policy: RecordedPolicy, _ run: RecordedRun, _ settings: EvaluationSettings, greedy: Bool
  ) throws -> [EpisodeOutcome] {
    try roles.evaluate(
      EvaluationRequest(
        environment: run.environment, run: run.configuration, policy: policy,
        seed: settings.seed ?? run.configuration.seed, episodes: settings.episodes, greedy: greedy))
  }
}

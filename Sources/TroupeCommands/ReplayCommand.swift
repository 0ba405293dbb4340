import ArgumentParser
import Cluster
import FoundationEssentials
import Learning
import RL

/// `troupe replay`: plays an episode of a run again and prints its steps.
struct ReplayCommand: ContextualCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Play an episode of a run again, bit for bit, and print its steps.",
    discussion: """
      Example: troupe replay runs/cartpole-seed1 --update 12 --slot 3

      No trajectory is ever stored: version and slot, which every log line about an episode names, \
      are enough. The policy comes from the checkpoint of that version, or from the nearest one \
      before by running the updates between again.
      """)

  @Argument(help: "Directory of the run, or its name under runs/.", completion: .directory)
  var run: String

  @OptionGroup var options: OptionArguments<ReplaySection>

  func run(in context: CommandContext) throws {
    let table = ReplaySettings.options
    var resolved = Resolved(ReplaySettings())
    try resolved.apply(.variables(context.variables, of: table), of: table)
    try resolved.apply(.flags(options.given), of: table)
    let settings = resolved.settings
    guard let update = settings.update, let slot = settings.slot else {
      throw RoleFailure(
        .usage,
        "replay needs --update and --slot, which name the episode, such as --update 12 --slot 3")
    }
    let recorded = try RecordedRun(named: run, in: context)
    if recorded.settings.allowsApproximateActors {
      context.warn(
        "the run takes approximate actors: what they played is not repeated to the last digit")
    }
    let slotCount =
      settings.evaluation
      ? recorded.settings.goal.evaluationEpisodes : recorded.configuration.learner.episodesPerUpdate
    guard slot < slotCount else {
      throw RoleFailure(
        .usage,
        "--slot is \(slot), but must be 0 to \(slotCount - 1) in this run's "
          + (settings.evaluation ? "evaluations" : "updates"))
    }
    let replay = try RunReplay(
      runDirectory: recorded.directory, run: recorded.configuration,
      environment: recorded.environment,
      threads: settings.threads ?? ProcessInfo.processInfo.activeProcessorCount
    ).episode(
      version: PolicyVersion(UInt32(update)), kind: settings.evaluation ? .evaluation : .training,
      slot: slot, note: context.note)
    ReplayReport(replay).write(json: settings.json, to: context.output)
    if let fault = replay.fault { throw RoleFailure(.badData, "\(fault)") }
  }
}

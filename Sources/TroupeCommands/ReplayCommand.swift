import ArgumentParser
import Cluster
import FoundationEssentials
import Learning
import RL
import Rendering

/// `troupe replay`: plays an episode of a run again and prints its steps.
struct ReplayCommand: ContextualCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Play an episode of a run again, bit for bit, and print or draw its steps.",
    usage: "troupe replay <run> --update <count> --slot <count> [<options>]",
    discussion: """
      Examples:
        troupe replay runs/cartpole-seed1 --update 12 --slot 3
        troupe replay runs/cartpole-seed1 --update 12 --slot 3 --render episode.gif

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
    if let file = settings.render.flatMap(EpisodeFile.init(path:)) {
      let name = recorded.configuration.environment
      let film = EpisodeFilm(
        replay, environment: name, type: context.catalogue.types.first { $0.name == name },
        seed: recorded.configuration.seed,
        transform: recorded.configuration.wrappers.actionTransform)
      try file.write(film, frameLimit: settings.frames)
      context.output("wrote \(file.path)")
    } else {
      ReplayReport(replay).write(json: settings.json, to: context.output)
    }
    if let fault = replay.fault { throw RoleFailure(.badData, "\(fault)") }
  }
}

import ArgumentParser
import FoundationEssentials

/// `troupe train`: learner and actors on this machine.
struct TrainCommand: ContextualCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a policy on this machine: one learner and its actor processes.",
    discussion: """
      Example: troupe train cartpole --seed 3 --actors 4

      An environment of the same name as a preset starts from the preset's values; \
      --print-config shows every value and where it comes from.
      """)

  @OptionGroup(title: "What determines the run") var run: OptionArguments<RunSection>
  @OptionGroup(title: "Goal") var goal: OptionArguments<GoalSection>
  @OptionGroup(title: "Actors") var actors: OptionArguments<LocalActorsSection>
  @OptionGroup(title: "Gymnasium environments") var hosting: OptionArguments<HostingSection>
  @OptionGroup(title: "Learner and run directory") var learner: OptionArguments<LearnerSection>
  @OptionGroup(title: "Configuration and output") var output: OptionArguments<OutputSection>

  func run(in context: CommandContext) throws {
    let request = try RunRequest(
      flags: .flags(
        run.given, goal.given, actors.given, hosting.given, learner.given, output.given),
      context: context)
    let plan = try RunPlan(request, runsDirectory: context.runsDirectory)
    let settings = plan.resolved.settings
    try plan.perform(as: "train", context) { role, directory in
      try context.roles.train(
        TrainRequest(
          environment: plan.environment, learner: role, bindIsGiven: settings.bind != nil,
          actors: settings.actors ?? ProcessInfo.processInfo.activeProcessorCount,
          lanes: settings.lanes, latency: settings.latency, hosting: settings.hosting,
          logs: settings.logs, json: settings.json,
          configuration: plan.recordedOptions, http: settings.http),
        directory, context)
    }
  }
}

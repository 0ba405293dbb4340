import ArgumentParser

/// `troupe learner`: the learner alone; actors are started by hand, anywhere.
struct LearnerCommand: ContextualCommand {
  static let configuration = CommandConfiguration(
    commandName: "learner",
    abstract: "Run one learner; actor processes join it with troupe actor.",
    discussion: """
      Example: troupe learner cartpole --bind tcp://127.0.0.1:5555

      Actors may be started before the learner, and may come and go at any time.
      """)

  @OptionGroup(title: "What determines the run") var run: OptionArguments<RunSection>
  @OptionGroup(title: "Goal") var goal: OptionArguments<GoalSection>
  @OptionGroup(title: "Gymnasium environments") var hosting: OptionArguments<HostingSection>
  @OptionGroup(title: "Learner and run directory") var learner: OptionArguments<LearnerSection>
  @OptionGroup(title: "Configuration and output") var output: OptionArguments<OutputSection>

  func run(in context: CommandContext) throws {
    let request = try RunRequest(
      flags: .flags(run.given, goal.given, hosting.given, learner.given, output.given),
      context: context)
    let plan = try RunPlan(request, runsDirectory: context.runsDirectory)
    let settings = plan.resolved.settings
    try plan.perform(as: "learner", context) { role, directory in
      try context.roles.learner(
        LearnerRequest(
          environment: plan.environment, learner: role, logs: settings.logs,
          json: settings.json,
          configuration: plan.recordedOptions, http: settings.http),
        directory, context)
    }
  }
}

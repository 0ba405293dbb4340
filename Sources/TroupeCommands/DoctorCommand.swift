import ArgumentParser
import Cluster

/// `troupe doctor`: looks whether what a run needs is in order, and says what to do.
struct DoctorCommand: ContextualCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Examine an environment: whether it is reproducible, and how to play it fast.",
    discussion: """
      Example: troupe doctor gymnasium:LunarLander-v3 --python venv

      Plays the same episodes under other circumstances (new environments, another order and number of \
      lanes) and compares them bit for bit; then measures for 5 s, says where the time goes and \
      suggests lanes and actors. The exit code is 65 for an environment that is not reproducible \
      without saying so.
      """)

  @OptionGroup var options: OptionArguments<DoctorSection>

  func run(in context: CommandContext) throws {
    let table = DoctorSettings.options
    var resolved = Resolved(DoctorSettings())
    try resolved.apply(.variables(context.variables, of: table), of: table)
    try resolved.apply(.flags(options.given), of: table)
    try EnvironmentDoctor(resolved, in: context).examine()
  }
}

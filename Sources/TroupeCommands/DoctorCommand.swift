import ArgumentParser
import Cluster

/// `troupe doctor`: looks whether what a run needs is in order, and says what to do.
struct DoctorCommand: ContextualCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Examine an environment, or with --connect the way to a learner.",
    discussion: """
      Example: troupe doctor gymnasium:LunarLander-v3 --python venv
      Example: troupe doctor --connect tcp://learner:5555 --keys keys

      Of an environment: plays the same episodes under other circumstances (new environments, another \
      order and number of lanes) and compares them bit for bit; then measures for 5 s, says where the \
      time goes and suggests lanes and actors. The exit code is 65 for an environment that is not \
      reproducible without saying so.

      Of a learner: goes the way of an actor, step by step: name, both ports, keys, handshakes, and a \
      join that is taken back at once. It stops where an actor would, and says what to do (exit code \
      69). Then it tells how the learner's kernels, libraries and clock differ from those here, which \
      keeps no actor from taking part.
      """)

  @OptionGroup var options: OptionArguments<DoctorSection>
  @OptionGroup(title: "A learner instead") var connection: OptionArguments<ConnectionSection>

  func run(in context: CommandContext) throws {
    if connection.given["connect"] != nil {
      guard options.given.isEmpty else {
        throw RoleFailure(
          .usage,
          "--connect examines a learner, and "
            + options.given.keys.sorted().map { $0 == "environment" ? "an environment" : "--\($0)" }
            .joined(separator: ", ")
            + " belongs to another examination; run them one after the other")
      }
      return try ConnectionDoctor.examine(connection.given, in: context)
    }
    let table = DoctorSettings.options
    var resolved = Resolved(DoctorSettings())
    try resolved.apply(.variables(context.variables, of: table), of: table)
    try resolved.apply(.flags(options.given), of: table)
    try EnvironmentDoctor(resolved, in: context).examine()
  }
}

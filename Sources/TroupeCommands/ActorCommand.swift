import ArgumentParser
import Cluster
import Learning

/// `troupe actor`: one process that plays episodes for a learner.
struct ActorCommand: ContextualCommand {
  static let configuration = CommandConfiguration(
    commandName: "actor",
    abstract: "Run one actor process; start as many as you like, anywhere.",
    discussion: """
      Example: troupe actor --connect tcp://127.0.0.1:5555

      Everything about the run comes from the learner. An actor may be started before it.
      """)

  @OptionGroup var options: OptionArguments<ActorSection>

  /// How `troupe train` starts its actors: they end when the pipe that they inherit closes.
  @Flag(help: .hidden) var child = false
  /// Which of the actors of this machine it is, if there are as many as processors.
  @Option(help: .hidden) var place: Int?

  func run(in context: CommandContext) throws {
    let table = ActorSettings.options
    var resolved = Resolved(ActorSettings())
    try resolved.apply(.variables(context.variables, of: table), of: table)
    try resolved.apply(.flags(options.given), of: table)
    let settings = resolved.settings
    guard let connect = settings.connection.connect else {
      throw RoleFailure(
        .usage,
        "no learner is given; write --connect \(LearnerAddress.defaultBind), or where it listens")
    }
    let security = try LinkSecurity(
      keys: settings.connection.keys, insecure: settings.connection.insecure)
    try LearnerAddress.checkConnect(
      connect, security: security, given: resolved, options: table)
    try context.roles.actor(
      ActorRequest(
        role: ActorRole(
          connect: connect, lanes: settings.lanes, patience: settings.connection.patience,
          stay: settings.stay, watchesParent: child,
          placement: place.flatMap {
            ThreadPlacement(ofThread: $0, of: ThreadPlacement.processorCount)
          }, security: security),
        latency: settings.latency, hosting: settings.hosting, logs: settings.logs),
      context)
  }
}

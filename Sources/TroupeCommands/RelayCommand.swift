import ArgumentParser
import Cluster

/// `troupe relay`: stands between a learner and many actors.
struct RelayCommand: ContextualCommand {
  static let configuration = CommandConfiguration(
    commandName: "relay",
    abstract: "Pass messages between a learner and many actors over one connection.",
    usage: "troupe relay [<options>]",
    discussion: """
      Example: troupe relay --connect tcp://learner:5555 --keys keys/actors/site.shared \
      --bind tcp://0.0.0.0:5555 --bind-keys site-keys

      For actors behind one link, or past a few hundred of them: they connect to the relay as to a \
      learner. To the learner the relay is a peer with an actor key of its own, whose file in allowed/ \
      ends in .shared.public, because many actors speak with it. To actors it is a learner with keys of \
      its own, as troupe keygen makes them. Relays may stand behind relays. A relay may be killed and \
      started again at any time.
      """)

  @OptionGroup var options: OptionArguments<RelaySection>

  func run(in context: CommandContext) throws {
    let table = RelaySettings.options
    var resolved = Resolved(RelaySettings())
    try resolved.apply(.variables(context.variables, of: table), of: table)
    try resolved.apply(.flags(options.given), of: table)
    let settings = resolved.settings
    let connection = settings.connection
    guard let connect = connection.connect else {
      throw RoleFailure(
        .usage, "no learner is given; write --connect tcp://HOST:PORT, where it listens")
    }
    let connectSecurity = try LinkSecurity(keys: connection.keys, insecure: connection.insecure)
    let bindSecurity = try LinkSecurity(keys: settings.bindKeys, insecure: connection.insecure)
    try LearnerAddress.checkConnect(
      connect, security: connectSecurity, given: resolved, options: table)
    try LearnerAddress.checkBind(
      settings.bind, security: bindSecurity, given: resolved, options: table)
    guard connect != settings.bind else {
      throw RoleFailure(.usage, "--bind and --connect are both \(connect): a relay of itself")
    }
    try context.roles.relay(
      RelayRequest(
        role: RelayRole(
          connect: connect, bind: settings.bind, patience: connection.patience,
          connectSecurity: connectSecurity, bindSecurity: bindSecurity),
        logs: settings.logs),
      context)
  }
}

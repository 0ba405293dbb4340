import ArgumentParser
import Cluster
import Launch

extension LaunchAction: ExpressibleByArgument {}

/// `troupe launch`: actors on other hosts, by nothing but ssh.
struct LaunchCommand: ContextualCommand {
  static let configuration = CommandConfiguration(
    commandName: "launch",
    abstract: "Start actors on other hosts over ssh, look after them, end them.",
    usage: "troupe launch <hosts.yaml> [<action>] [<options>]",
    discussion: """
      Example: troupe launch cluster/ssh/hosts.yaml

      Actions: start (unless another is given) copies this program, the libraries that a host lacks and \
      the actors' keys, and starts what does not run yet; again it changes nothing. status looks. logs \
      follows. stop ends all actors, remove also takes away what was copied. Hosts are visited at the \
      same time; one that fails is reported, and the others go on. A shell there and sftp are all that \
      is needed. The learner is started by hand.
      """)

  @Argument(
    help: ArgumentHelp(
      "The file that lists the hosts; see docs/cluster.md.", valueName: "hosts.yaml"),
    completion: .file(extensions: ["yaml", "yml"]))
  var hosts: String

  @Argument(help: "What to do: start, status, logs, stop or remove.")
  var action = LaunchAction.start

  @Option(
    help: ArgumentHelp(
      "Actors on each host, whatever the file says; more are started, surplus ones end.",
      valueName: "count"))
  var actors: Int?

  @Option(help: ArgumentHelp("Lines of each log that logs begins with.", valueName: "count"))
  var lines = 10

  func run(in context: CommandContext) throws {
    if let actors, !(0...4096).contains(actors) {
      throw RoleFailure(.usage, "--actors is \(actors), but must be a number from 0 to 4096")
    }
    guard (0...1_000_000).contains(lines) else {
      throw RoleFailure(.usage, "--lines is \(lines), but must be a number from 0 to 1000000")
    }
    var plan = try HostsFile.read(hosts, program: LaunchFiles.ownProgram)
    if let actors {
      for index in plan.hosts.indices { plan.hosts[index].actors = actors }
    }
    if action == .logs {
      let width = plan.hosts.map(\.name.count).max() ?? 0
      return try LogFollower.follow(plan, lines: lines) { host, line in
        context.output(
          host + String(repeating: " ", count: width - host.count) + "  " + line)
      }
    }
    let reports = try Launcher.visit(plan, action: action) { host, report in
      // A launch that copies to many hosts takes a while; the table comes at its end.
      if plan.hosts.count > 1, !report.isGood { context.note("\(host): \(report.note)") }
    }
    context.output(HostTable(reports).description)
    let bad = reports.filter { !$0.report.isGood }.map(\.name)
    if !bad.isEmpty {
      throw RoleFailure(
        .unavailable,
        "\(bad.count) of \(reports.count) hosts are not as asked for: "
          + bad.joined(separator: ", "))
    }
  }
}

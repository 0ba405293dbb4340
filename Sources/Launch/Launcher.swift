package import Cluster
internal import Glibc

/// Visits all hosts of a plan at the same time and tells what came of it.
package enum Launcher {
  /// Commands that run at once: a connection and two processes each.
  private static let commandLimit = 64
  private static let look = Duration.milliseconds(5)

  /// Does `action` at every host; one that fails keeps no other from being visited.
  ///
  /// `announce` is called as soon as a visit is over. A signal ends what is running, and throws.
  ///
  /// - Throws: exit 69 if ssh cannot be started or a file here cannot be read, 65 if one is missing; 75 on a
  ///   signal.
  package static func visit(
    _ plan: LaunchPlan, action: LaunchAction,
    announce: (_ host: String, _ report: HostReport) -> Void
  ) throws(RoleFailure) -> [(name: String, report: HostReport)] {
    var signals = try Signals()
    let files = action == .start ? try LaunchFiles(plan) : nil
    var place = try LaunchPlace()
    if let files { try place.lay(files.libraries) }
    let path = place.path
    var visits = plan.hosts.map {
      HostVisit($0, plan: plan, action: action, files: files, place: path)
    }
    var pool = CommandPool()
    defer { endSharing(plan, place: place.path) }
    var waiting: [(index: Int, result: CommandResult?)] = visits.indices.reversed().map {
      ($0, nil)
    }
    while !waiting.isEmpty || pool.count > 0 {
      while pool.count < commandLimit, let (index, result) = waiting.popLast() {
        if let command = visits[index].next(after: result) {
          try pool.start(command, key: index)
        } else {
          announce(visits[index].host.name, visits[index].report)
        }
      }
      if signals.next() != nil {
        throw RoleFailure(
          .tryAgain, "interrupted; what was begun at the hosts stays as it is: look with status")
      }
      var descriptor = pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0)
      // SAFETY: one structure is read and written.
      _ = unsafe poll(&descriptor, 1, Int32(look / .milliseconds(1)))
      // Those that are under way come before those that have not begun.
      for ended in pool.collectEnded() {
        waiting.append((index: ended.key, result: ended.result))
      }
    }
    return visits.map { ($0.host.name, $0.report) }
  }

  /// Ends the shared connections. Those of hosts that never answered are none.
  private static func endSharing(_ plan: LaunchPlan, place: String) {
    var pool = CommandPool()
    for (index, host) in plan.hosts.enumerated() {
      try? pool.start(
        Command(
          "ssh",
          ["-O", "exit"] + plan.connectionOptions + HostVisit.sharing(in: place) + [host.name],
          limit: .seconds(5)), key: index)
    }
    while pool.count > 0 {
      _ = pool.collectEnded()
      usleep(2_000)
    }
  }
}

package import Logging
internal import Monitoring
package import RL
internal import Wire

/// Notices a round in which nothing arrives, and says whom it waits for.
package struct StallWatch {
  private let logger: Logger
  /// Where actors connect to.
  private let address: String
  private var receivedCount = 0
  private var lastChange = Duration.zero
  private var lastLine = Duration.zero

  /// A line about a round in which nothing arrives comes this often.
  private static let interval = Duration.seconds(10)

  package init(logger: Logger, address: String) {
    self.logger = logger
    self.address = address
  }

  package mutating func roundBegan(now: Duration) {
    receivedCount = 0
    lastChange = now
  }

  package mutating func lookAt(
    _ ledger: borrowing RoundLedger, round: RoundID, hosts: ActorStatistics, now: Duration
  ) {
    if ledger.receivedCount != receivedCount {
      receivedCount = ledger.receivedCount
      lastChange = now
    }
    guard now - lastChange > Self.interval, now - lastLine > Self.interval else { return }
    lastLine = now
    if ledger.liveActors.isEmpty {
      logger.warning(
        "no actor is there; start one with: troupe actor --connect \(address)",
        metadata: fields([.version: round.version, .seconds: (now - lastChange).seconds]))
      return
    }
    for actor in ledger.actors where actor.heldCount > 0 {
      logger.warning(
        "the round waits for an actor, last heard \(Self.tenths(now - actor.lastHeard)) s ago",
        metadata: fields([
          .actor: actor.id, .host: hosts.hostName(of: actor.id) ?? "unknown",
          .version: round.version, .count: actor.heldCount,
          .slots: Self.text(of: ledger.heldSlots(of: actor.id)),
          .seconds: (now - actor.lastHeard).seconds,
        ]))
    }
  }

  private static func tenths(_ duration: Duration) -> Double {
    (duration.seconds * 10).rounded() / 10
  }

  /// `3-7 12 15-16`, and an ellipsis for what follows the first eight ranges.
  private static func text(of slots: SlotSet) -> String {
    let ranges = slots.ranges.map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound - 1)"
    }
    return ranges.prefix(8).joined(separator: " ") + (ranges.count > 8 ? " …" : "")
  }
}

internal import Logging
internal import Monitoring
internal import RL
internal import Wire

/// Counts what the learner turned down, and says so: one line for each reason and key in a while.
struct RefusalLog {
  private let logger: Logger
  private var limiter = RateLimiter<RefusedKind>(interval: .seconds(5))
  private var counts: [RefusalLabel: Int] = [:]
  /// Messages and episodes turned down so far, those aside that the ledger counts.
  private(set) var count = 0

  init(logger: Logger) { self.logger = logger }

  /// A message that was dropped.
  mutating func drop(_ kind: DroppedMessage, _ detail: String, actor: ActorID?, peer: String?) {
    note(kind.label)
    warn(kind.label, kind.text, fields([.reason: detail]), actor: actor, peer: peer)
  }

  /// Counts what was logged elsewhere.
  mutating func note(_ label: RefusalLabel) {
    count += 1
    counts[label, default: 0] += 1
  }

  /// An episode that the ledger rejected, and counted.
  mutating func reject(
    _ poison: Poison, version: PolicyVersion, slot: Int, actor: ActorID, peer: String?
  ) {
    warn(
      poison.label, poison.text, fields([.version: version, .slot: slot]), actor: actor, peer: peer)
  }

  private mutating func warn(
    _ label: RefusalLabel, _ text: String, _ facts: Logger.Metadata, actor: ActorID?,
    peer: String?
  ) {
    guard let suppressed = limiter.admit(RefusedKind(label: label, peer: peer), now: .now) else {
      return
    }
    var metadata = facts
    if let actor { metadata[LogKey.actor.rawValue] = "\(actor)" }
    if let peer { metadata[LogKey.key.rawValue] = "\(peer)" }
    if suppressed > 0 { metadata[LogKey.suppressed.rawValue] = "\(suppressed)" }
    logger.warning("\(text)", metadata: metadata)
  }

  /// By reason, those included that the ledger counted.
  func counts(with ledger: LedgerCounts) -> [RefusalLabel: Int] {
    var all = counts
    all[.wrongKind] = ledger.wrongKind
    all[.slotOutOfRange] = ledger.slotOutOfRange
    all[.otherParameters] = ledger.digestMismatch
    all[.quarantined] = ledger.quarantined
    return all
  }
}

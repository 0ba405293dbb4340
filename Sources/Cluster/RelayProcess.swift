internal import Glibc
package import Logging
internal import ZeroMQ

/// What the relay role needs to know; of the run it knows nothing.
package struct RelayRole: Sendable {
  /// The address of the learner, or of a relay before this one.
  package var connect: String
  /// Where actors, or relays behind this one, connect; as a learner's.
  package var bind: String
  /// How long to go on without anybody at `connect` before giving up with exit 75.
  package var patience: Duration
  /// Of the connection to the learner: the keys of an actor.
  package var connectSecurity: LinkSecurity
  /// Of the connections of actors: the keys of a learner.
  package var bindSecurity: LinkSecurity

  package init(
    connect: String, bind: String, patience: Duration, connectSecurity: LinkSecurity,
    bindSecurity: LinkSecurity
  ) {
    self.connect = connect
    self.bind = bind
    self.patience = patience
    self.connectSecurity = connectSecurity
    self.bindSecurity = bindSecurity
  }
}

/// The relay role: one connection to the learner, many of actors, and everything passed between them.
///
/// To actors it looks like a learner and to the learner like one more peer. It holds no state that anything
/// depends on: killed, it is a cut network, and all that was under way is sent or played again.
package struct RelayProcess: ~Copyable {
  /// The longest wait, after which a lost learner or a changed list of keys is noticed.
  private static let longestWait = Duration.milliseconds(500)
  /// Of what it drops, the log has one line in this time.
  private static let tellingInterval = Duration.seconds(5)

  private let role: RelayRole
  private let logger: Logger
  private let clock = Clock()
  private let keys: LearnerKeys?
  private var service = ServiceNotice()
  private var signals: Signals
  private var link: RelayLink
  private var lastOpen = Duration.zero
  private var lastLook = Duration.zero
  private var wasOpen = false
  private var toldDropped = 0
  private var nextTelling = Duration.zero
  private var turnedAway: String?

  /// - Throws: exit 64 without keys where they are needed, 65 for keys that cannot be used, 69 or 75 if the
  ///   address is not to be had.
  package init(role: RelayRole, logger: Logger) throws(RoleFailure) {
    let signals = try Signals()
    let connect = try endpoint(role.connect)
    let bind = try endpoint(role.bind)
    let own = try ActorKeys(role.connectSecurity, for: connect, logger: logger)
    let keys = try LearnerKeys(role.bindSecurity, for: bind, logger: logger)
    let link = try RelayLink(
      connect: connect, keys: own, bind: bind, admitting: keys, signals: signals.descriptor)
    self.role = role
    self.logger = logger
    self.keys = keys
    self.signals = signals
    self.link = link
  }

  /// Serves until a signal comes.
  ///
  /// - Throws: exit 75 without a learner for as long as the role's patience.
  package mutating func run() throws(RoleFailure) {
    logger.info(
      "relaying", metadata: ["address": "\(link.endpoint)", "learner": "\(role.connect)"])
    lastOpen = clock.now
    service.ready("relaying for \(role.connect)")
    while true {
      let isAnnounced = try link.wait(atMost: Self.longestWait)
      service.alive(now: clock.now)
      while let event = signals.next() {
        switch event {
        case .end: return leave()
        case .endNow: exit(128 + SIGTERM)
        case .checkpoint: break
        }
      }
      try heedKeys(isAnnounced: isAnnounced)
      try link.pass()
      try heedDoors()
    }
  }

  /// Looks now and then whether there is a connection to the learner, and says so when that changes.
  private mutating func heedDoors() throws(RoleFailure) {
    let now = clock.now
    guard now - lastLook >= Self.longestWait else { return }
    lastLook = now
    tellDropped(now: now)
    let reason = try link.lookAtDoors(now: now)
    if let reason, reason != turnedAway {
      logger.warning("\(reason)")
      turnedAway = reason
    }
    if link.isOpen {
      lastOpen = now
      turnedAway = nil
    }
    if link.isOpen != wasOpen {
      wasOpen = link.isOpen
      logger.info(wasOpen ? "connected to the learner" : "lost the connection to the learner")
    }
    if now - lastOpen > role.patience {
      let reason = turnedAway.map { ": \($0)" } ?? ""
      throw RoleFailure(
        .tryAgain, "no learner at \(role.connect) for \(Int(role.patience.seconds)) s\(reason)")
    }
  }

  private mutating func tellDropped(now: Duration) {
    let dropped = link.counts.dropped
    guard dropped > toldDropped, now >= nextTelling else { return }
    logger.warning(
      """
      dropped what no actor of this relay sends: too large, of too many frames, no topic of an actor, or of a key \
      that may not connect
      """,
      metadata: ["count": "\(dropped - toldDropped)"])
    toldDropped = dropped
    nextTelling = now + Self.tellingInterval
  }

  private mutating func heedKeys(isAnnounced: Bool) throws(RoleFailure) {
    guard let keys, let change = keys.allowList.reread(isAnnounced: isAnnounced) else { return }
    for key in change.added {
      logger.info("a key may connect now", metadata: ["key": "\(keys.text(of: key))"])
    }
    for key in change.removed {
      logger.warning("a key may no longer connect", metadata: ["key": "\(key)"])
    }
    if !change.removed.isEmpty { try link.endConnections() }
  }

  private func leave() {
    service.stopping()
    let counts = link.counts
    logger.info(
      "leaving on a signal",
      metadata: [
        "to_learner": "\(counts.toLearner)", "to_actors": "\(counts.toActors)",
        "subscriptions": "\(counts.events)", "dropped": "\(counts.dropped)",
      ])
  }
}

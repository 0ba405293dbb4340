import Cluster
import Kernels
import RL
import Wire

/// An actor process around an ``ActorAgenda``: lanes whose episodes take simulated time.
struct SimulatedActor {
  var agenda: ActorAgenda
  let lanes: Int
  /// Time of an episode relative to that of an ordinary actor.
  let slowness: Int
  var isAlive = true
  var pausedUntil = Duration.zero
  /// What arrives while the process is stopped.
  var inbox: [Downstream] = []
  var lanesInUse: [(slot: Int, end: Duration)] = []
  var batch: [SimulatedTrajectory] = []
  var startedCount = 0
  /// Arrival of the latest message in each direction, which none after it may precede.
  var lastUpstream = Duration.zero
  var lastDownstream = Duration.zero
  /// Messages sent before this number of the direction are lost: a cut.
  var upstreamEpoch = 0
  var downstreamEpoch = 0
  var wakeup: Duration?

  init(id: UInt64, lanes: Int, slowness: Int, now: Duration) {
    agenda = ActorAgenda(id: ActorID(id), identityKey: "host/\(id)", now: now)
    self.lanes = lanes
    self.slowness = slowness
  }

  mutating func hear(_ message: Downstream, now: Duration) {
    let change: AgendaChange
    switch message.body {
    case .welcome(let terms, let lease):
      change = agenda.welcome(message.origin, terms: terms, lease: lease, now: now)
    case .policy(let terms, let table):
      let lease = table.first { $0.actor == agenda.id }?.lease
      change = agenda.policy(message.origin, terms: terms, lease: lease, now: now)
    case .lease(let lease):
      change = agenda.lease(message.origin, lease, now: now)
    case .goodbye:
      change = agenda.goodbye(message.origin, now: now)
    case .refusal(let identityKey):
      change = agenda.refusal(message.origin, identityKey: identityKey, now: now)
    }
    let underWay = lanesInUse.count
    lanesInUse.removeAll { change.abandoned.contains($0.slot) }
    precondition(
      lanesInUse.count == underWay - change.abandoned.count, "only what is under way is abandoned")
    precondition(!change.startsRound || lanesInUse.isEmpty, "a round starts on free lanes")
    if change.startsRound { batch = [] }
  }

  /// One turn of the actor's loop: what it pushes now.
  mutating func turn(now: Duration, fingerprint: (Int, RoundID) -> Digest128) -> [Upstream] {
    var sent: [Upstream] = []
    for lane in lanesInUse where lane.end <= now {
      guard agenda.finished(lane.slot), let terms = agenda.terms else { continue }
      batch.append(
        SimulatedTrajectory(
          terms: terms, slot: lane.slot, fingerprint: fingerprint(lane.slot, terms.id)))
      agenda.count(steps: 20, duration: .milliseconds(10 * slowness / lanes))
    }
    lanesInUse.removeAll { $0.end <= now }
    while lanesInUse.count < lanes, let slot = agenda.nextSlot(), let terms = agenda.terms {
      let length = 1 + Int(episodeNumber(terms.id, slot) % 20)
      lanesInUse.append((slot, now + .milliseconds(length * slowness)))
      startedCount += 1
    }
    if batch.count >= 4 || agenda.shouldPush(now: now), !batch.isEmpty {
      sent.append(.trajectories(batch))
      batch = []
      agenda.pushedFinished(now: now)
    }
    while let duty = agenda.nextDuty(now: now) {
      switch duty {
      case .join: sent.append(.join(lanes: lanes, identityKey: agenda.identityKey))
      case .status: if let report = agenda.statusReport { sent.append(.status(report)) }
      }
    }
    return sent
  }

  /// When the next turn is due.
  var nextTurn: Duration {
    lanesInUse.reduce(agenda.nextWakeup) { min($0, $1.end) }
  }
}

/// A number that belongs to an episode wherever it is played.
private func episodeNumber(_ round: RoundID, _ slot: Int) -> UInt64 {
  var generator = SeededGenerator(
    seed: UInt64(round.version.rawValue) << 32 | UInt64(round.kind.rawValue) << 24 | UInt64(slot))
  return generator.next()
}

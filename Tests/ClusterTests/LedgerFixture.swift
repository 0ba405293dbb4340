import Cluster
import Kernels
import RL
import Wire

/// A ledger, its clock, and short ways to say what happens to it.
struct LedgerFixture {
  static let incarnation = Incarnation(7)
  static let a = ActorID(1)
  static let b = ActorID(2)
  static let c = ActorID(3)

  var ledger: RoundLedger
  var now = Duration.zero
  var stepCounts: [ActorID: UInt64] = [:]

  init(rules: LedgerRules = LedgerRules()) {
    ledger = RoundLedger(incarnation: Self.incarnation, rules: rules)
  }

  /// A ledger in the round of version 5 with actors that have answered their leases.
  init(
    slotCount: Int, actors: [ActorID], lanes: Int = 4, rules: LedgerRules = LedgerRules()
  ) {
    self.init(rules: rules)
    for actor in actors { join(actor, lanes: lanes) }
    begin(5, slotCount: slotCount)
    _ = tick()
    for actor in actors { status(actor) }
    _ = tick()
  }

  var round: RoundID { ledger.round?.id ?? RoundID(version: .initial, kind: .training) }

  @discardableResult
  mutating func begin(_ version: UInt32, slotCount: Int, kind: StreamKind = .training)
    -> [FirstLease]
  {
    let id = RoundID(version: PolicyVersion(version), kind: kind)
    return ledger.beginRound(
      id, slotCount: slotCount, policyDigest: digest(of: id.version), now: now)
  }

  mutating func join(_ actor: ActorID, lanes: Int = 4, identityKey: String? = nil) {
    ledger.join(actor, lanes: lanes, identityKey: identityKey ?? "\(actor)", now: now)
  }

  mutating func tick(after duration: Duration = .zero) -> [LedgerAction] {
    now += duration
    return ledger.tick(now: now)
  }

  /// What the ledger believes the actor to hold.
  func held(by actor: ActorID) -> SlotSet {
    SlotSet((0..<ledger.slotCount).filter { ledger.holders(of: $0).contains(actor) })
  }

  func view(_ actor: ActorID) -> ActorView? { ledger.actors.first { $0.id == actor } }

  /// A status of an actor that has applied its latest lease and played none of it, unless told
  /// otherwise.
  mutating func status(
    _ actor: ActorID, unplayed: SlotSet? = nil, leaseNumber: UInt64? = nil, round: RoundID? = nil,
    incarnation: Incarnation = LedgerFixture.incarnation, steps: UInt64 = 0,
    playTime: Duration = .zero
  ) {
    let report = StatusReport(
      incarnation: incarnation, round: round ?? self.round,
      leaseNumber: leaseNumber ?? view(actor)?.leaseNumber ?? 0,
      unplayed: unplayed ?? held(by: actor), stepCount: steps, playTime: playTime)
    ledger.status(from: actor, report, now: now)
  }

  @discardableResult
  mutating func deliver(
    _ slot: Int, from actor: ActorID, version: UInt32? = nil, kind: StreamKind? = nil,
    policyDigest: Digest128? = nil, fingerprint: Digest128? = nil
  ) -> Admission {
    let id = RoundID(
      version: version.map { PolicyVersion($0) } ?? round.version, kind: kind ?? round.kind)
    return ledger.admit(
      from: actor, round: id, policyDigest: policyDigest ?? digest(of: id.version), slot: slot,
      fingerprint: fingerprint ?? ClusterTests.fingerprint(of: slot, in: id), stepCount: 10,
      now: now)
  }
}

extension LedgerAction {
  var actor: ActorID {
    switch self {
    case .welcome(let actor, _), .lease(let actor, _), .refuse(let actor, _), .goodbye(let actor):
      actor
    }
  }

  /// The lease that goes out with it.
  var lease: Lease? {
    switch self {
    case .welcome(_, let lease): lease
    case .lease(_, let lease): lease
    case .refuse, .goodbye: nil
    }
  }
}

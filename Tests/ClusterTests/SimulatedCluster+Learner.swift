import Cluster
import Kernels
import RL
import Testing
import Wire

/// The learner's process around its ledger, and what must hold at each of its steps.
extension SimulatedCluster {
  func receive(_ message: Upstream, from i: Int) {
    let actor = actors[i].agenda.id
    switch message {
    case .join(let lanes, let identityKey):
      ledger.join(actor, lanes: lanes, identityKey: identityKey, now: now)
    case .status(let report):
      ledger.status(from: actor, report, now: now)
    case .leave:
      ledger.leave(actor)
    case .trajectories(let batch):
      for trajectory in batch {
        admit(trajectory, from: actor)
        if random.chance(faults.poison) { admitPoison(like: trajectory, from: actor) }
      }
    }
    tick()
  }

  private func admit(_ trajectory: SimulatedTrajectory, from actor: ActorID) {
    let admission = ledger.admit(
      from: actor, round: trajectory.terms.id, policyDigest: trajectory.terms.policyDigest,
      slot: trajectory.slot, fingerprint: trajectory.fingerprint, stepCount: 20, now: now)
    guard admission == .accepted else { return }
    guard trajectory.terms == ledger.round, trajectory.slot < trajectory.terms.slotCount,
      trajectory.slot >= 0
    else { return fail("accepted \(trajectory)") }
    events.add(
      .forwardPass(trajectory, ledger.incarnation), at: now + random.duration(0...5_000))
  }

  private func admitPoison(like trajectory: SimulatedTrajectory, from actor: ActorID) {
    var poison = trajectory
    let id = trajectory.terms.id
    let other = RoundID(version: id.version.next, kind: id.kind)
    switch random.index(below: 4) {
    case 0: poison.slot = trajectory.terms.slotCount + random.index(below: 3)
    case 1: poison.slot = -1
    case 2:
      poison.terms = RoundTerms(
        id: other, policyDigest: digest(of: id.version), slotCount: trajectory.terms.slotCount)
    default:
      poison.terms = RoundTerms(
        id: id, policyDigest: digest(of: id.version.next), slotCount: trajectory.terms.slotCount)
    }
    admit(poison, from: actor)
  }

  func verify(_ trajectory: SimulatedTrajectory) {
    guard trajectory.terms == ledger.round else { return fail("a block outlived its round") }
    if trajectory.fingerprint != fingerprint(of: trajectory.slot, in: trajectory.terms.id) {
      _ = ledger.refused(trajectory.slot)
      return tick()
    }
    if !verified.insert(trajectory.slot).inserted { fail("slot \(trajectory.slot) verified twice") }
    ledger.verified(trajectory.slot)
    if ledger.isComplete {
      if verified != Set(0..<trajectory.terms.slotCount) { fail("round ended with \(verified)") }
      roundsCompleted += 1
      longestRound = max(longestRound, now - roundBegan)
      events.add(.nextRound(ledger.incarnation), at: now + random.duration(0...3_000))
    }
    tick()
  }

  /// Training rounds, with an evaluation before every third.
  func roundAfter() -> RoundID {
    if ledger.round?.id.kind == .evaluation { return RoundID(version: version, kind: .training) }
    version = version.next
    return RoundID(version: version, kind: version.rawValue % 3 == 0 ? .evaluation : .training)
  }

  func beginRound(_ id: RoundID) {
    verified = []
    roundBegan = now
    // A function of the round, as in a real run.
    let slotCount = faults.slotCounts[Int(id.version.rawValue) % faults.slotCounts.count]
    episodesWanted += slotCount
    let table = ledger.beginRound(
      id, slotCount: slotCount, policyDigest: digest(of: id.version), now: now)
    for entry in table { note(entry.lease, for: entry.actor) }
    sequence += 1
    guard let terms = ledger.round else { return fail("no round") }
    for i in actors.indices where actors[i].isAlive {
      publish(.policy(terms, table), to: i, sequence: sequence)
    }
    tick()
  }

  func tick() {
    for action in ledger.tick(now: now) { perform(action) }
    checkLedger()
    guard let next = ledger.nextDeadline else { return }
    let time = max(next, now + .microseconds(1))
    if let learnerWakeup, learnerWakeup <= time, learnerWakeup > now { return }
    learnerWakeup = time
    events.add(.learnerTurn, at: time)
  }

  private func perform(_ action: LedgerAction) {
    guard let terms = ledger.round else { return fail("\(action) without a round") }
    let actor: ActorID
    let body: Downstream.Body
    switch action {
    case .welcome(let id, let lease):
      (actor, body) = (id, .welcome(terms, lease))
      if let lease { note(lease, for: id) }
    case .lease(let id, let lease):
      (actor, body) = (id, .lease(lease))
      note(lease, for: id)
    case .refuse(let id, .clonedIdentity(let identityKey, _)):
      (actor, body) = (id, .refusal(identityKey: identityKey))
    case .refuse(let id, .quarantined):
      (actor, body) = (id, .refusal(identityKey: nil))
    case .goodbye(let id):
      (actor, body) = (id, .goodbye)
    }
    sequence += 1
    guard let i = actors.firstIndex(where: { $0.agenda.id == actor }), actors[i].isAlive else {
      return
    }
    publish(body, to: i, sequence: sequence)
  }

  // MARK: Invariants

  /// Lease numbers grow; a number sent again says the same.
  private func note(_ lease: Lease, for actor: ActorID) {
    if lease.round != ledger.round?.id { fail("lease of \(lease.round)") }
    if let last = lastLease[actor],
      lease.number < last.number
        || lease.number == last.number && lease != last
    {
      fail("lease \(lease) after \(last)")
    }
    lastLease[actor] = lease
  }

  private func checkLedger() {
    var held: [ActorID: Int] = [:]
    var openCount = 0
    for slot in 0..<ledger.slotCount {
      let holders = ledger.holders(of: slot)
      if holders.isEmpty { openCount += 1 }
      if holders.count == 2, holders[0] == holders[1] { fail("slot \(slot) twice with one actor") }
      for actor in holders {
        held[actor, default: 0] += 1
        if lastLease[actor]?.slots.contains(slot) != true { fail("slot \(slot) held, not listed") }
      }
    }
    if openCount != ledger.openCount + ledger.receivedCount { fail("slots are miscounted") }
    for view in ledger.actors {
      if view.heldCount != held[view.id, default: 0] { fail("\(view) holds \(held)") }
      if view.heldCount > 0, view.condition != .live { fail("\(view) holds slots") }
      held[view.id] = nil
    }
    if held.values.contains(where: { $0 > 0 }) { fail("a stranger holds slots") }
  }
}

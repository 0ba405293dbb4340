import Cluster
import RL
import Wire

/// What goes wrong in a walk.
extension SimulatedCluster {
  func injectFaults() {
    if faults.cut > 0 || faults.kill > 0 || faults.pause > 0 || faults.leave > 0 {
      let i = random.index(below: actors.count)
      if actors[i].isAlive {
        if random.chance(faults.cut) { cut(i) }
        if random.chance(faults.pause) { pause(i) }
        if random.chance(faults.leave), actors[i].pausedUntil <= now { leave(i) }
        if random.chance(faults.kill) { kill(i) }
      }
    }
    if random.chance(faults.learnerRestart), isLearnerUp { stopLearner() }
    if faults.hints == .chaotic, random.chance(0.01) {
      let actor = actors[random.index(below: actors.count)].agenda.id
      events.add(.subscription(actor, isOn: random.chance(0.5)), at: now)
    }
  }

  /// Whatever is under way is lost; the connection is back at once. As with a half-open connection,
  /// the end of the old one may be seen after the start of the new.
  private func cut(_ i: Int) {
    actors[i].upstreamEpoch += 1
    actors[i].downstreamEpoch += 1
    let isLate = random.chance(0.5)
    hint(actors[i].agenda.id, isOn: isLate)
    hint(actors[i].agenda.id, isOn: !isLate)
  }

  private func kill(_ i: Int) {
    // What the kernel has already may still arrive.
    if random.chance(0.5) { actors[i].upstreamEpoch += 1 }
    actors[i].isAlive = false
    hint(actors[i].agenda.id, isOn: false)
    bear()
  }

  private func leave(_ i: Int) {
    send(.leave, from: i)
    actors[i].isAlive = false
    hint(actors[i].agenda.id, isOn: false)
    bear()
  }

  private func pause(_ i: Int) {
    actors[i].pausedUntil = now + random.duration(10_000...6_000_000)
    wake(i, at: actors[i].pausedUntil)
  }

  private func stopLearner() {
    isLearnerUp = false
    learnerWakeup = nil
    for i in actors.indices where random.chance(0.5) { actors[i].upstreamEpoch += 1 }
    events.add(.learnerStart, at: now + random.duration(20_000...3_000_000))
  }

  /// A new process resumes from a checkpoint that may be some versions old.
  func startLearner() {
    isLearnerUp = true
    ledger = RoundLedger(incarnation: Incarnation(random.next()), rules: rules)
    sequence = 0
    lastLease = [:]
    // Some of what the sockets kept was lost, the rest arrives in order, before anything newer.
    for event in stranded where !random.chance(0.3) { events.add(event, at: now) }
    stranded = []
    let lag = UInt32(random.index(below: 3))
    version = PolicyVersion(version.rawValue - min(version.rawValue, lag))
    for i in actors.indices where actors[i].isAlive { hint(actors[i].agenda.id, isOn: true) }
    beginRound(RoundID(version: version, kind: .training))
  }

  /// Ends all faults: those under way end too.
  func heal() {
    faults = faults.healed
    if actors.allSatisfy({ !$0.isAlive }) { bear() }
  }
}

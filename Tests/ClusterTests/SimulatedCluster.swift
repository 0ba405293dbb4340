import Cluster
import Kernels
import RL
import Testing
import Wire

/// One learner and several actors on a network that loses, doubles, delays and cuts, in simulated time:
/// equal seeds give equal histories.
final class SimulatedCluster {
  enum Event {
    case toLearner(Upstream, from: Int, epoch: Int)
    case toActor(Downstream, Int, epoch: Int)
    case actorTurn(Int)
    case learnerTurn
    case subscription(ActorID, isOn: Bool)
    case forwardPass(SimulatedTrajectory, Incarnation)
    case nextRound(Incarnation)
    case learnerStart
  }

  var faults: FaultProfile
  let rules: LedgerRules
  var random: SeededGenerator
  var events = EventQueue<Event>()
  var now = Duration.zero
  var stepCount = 0

  var actors: [SimulatedActor] = []
  var bornCount = 0
  var ledger: RoundLedger
  var isLearnerUp = true
  /// What arrived while no learner was there.
  var stranded: [Event] = []
  var sequence: UInt64 = 0
  var version = PolicyVersion.initial
  var learnerWakeup: Duration?
  var roundBegan = Duration.zero

  // What the invariants need.
  var verified: Set<Int> = []
  var lastLease: [ActorID: Lease] = [:]
  var roundsCompleted = 0
  var episodesWanted = 0
  var longestRound = Duration.zero
  var failures: [String] = []
  /// Episodes that any actor began.
  var startedCount: Int { actors.reduce(0) { $0 + $1.startedCount } }

  let run = RunID(Digest128(high: 1, low: 2))

  init(_ faults: FaultProfile, seed: UInt64, rules: LedgerRules = LedgerRules()) {
    self.faults = faults
    self.rules = rules
    random = SeededGenerator(seed: seed)
    ledger = RoundLedger(incarnation: Incarnation(random.next()), rules: rules)
    for _ in 0..<faults.actorCount { bear() }
    beginRound(RoundID(version: version, kind: .training))
  }

  // MARK: The walk

  /// Lets one thing happen.
  func step() {
    guard let (time, event) = events.popFirst() else { return fail("nothing left to happen") }
    now = time
    stepCount += 1
    injectFaults()
    switch event {
    case .toLearner(let message, let i, let epoch):
      guard actors[i].upstreamEpoch == epoch else { return }
      if isLearnerUp { receive(message, from: i) } else { stranded.append(event) }
    case .toActor(let message, let i, let epoch):
      guard actors[i].downstreamEpoch == epoch, actors[i].isAlive else { return }
      if actors[i].pausedUntil > now {
        actors[i].inbox.append(message)
      } else {
        actors[i].hear(message, now: now)
        turn(i)
      }
    case .actorTurn(let i):
      guard actors[i].isAlive, actors[i].wakeup == now else { return }
      for message in actors[i].inbox { actors[i].hear(message, now: now) }
      actors[i].inbox = []
      turn(i)
    case .learnerTurn:
      guard isLearnerUp, learnerWakeup == now else { return }
      learnerWakeup = nil
      tick()
    case .subscription(let actor, let isOn):
      guard isLearnerUp else { return }
      if isOn { ledger.subscribed(actor, now: now) } else { ledger.suspect(actor) }
      tick()
    case .forwardPass(let trajectory, let incarnation):
      guard isLearnerUp, incarnation == ledger.incarnation else { return }
      verify(trajectory)
    case .nextRound(let incarnation):
      guard isLearnerUp, incarnation == ledger.incarnation else { return }
      beginRound(roundAfter())
    case .learnerStart:
      startLearner()
    }
  }

  /// Whether the run got on by `count` rounds within `limit` of simulated time.
  func complete(_ count: Int, within limit: Duration) -> Bool {
    let goal = roundsCompleted + count
    let end = now + limit
    while roundsCompleted < goal, now < end, failures.isEmpty { step() }
    return roundsCompleted >= goal
  }

  func fail(_ message: String) { failures.append("step \(stepCount), \(now): \(message)") }

  // MARK: The network

  func send(_ message: Upstream, from i: Int) {
    let copies = random.chance(faults.loss) ? 0 : random.chance(faults.duplication) ? 2 : 1
    for copy in 0..<copies {
      var arrival = now + random.duration(faults.delay)
      if copy == 0 {
        arrival = max(arrival, actors[i].lastUpstream)
        actors[i].lastUpstream = arrival
      } else {
        arrival += random.duration(0...1_000_000)
      }
      events.add(.toLearner(message, from: i, epoch: actors[i].upstreamEpoch), at: arrival)
    }
  }

  func publish(_ body: Downstream.Body, to i: Int, sequence: UInt64) {
    let origin = MessageOrigin(run: run, incarnation: ledger.incarnation, sequence: sequence)
    let copies = random.chance(faults.loss) ? 0 : random.chance(faults.duplication) ? 2 : 1
    for _ in 0..<copies {
      var arrival = now + random.duration(faults.delay)
      if !faults.reordersBroadcasts { arrival = max(arrival, actors[i].lastDownstream) }
      actors[i].lastDownstream = max(actors[i].lastDownstream, arrival)
      events.add(
        .toActor(Downstream(origin: origin, body: body), i, epoch: actors[i].downstreamEpoch),
        at: arrival)
    }
  }

  func turn(_ i: Int) {
    let isWrong = i == 0 && random.chance(faults.wrongArithmetic)
    for message in actors[i].turn(
      now: now, fingerprint: { isWrong ? Digest128(high: 0, low: 0) : fingerprint(of: $0, in: $1) })
    {
      send(message, from: i)
    }
    if actors[i].agenda.isOver {
      // Refused: the process ends, another takes its place.
      actors[i].isAlive = false
      bear()
      return
    }
    wake(i, at: actors[i].nextTurn)
  }

  func wake(_ i: Int, at time: Duration) {
    let time = max(time, now + .microseconds(1))
    guard actors[i].wakeup != time else { return }
    actors[i].wakeup = time
    events.add(.actorTurn(i), at: time)
  }

  func bear() {
    bornCount += 1
    let actor = SimulatedActor(
      id: random.next(), lanes: faults.lanes[bornCount % faults.lanes.count],
      slowness: 1 + bornCount % 2, now: now)
    actors.append(actor)
    hint(actor.agenda.id, isOn: true)
    wake(actors.count - 1, at: now)
  }

  func hint(_ actor: ActorID, isOn: Bool) {
    switch faults.hints {
    case .none: break
    case .truthful: events.add(.subscription(actor, isOn: isOn), at: now + .milliseconds(1))
    case .chaotic:
      if random.chance(0.5) { return }
      events.add(.subscription(actor, isOn: isOn), at: now + random.duration(0...1_000_000))
    }
  }
}

import RL
import Wire

/// What the ledger knows of one actor.
struct ActorRecord {
  enum Condition { case live, suspect, quarantined, left }

  let id: ActorID
  /// Host, process and key, which tell two processes with one id apart.
  let identityKey: String
  var lanes: Int
  var condition = Condition.live
  var lastHeard: Duration

  /// The latest lease of this round; it lists at least the slots that the actor holds.
  var lease: Lease?
  /// When the lease went out first.
  var issuedAt = Duration.zero
  /// When it went out last, and how often it was sent again.
  var sentAt = Duration.zero
  var resendCount = 0
  /// The greatest lease number that the actor said it had applied.
  var acknowledged: UInt64 = 0
  var roundTrip: Duration?
  private var timedLease: (number: UInt64, sentAt: Duration)?
  /// Slots that the next lease adds; empty between ticks.
  var granted: [Int] = []
  /// Slots leased to the actor whose trajectory has not been received.
  var heldCount = 0
  /// When the lease should be done with.
  var deadline: Duration?
  /// The deadline passed: idle actors may play the same slots.
  var isLate = false
  /// A deadline passed in this round, whether its slots came afterwards or not.
  var wasLate = false
  /// Doubles each time a deadline turns out too short, and halves with each round whose deadlines were kept.
  var patience = 1.0

  var needsWelcome = false
  var lastWelcome: Duration?
  /// What the actor holds changed, so it is to be told.
  var needsLease = false
  /// It plays slots that are received from elsewhere, so it is to be told, but not each time.
  var hasSurplus = false

  /// Steps per second.
  var speed: Double?
  private var playedSteps: UInt64 = 0
  private var playTime = Duration.zero

  init(id: ActorID, identityKey: String, lanes: Int, now: Duration) {
    self.id = id
    self.identityKey = identityKey
    self.lanes = lanes
    lastHeard = now
  }

  var isLive: Bool { condition == .live }
  var isAcknowledged: Bool { lease.map { acknowledged >= $0.number } ?? true }

  /// How long an answer may take before the lease is sent again.
  func answerTime(_ rules: LedgerRules) -> Duration {
    let roundTrip = self.roundTrip ?? .zero
    // Sums: the product of a Duration goes through generic code, which took a hundredth of a short round.
    let two = roundTrip + roundTrip
    var patience = max(rules.resendFloor, two + two)
    for _ in 0..<min(resendCount, 8) { patience += patience }
    return min(patience, max(rules.resendCeiling, two))
  }

  /// Learns the speed from totals that only grow, so that a lost status loses nothing.
  mutating func measure(stepCount: UInt64, playTime: Duration) {
    defer {
      playedSteps = stepCount
      self.playTime = playTime
    }
    guard stepCount > playedSteps, playTime > self.playTime else { return }
    let elapsed = (playTime - self.playTime) / .seconds(1)
    // Whatever an actor claims, plans stay finite.
    let latest = min(max(Double(stepCount - playedSteps) / elapsed, 1e-3), 1e12)
    speed = speed.map { ($0 + latest) / 2 } ?? latest
  }

  /// Takes `lease` for the one that is out.
  mutating func send(_ lease: Lease, now: Duration) {
    self.lease = lease
    sentAt = now
    issuedAt = now
    resendCount = 0
    needsLease = false
    hasSurplus = false
    if timedLease == nil { timedLease = (lease.number, now) }
  }

  /// Takes the answer to a lease.
  ///
  /// One lease at a time is timed, until it or a later one is answered, from its first sending: too
  /// long an estimate makes the next resend later, while leaving out what was sent twice (Karn, 1987)
  /// would never learn that a line is slower than the floor.
  mutating func acknowledge(_ leaseNumber: UInt64, now: Duration) {
    acknowledged = max(acknowledged, leaseNumber)
    guard let timed = timedLease, acknowledged >= timed.number else { return }
    timedLease = nil
    let latest = now - timed.sentAt
    roundTrip = roundTrip.map { ($0 * 7 + latest) / 8 } ?? latest
  }

  /// Forgets what belongs to the round that ends.
  mutating func endRound() {
    if !wasLate, heldCount == 0 { patience = max(1, patience / 2) }
    lease = nil
    heldCount = 0
    deadline = nil
    isLate = false
    wasLate = false
    needsLease = false
    hasSurplus = false
  }
}

/// All actors that joined, in order of joining; an index names an actor until the round ends.
struct ActorRoster {
  private var records: [ActorRecord] = []
  private var indices: [ActorID: Int] = [:]

  subscript(index: Int) -> ActorRecord {
    _read { yield records[index] }
    _modify { yield &records[index] }
  }

  var count: Int { records.count }

  func index(of actor: ActorID) -> Int? { indices[actor] }

  mutating func add(_ record: ActorRecord) -> Int {
    indices[record.id] = records.count
    records.append(record)
    return records.count - 1
  }

  /// Strikes an actor off; its record stays until the round ends.
  mutating func remove(at index: Int) {
    indices[records[index].id] = nil
    records[index].condition = .left
  }

  /// Starts a round: drops the records of the departed and orders the others by id, so that equal
  /// actors get equal slots round after round.
  mutating func beginRound(forgetting isForgotten: (ActorRecord) -> Bool) {
    records.removeAll { $0.condition == .left || $0.condition == .quarantined || isForgotten($0) }
    records.sort { $0.id < $1.id }
    indices.removeAll(keepingCapacity: true)
    for i in records.indices {
      records[i].endRound()
      indices[records[i].id] = i
    }
  }

  var liveCount: Int { records.reduce(0) { $0 + ($1.isLive ? 1 : 0) } }

  /// Mean of the speeds measured so far, in steps per second.
  var meanSpeed: Double? {
    var sum = 0.0
    var count = 0
    for record in records where record.isLive {
      guard let speed = record.speed else { continue }
      sum += speed
      count += 1
    }
    return count > 0 ? sum / Double(count) : nil
  }

  /// Speeds relative to each other, an unknown one being average, and their sum over the live actors.
  var weights: (of: [Double], total: Double) {
    let mean = meanSpeed ?? 1
    let weights = records.map { $0.isLive ? $0.speed ?? mean : 0 }
    return (weights, weights.reduce(0, +))
  }
}

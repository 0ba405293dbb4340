/// Plays slots of one round on lanes, side by side: each tick the policy chooses for all lanes at
/// once and every environment takes one step. A lane whose episode ends takes the next slot; when
/// there is none, the last lane moves into its place, so that the tail of a round stays cheap.
///
/// Resumable: ``advance(laneLimit:while:nextSlot:finished:into:)`` returns whenever its caller wants to
/// look at something else, and goes on where it stopped. What an episode contains depends on (seed, version,
/// kind, slot) and the parameters alone, never on lanes, company or pauses.
public struct Rollout<P: Policy> {
  let policy: P
  private let laneLimit: Int
  private let seed: UInt64

  private var round = RoundID(version: .initial, kind: .training)
  private var snapshot = PolicySnapshot(version: .initial, parameters: [])
  /// The candidate that all lanes play, in a search.
  private var candidate: Int?
  /// A slot of the next candidate, taken already: it starts when the lanes are free.
  private var heldSlot: Int?
  private var lanes: PlayingLanes<P>

  public var activeLaneCount: Int { lanes.count }
  /// A slot was taken and is not finished.
  public var isPlaying: Bool { lanes.count > 0 || heldSlot != nil }
  /// Steps played since the rollout was made, unfinished and dropped episodes included.
  public var stepCount: Int { lanes.stepCount }

  /// - Precondition: `laneLimit` is at least 1.
  public init(
    environment: EnvironmentSpecification, policy: P, laneLimit: Int, seed: UInt64
  ) {
    self.init(
      environment: environment,
      environments: environment.makeLanes(groupCount: 1, laneCount: laneLimit)[0], policy: policy,
      laneLimit: laneLimit, seed: seed)
  }

  /// The same for an environment that is a Swift type.
  public init(environment: any Environment.Type, policy: P, laneLimit: Int, seed: UInt64) {
    self.init(
      environment: EnvironmentSpecification(environment), policy: policy, laneLimit: laneLimit,
      seed: seed)
  }

  /// Rollouts that share the lanes: two where steps take place elsewhere, so that one steps while the
  /// policy chooses for the other, one otherwise.
  public static func sharing(
    environment: EnvironmentSpecification, policy: P, laneLimit: Int, seed: UInt64
  ) -> [Rollout] {
    let groupCount = environment.stepsElsewhere && laneLimit > 1 ? 2 : 1
    let laneCount = (laneLimit + groupCount - 1) / groupCount
    return environment.makeLanes(groupCount: groupCount, laneCount: laneCount).map {
      Rollout(
        environment: environment, environments: $0, policy: policy, laneLimit: laneCount,
        seed: seed)
    }
  }

  private init(
    environment: EnvironmentSpecification, environments: any EnvironmentLanes, policy: P,
    laneLimit: Int, seed: UInt64
  ) {
    precondition(laneLimit >= 1, "a rollout needs a lane")
    self.policy = policy
    self.laneLimit = laneLimit
    self.seed = seed
    lanes = PlayingLanes(
      environment: environment, environments: environments, policy: policy, laneLimit: laneLimit,
      seed: seed)
  }

  /// Drops every unfinished episode and turns to another round. In a search the most probable action is
  /// taken always: the noise is on the parameters.
  public mutating func begin(_ round: RoundID, snapshot: PolicySnapshot, greedy: Bool = false) {
    self.round = round
    self.snapshot = snapshot
    candidate = nil
    heldSlot = nil
    lanes.begin(
      round, normalization: snapshot.normalization, greedy: greedy || snapshot.perturbation != nil)
    lanes.adopt(snapshot.parameters)
  }

  /// Plays until `goOn`, asked after every tick and every episode with the bytes that `block` holds, says
  /// no, or until no lane plays and `nextSlot` has nothing more. Each finished episode's slot is given to `finished`; if that says that somebody wants
  /// the episode, it is appended to `block`. No more than `laneLimit` lanes are filled.
  ///
  /// Where steps take place elsewhere, it returns with a step under way, which the next call completes. Rollouts
  /// that share the lanes, `takingTurns`, return as soon as something is under way, a step or resets.
  ///
  /// - Throws: ``RolloutFault`` when an environment returned a number that is not finite, or failed; the
  ///   episode is dropped, and the rollout must be begun anew.
  public mutating func advance(
    laneLimit: Int = .max, takingTurns: Bool = false, while goOn: (_ byteCount: Int) -> Bool,
    nextSlot: () -> Int?, finished: (Int) -> Bool, into block: inout TrajectoryBlock
  ) throws(RolloutFault) {
    lanes.completeWork()
    while try endEpisodes(while: goOn, nextSlot: nextSlot, finished: finished, into: &block) {
      while lanes.count < min(self.laneLimit, laneLimit), let slot = takeSlot(nextSlot) {
        lanes.add(slot: slot)
      }
      guard lanes.count > 0 else { return }
      if lanes.stepsElsewhere {
        lanes.launch()
        if takingTurns || lanes.underWay == .step && !goOn(block.byteCount) { return }
        lanes.completeWork()
      } else {
        lanes.tick()
        if !goOn(block.byteCount) { return }
      }
    }
  }

  /// Hands over the episodes that are over and gives their lanes the next slots. False if `goOn` said no
  /// meanwhile: many may end at once, and whoever sends them need not wait for the last.
  // Within the loop over ticks, the type of the lanes is looked up once and not at each tick.
  @inline(__always)
  private mutating func endEpisodes(
    while goOn: (_ byteCount: Int) -> Bool, nextSlot: () -> Int?, finished: (Int) -> Bool,
    into block: inout TrajectoryBlock
  ) throws(RolloutFault) -> Bool {
    if let fault = lanes.fault { throw fault }
    guard lanes.mayBeOver() else { return true }
    // From the last lane down, so that a lane moved into a gap was looked at before.
    for lane in (0..<lanes.count).reversed() {
      guard let end = lanes.end(of: lane) else { continue }
      try lanes.collect(lane: lane)
      if finished(lanes.slot(of: lane)) { lanes.append(lane: lane, end: end, to: &block) }
      if let next = takeSlot(nextSlot) {
        lanes.start(next, lane: lane)
      } else {
        lanes.remove(lane: lane)
      }
      if !goOn(block.byteCount) { return false }
    }
    lanes.noteLookedAt()
    return true
  }

  /// The next slot, unless it belongs to another candidate and lanes still play this one: all lanes share
  /// their parameters.
  private mutating func takeSlot(_ nextSlot: () -> Int?) -> Int? {
    guard let slot = heldSlot.take() ?? nextSlot() else { return nil }
    guard let perturbation = snapshot.perturbation, round.kind == .training else { return slot }
    let candidate = perturbation.candidate(ofSlot: slot)
    if candidate == self.candidate { return slot }
    guard lanes.count == 0 else {
      heldSlot = slot
      return nil
    }
    self.candidate = candidate
    lanes.adopt(
      perturbation.parameters(
        of: candidate, around: snapshot.parameters, seed: seed, version: snapshot.version))
    return slot
  }

  /// Appends what was played of a slot that has not been handed over, or of all of them if `slot` is nil.
  /// The fingerprint is zero, for there may be numbers that have no hash.
  mutating func appendUnfinished(slot: Int?, to block: inout TrajectoryBlock) {
    lanes.appendUnfinished(slot: slot, to: &block)
  }

  /// Waits for what is under way elsewhere, if there is something.
  mutating func completeWork() { lanes.completeWork() }

  /// What the environments failed with elsewhere and nobody has been told.
  var fault: RolloutFault? { lanes.fault }

  /// Frees the lanes that play these slots, dropping their unfinished episodes.
  public mutating func abandon(_ slots: [Int]) {
    guard !slots.isEmpty else { return }
    lanes.completeWork()
    let unwanted = Set(slots)
    if let held = heldSlot, unwanted.contains(held) { heldSlot = nil }
    for lane in (0..<lanes.count).reversed() where unwanted.contains(lanes.slot(of: lane)) {
      lanes.remove(lane: lane)
    }
  }
}

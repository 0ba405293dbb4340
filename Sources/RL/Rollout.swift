internal import Kernels

/// An episode that cannot enter an update, because the environment broke its contract.
public struct RolloutFault: Error, Hashable, CustomStringConvertible {
  public let environment: String
  public let round: RoundID
  /// Nil if it is not known which of several episodes is at fault.
  public let slot: Int?
  /// Steps of the episode before the one at fault; nil if that is not known.
  public let step: Int?
  public let problem: String
  /// More for people, such as a traceback; may be empty.
  public let detail: String

  package init(
    environment: String, round: RoundID, slot: Int?, step: Int?, problem: String, detail: String
  ) {
    self.environment = environment
    self.round = round
    self.slot = slot
    self.step = step
    self.problem = problem
    self.detail = detail
  }

  public var description: String {
    let place = slot.map { slot in
      (step.map { " at step \($0) of" } ?? " in") + " slot \(slot), \(round)"
    }
    return "environment \(environment) \(problem)\(place ?? " in \(round)")"
      + (detail.isEmpty ? "" : "\n" + detail)
  }
}

/// Plays slots of one round on lanes, side by side: each tick the policy chooses for all lanes at
/// once and every environment takes one step. A lane whose episode ends takes the next slot; when
/// there is none, the last lane moves into its place, so that the tail of a round stays cheap.
///
/// Resumable: ``advance(laneLimit:while:nextSlot:finished:into:)`` returns whenever its caller wants to
/// look at something else, and goes on where it stopped. What an episode contains depends on (seed, version,
/// kind, slot) and the parameters alone, never on lanes, company or pauses.
public struct Rollout<P: Policy> {
  private let environmentName: String
  private let stepLimit: Int
  let policy: P
  private let laneLimit: Int
  /// Columns of every matrix: lanes rounded up to a multiple of 32.
  private let stride: Int
  private let seed: UInt64

  private var greedy = false
  private var round = RoundID(version: .initial, kind: .training)
  private var parameters: [Float] = []
  private var normalization: ObservationNormalization?
  private var snapshot = PolicySnapshot(version: .initial, parameters: [])
  /// The candidate that all active lanes play, in a search.
  private var candidate: Int?
  /// A slot of the next candidate, taken already: it starts when the lanes are free.
  private var heldSlot: Int?
  private var lanes: any EnvironmentLanes
  private var workspace: P.Workspace
  private var streams: LaneStreams
  /// Lanes that play now are `0..<activeLaneCount`.
  public private(set) var activeLaneCount = 0
  /// A slot was taken and is not finished.
  public var isPlaying: Bool { activeLaneCount > 0 || heldSlot != nil }
  /// Steps played since the rollout was made, unfinished and dropped episodes included.
  public private(set) var stepCount = 0
  /// Shape: `[observationSize][stride]`.
  private var observations: [Float]
  /// What the policy sees of them, where it is not the same. Shape: as `observations`.
  private var normalized: [Float] = []
  /// Shape: `[actionSize][stride]`.
  private var actions: [Float]
  private var logProbabilities: [Float]
  private var rewards: [Float]
  /// 0, or the raw value of an ``EpisodeEnd``.
  private var ends: [UInt8]
  private var recorder: EpisodeRecorder
  /// No active lane is further than this in its episode.
  private var longest = 0
  /// Whether an episode may have ended and not been handed over.
  private var mayEnd = false
  private let stepsElsewhere: Bool
  /// Lanes of a step that was begun elsewhere and not completed; 0 while there is none.
  private var steppingLaneCount = 0
  /// What the environments failed with elsewhere and nobody has been told.
  private(set) var fault: RolloutFault?

  /// - Precondition: `laneLimit` is at least 1.
  public init(
    environment: EnvironmentSpecification, policy: P, laneLimit: Int, seed: UInt64
  ) {
    self.init(
      environment: environment,
      lanes: environment.makeLanes(groupCount: 1, laneCount: laneLimit)[0], policy: policy,
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
      Rollout(environment: environment, lanes: $0, policy: policy, laneLimit: laneCount, seed: seed)
    }
  }

  private init(
    environment: EnvironmentSpecification, lanes: any EnvironmentLanes, policy: P, laneLimit: Int,
    seed: UInt64
  ) {
    precondition(laneLimit >= 1, "a rollout needs a lane")
    precondition(
      lanes.observationSize == policy.observationSize,
      "environment \(environment.name) shows \(lanes.observationSize) numbers on its lanes, and its "
        + "policy sees \(policy.observationSize)")
    environmentName = environment.name
    stepLimit = environment.stepLimit
    self.lanes = lanes
    stepsElsewhere = lanes.stepsElsewhere
    self.policy = policy
    self.laneLimit = laneLimit
    self.seed = seed
    stride = (laneLimit + 31) / 32 * 32
    workspace = policy.makeWorkspace(laneCapacity: stride)
    streams = LaneStreams(seed: seed, version: .initial, kind: .training, laneCount: stride)
    observations = Array(repeating: 0, count: policy.observationSize * stride)
    actions = Array(repeating: 0, count: policy.actionSpace.actionSize * stride)
    logProbabilities = Array(repeating: 0, count: stride)
    rewards = Array(repeating: 0, count: stride)
    ends = Array(repeating: 0, count: stride)
    recorder = EpisodeRecorder(
      observationSize: policy.observationSize, actionSize: policy.actionSpace.actionSize,
      laneCount: stride, stepLimit: environment.stepLimit)
  }

  /// Drops every unfinished episode and turns to another round. In a search the most probable action is
  /// taken always: the noise is on the parameters.
  public mutating func begin(_ round: RoundID, snapshot: PolicySnapshot, greedy: Bool = false) {
    self.round = round
    self.greedy = greedy || snapshot.perturbation != nil
    self.snapshot = snapshot
    parameters = snapshot.parameters
    candidate = nil
    heldSlot = nil
    normalization = snapshot.normalization
    if normalization != nil, normalized.isEmpty {
      normalized = Array(repeating: 0, count: observations.count)
    }
    streams = LaneStreams(
      seed: seed, version: round.version, kind: round.kind, laneCount: stride)
    activeLaneCount = 0
    longest = 0
    steppingLaneCount = 0
    mayEnd = false
    fault = nil
  }

  /// Plays until `goOn`, asked after every tick and every episode with the bytes that `block` holds, says
  /// no, or until no lane plays and `nextSlot` has nothing more. Each finished episode's slot is given to `finished`; if that says that somebody wants
  /// the episode, it is appended to `block`. Where steps take place elsewhere, it returns with a step under
  /// way, which the next call completes. No more than `laneLimit` lanes are filled.
  ///
  /// - Throws: ``RolloutFault`` when an environment returned a number that is not finite, or failed; the
  ///   episode is dropped, and the rollout must be begun anew.
  public mutating func advance(
    laneLimit: Int = .max, while goOn: (_ byteCount: Int) -> Bool, nextSlot: () -> Int?,
    finished: (Int) -> Bool, into block: inout TrajectoryBlock
  ) throws(RolloutFault) {
    completeStep()
    while try endEpisodes(while: goOn, nextSlot: nextSlot, finished: finished, into: &block) {
      fill(nextSlot, laneLimit: min(self.laneLimit, laneLimit))
      guard activeLaneCount > 0 else { return }
      if stepsElsewhere {
        try launch()
        if !goOn(block.byteCount) { return }
        completeStep()
      } else {
        tick()
        if !goOn(block.byteCount) { return }
      }
    }
  }

  /// Hands over the episodes that are over and gives their lanes the next slots. False if `goOn` said no
  /// meanwhile: many may end at once, and whoever sends them need not wait for the last.
  private mutating func endEpisodes(
    while goOn: (_ byteCount: Int) -> Bool, nextSlot: () -> Int?, finished: (Int) -> Bool,
    into block: inout TrajectoryBlock
  ) throws(RolloutFault) -> Bool {
    if let fault { throw fault }
    if longest >= stepLimit { longest = streams.longest(laneCount: activeLaneCount) }
    guard mayEnd || longest >= stepLimit else { return true }
    // From the last lane down, so that a lane moved into a gap was looked at before.
    for lane in (0..<activeLaneCount).reversed() {
      guard let end = end(of: lane) else { continue }
      let slot = Int(streams.slots[lane])
      recorder.collect(lane: lane)
      try requireFinite(lane, slot: slot)
      if finished(slot) {
        recorder.append(
          lane: lane, slot: slot, end: end, observations: observations.span, stride: stride,
          to: &block)
      }
      if let next = takeSlot(nextSlot) {
        start(next, lane: lane)
      } else {
        activeLaneCount -= 1
        if lane != activeLaneCount { move(activeLaneCount, to: lane) }
      }
      if !goOn(block.byteCount) { return false }
    }
    mayEnd = false
    return true
  }

  /// Chooses for every active lane and starts the step elsewhere.
  private mutating func launch() throws(RolloutFault) {
    repeat { completeResets() } while mustBeginAgain()
    if let fault { throw fault }
    var (actions, logProbabilities): ([Float], [Float]) = ([], [])
    swap(&actions, &self.actions)
    swap(&logProbabilities, &self.logProbabilities)
    choose(actions: &actions, logProbabilities: &logProbabilities)
    lanes.begin(laneCount: activeLaneCount, actions: actions.span, stride: stride)
    swap(&actions, &self.actions)
    swap(&logProbabilities, &self.logProbabilities)
    steppingLaneCount = activeLaneCount
  }

  /// Waits for the step that ``launch()`` started, if there is one.
  mutating func completeStep() {
    guard steppingLaneCount > 0 else { return }
    steppingLaneCount = 0
    stepCount += activeLaneCount
    step(actions: actions)
    _ = mustBeginAgain()
  }

  private mutating func completeResets() {
    var observations: [Float] = []
    swap(&observations, &self.observations)
    var view = observations.mutableSpan
    lanes.completeResets(observations: &view, stride: stride)
    swap(&observations, &self.observations)
  }

  /// Whether the environments were replaced; then every episode under way is started again. What they
  /// failed with is kept for whoever may throw it.
  private mutating func mustBeginAgain() -> Bool {
    switch lanes.takeFault() {
    case nil: return false
    case .replaced:
      for lane in 0..<activeLaneCount { start(Int(streams.slots[lane]), lane: lane) }
      mayEnd = false
      return true
    case .failed(let slot, let problem, let detail):
      let lane = (0..<activeLaneCount).first { Int(streams.slots[$0]) == slot }
      fault = RolloutFault(
        environment: environmentName, round: round, slot: slot,
        // The step that failed was counted, a reset is before all steps.
        step: lane.map { max(0, Int(streams.steps[$0]) - 1) }, problem: problem, detail: detail)
      return false
    }
  }

  private mutating func fill(_ nextSlot: () -> Int?, laneLimit: Int) {
    while activeLaneCount < laneLimit, let slot = takeSlot(nextSlot) {
      start(slot, lane: activeLaneCount)
      activeLaneCount += 1
    }
  }

  /// The next slot, unless it belongs to another candidate and lanes still play this one: all lanes share
  /// their parameters.
  private mutating func takeSlot(_ nextSlot: () -> Int?) -> Int? {
    guard let slot = heldSlot.take() ?? nextSlot() else { return nil }
    guard let perturbation = snapshot.perturbation, round.kind == .training else { return slot }
    let candidate = perturbation.candidate(ofSlot: slot)
    if candidate == self.candidate { return slot }
    guard activeLaneCount == 0 else {
      heldSlot = slot
      return nil
    }
    self.candidate = candidate
    parameters = perturbation.parameters(
      of: candidate, around: snapshot.parameters, seed: seed, version: snapshot.version)
    return slot
  }

  private mutating func start(_ slot: Int, lane: Int) {
    streams.slots[lane] = UInt32(slot)
    streams.steps[lane] = 0
    var random = streams.stream(lane: lane, purpose: .reset)
    var observations: [Float] = []
    swap(&observations, &self.observations)
    var view = observations.mutableSpan
    lanes.reset(lane: lane, using: &random, observations: &view, stride: stride)
    swap(&observations, &self.observations)
    ends[lane] = 0
    recorder.start(lane: lane)
  }

  /// One step on every active lane.
  private mutating func tick() {
    stepCount += activeLaneCount
    // Local while they change, because spans of two stored properties cannot be alive at once.
    var (actions, logProbabilities): ([Float], [Float]) = ([], [])
    swap(&actions, &self.actions)
    swap(&logProbabilities, &self.logProbabilities)
    choose(actions: &actions, logProbabilities: &logProbabilities)
    step(actions: actions)
    swap(&actions, &self.actions)
    swap(&logProbabilities, &self.logProbabilities)
  }

  private mutating func choose(actions: inout [Float], logProbabilities: inout [Float]) {
    let parameters = self.parameters
    let observations = self.observations
    var seen: [Float] = []
    swap(&seen, &normalized)
    if let normalization {
      var view = seen.mutableSpan
      for row in 0..<policy.observationSize {
        for column in row * stride..<row * stride + activeLaneCount {
          view[column] = observations[column]
        }
      }
      normalization.apply(to: &view, laneCount: activeLaneCount, stride: stride)
    }
    let input = normalization == nil ? observations : seen
    var actionView = actions.mutableSpan
    var logProbabilityView = logProbabilities.mutableSpan
    policy.act(
      on: input.span, laneCount: activeLaneCount, stride: stride,
      parameters: parameters.span, streams: streams, greedy: greedy, workspace: &workspace,
      into: &actionView, logProbabilities: &logProbabilityView)
    recorder.recordChoice(
      observations: observations.span, actions: actions.span,
      logProbabilities: logProbabilities.span, laneCount: activeLaneCount, stride: stride)
    swap(&seen, &normalized)
  }

  private mutating func step(actions: [Float]) {
    var (observations, rewards, ends): ([Float], [Float], [UInt8]) = ([], [], [])
    swap(&observations, &self.observations)
    swap(&rewards, &self.rewards)
    swap(&ends, &self.ends)
    var observationView = observations.mutableSpan
    var rewardView = rewards.mutableSpan
    var endView = ends.mutableSpan
    lanes.step(
      laneCount: activeLaneCount, actions: actions.span, streams: streams,
      observations: &observationView, stride: stride, rewards: &rewardView, ends: &endView)
    recorder.recordReward(rewards.span, laneCount: activeLaneCount, stride: stride)
    streams.countStep(laneCount: activeLaneCount)
    longest += 1
    mayEnd = ends.span.extracting(first: activeLaneCount).containsNonZero
    swap(&observations, &self.observations)
    swap(&rewards, &self.rewards)
    swap(&ends, &self.ends)
  }

  private func end(of lane: Int) -> EpisodeEnd? {
    if let end = EpisodeEnd(rawValue: ends[lane]) { return end }
    return Int(streams.steps[lane]) >= stepLimit ? .truncated : nil
  }

  private func requireFinite(_ lane: Int, slot: Int) throws(RolloutFault) {
    if let (step, problem) = recorder.firstFault(
      lane: lane, observations: observations.span, stride: stride)
    {
      throw RolloutFault(
        environment: environmentName, round: round, slot: slot, step: step, problem: problem,
        detail: "")
    }
  }

  /// Appends what was played of a slot that has not been handed over, or of all of them if `slot` is nil.
  /// The fingerprint is zero, for there may be numbers that have no hash.
  mutating func appendUnfinished(slot: Int?, to block: inout TrajectoryBlock) {
    for lane in 0..<activeLaneCount {
      let played = Int(streams.slots[lane])
      guard played == slot ?? played else { continue }
      recorder.collect(lane: lane)
      recorder.append(
        lane: lane, slot: played, end: end(of: lane) ?? .truncated, isFaulty: true,
        observations: observations.span, stride: stride, to: &block)
    }
  }

  /// Frees the lanes that play these slots, dropping their unfinished episodes.
  public mutating func abandon(_ slots: [Int]) {
    guard !slots.isEmpty else { return }
    completeStep()
    let unwanted = Set(slots)
    if let held = heldSlot, unwanted.contains(held) { heldSlot = nil }
    for lane in (0..<activeLaneCount).reversed() where unwanted.contains(Int(streams.slots[lane])) {
      activeLaneCount -= 1
      if lane != activeLaneCount { move(activeLaneCount, to: lane) }
    }
  }

  private mutating func move(_ source: Int, to destination: Int) {
    lanes.move(lane: source, to: destination)
    for row in 0..<policy.observationSize {
      observations[row * stride + destination] = observations[row * stride + source]
    }
    streams.slots[destination] = streams.slots[source]
    streams.steps[destination] = streams.steps[source]
    ends[destination] = ends[source]
    recorder.move(lane: source, to: destination)
  }
}

extension Span<UInt8> {
  fileprivate var containsNonZero: Bool {
    var bits: UInt8 = 0
    for index in 0..<count { bits |= self[index] }
    return bits != 0
  }
}

internal import Kernels

/// The episodes that a rollout plays now, one a lane, and everything that belongs to a lane: environment,
/// random numbers, columns of matrices, records. Each tick the policy chooses for all lanes at once and
/// every environment takes one step.
///
/// Which slot a lane plays, and what becomes of a finished episode, is the ``Rollout``'s business.
struct PlayingLanes<P: Policy> {
  let environmentName: String
  private let stepLimit: Int
  let policy: P
  /// Columns of every matrix: lanes rounded up to a multiple of 32.
  let stride: Int
  let stepsElsewhere: Bool

  var round = RoundID(version: .initial, kind: .training)
  var greedy = false
  var parameters: [Float] = []
  var normalization: ObservationNormalization?
  var environments: any EnvironmentLanes
  var workspace: P.Workspace
  var streams: LaneStreams
  /// Lanes that play are `0..<count`.
  private(set) var count = 0
  /// Steps played since the lanes were made, unfinished and dropped episodes included.
  var stepCount = 0
  /// Shape: `[observationSize][stride]`.
  var observations: [Float]
  /// What the policy sees of them, where it is not the same. Shape: as `observations`.
  var normalized: [Float] = []
  /// Shape: `[actionSize][stride]`.
  var actions: [Float]
  var logProbabilities: [Float]
  var rewards: [Float]
  /// 0, or the raw value of an ``EpisodeEnd``.
  var ends: [UInt8]
  var recorder: EpisodeRecorder
  /// No lane is further than this in its episode.
  var longest = 0
  /// Whether an environment ended its episode and that was not dealt with.
  var hasEnds = false
  var underWay = WorkElsewhere.nothing
  /// What the environments failed with elsewhere and nobody has been told.
  var fault: RolloutFault?

  /// - Precondition: `environments` show what the policy sees.
  init(
    environment: EnvironmentSpecification, environments: any EnvironmentLanes, policy: P,
    laneLimit: Int, seed: UInt64
  ) {
    precondition(
      environments.observationSize == policy.observationSize,
      "environment \(environment.name) shows \(environments.observationSize) numbers on its lanes, "
        + "and its policy sees \(policy.observationSize)")
    environmentName = environment.name
    stepLimit = environment.stepLimit
    self.environments = environments
    stepsElsewhere = environments.stepsElsewhere
    self.policy = policy
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

  /// Drops every episode and turns to another round.
  mutating func begin(_ round: RoundID, normalization: ObservationNormalization?, greedy: Bool) {
    self.round = round
    self.greedy = greedy
    self.normalization = normalization
    if normalization != nil, normalized.isEmpty {
      normalized = Array(repeating: 0, count: observations.count)
    }
    streams = LaneStreams(
      seed: streams.seed, version: round.version, kind: round.kind, laneCount: stride)
    count = 0
    longest = 0
    underWay = .nothing
    hasEnds = false
    fault = nil
  }

  /// Plays with these parameters from now on.
  mutating func adopt(_ parameters: [Float]) {
    self.parameters = parameters
    policy.prepareToAct(with: parameters.span, workspace: &workspace)
  }

  // MARK: Episodes

  /// The slot that a lane plays.
  func slot(of lane: Int) -> Int { Int(streams.slots[lane]) }

  /// Starts an episode on one lane more.
  mutating func add(slot: Int) {
    start(slot, lane: count)
    count += 1
  }

  /// Starts an episode on a lane whose own is over.
  mutating func start(_ slot: Int, lane: Int) {
    streams.slots[lane] = UInt32(slot)
    streams.steps[lane] = 0
    var random = streams.stream(lane: lane, purpose: .reset)
    var observations: [Float] = []
    swap(&observations, &self.observations)
    var view = observations.mutableSpan
    environments.reset(lane: lane, using: &random, observations: &view, stride: stride)
    swap(&observations, &self.observations)
    ends[lane] = 0
    recorder.start(lane: lane)
  }

  /// Drops a lane; the last one takes its place.
  mutating func remove(lane: Int) {
    count -= 1
    guard lane != count else { return }
    environments.move(lane: count, to: lane)
    for row in 0..<policy.observationSize {
      observations[row * stride + lane] = observations[row * stride + count]
    }
    streams.slots[lane] = streams.slots[count]
    streams.steps[lane] = streams.steps[count]
    ends[lane] = ends[count]
    recorder.move(lane: count, to: lane)
  }

  /// Whether a lane's episode may be over.
  mutating func mayBeOver() -> Bool {
    if longest >= stepLimit { longest = streams.longest(laneCount: count) }
    return hasEnds || longest >= stepLimit
  }

  /// Every lane was looked at, and what was over is over no more.
  mutating func noteLookedAt() { hasEnds = false }

  /// How a lane's episode ended; nil while it goes on.
  func end(of lane: Int) -> EpisodeEnd? {
    if let end = EpisodeEnd(rawValue: ends[lane]) { return end }
    return Int(streams.steps[lane]) >= stepLimit ? .truncated : nil
  }

  /// Completes the record of an episode that is over.
  ///
  /// - Throws: ``RolloutFault`` if it holds a number that is not finite.
  mutating func collect(lane: Int) throws(RolloutFault) {
    recorder.collect(lane: lane)
    if let (step, problem) = recorder.firstFault(
      lane: lane, observations: observations.span, stride: stride)
    {
      throw RolloutFault(
        environment: environmentName, round: round, slot: slot(of: lane), step: step,
        problem: problem, detail: "")
    }
  }

  /// Appends a collected episode.
  func append(lane: Int, end: EpisodeEnd, to block: inout TrajectoryBlock) {
    recorder.append(
      lane: lane, slot: slot(of: lane), end: end, observations: observations.span, stride: stride,
      to: &block)
  }

  /// Appends what was played of a slot that has not been handed over, or of all of them if `slot` is nil.
  /// The fingerprint is zero, for there may be numbers that have no hash.
  mutating func appendUnfinished(slot: Int?, to block: inout TrajectoryBlock) {
    for lane in 0..<count {
      let played = self.slot(of: lane)
      guard played == slot ?? played else { continue }
      recorder.collect(lane: lane)
      recorder.append(
        lane: lane, slot: played, end: end(of: lane) ?? .truncated, isFaulty: true,
        observations: observations.span, stride: stride, to: &block)
    }
  }
}

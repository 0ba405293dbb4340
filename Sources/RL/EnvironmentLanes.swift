/// Many environments of one type, stepped side by side.
///
/// Observations are feature-major, `[observationSize][stride]` with lanes contiguous, because the
/// policy's kernels take them so. Bits must equal those of the scalar environment.
public protocol EnvironmentLanes: Sendable {
  var observationSize: Int { get }

  /// Starts an episode on `lane` and writes column `lane` of the observations.
  mutating func reset(
    lane: Int, using random: inout RandomStream, observations: inout MutableSpan<Float>, stride: Int
  )

  /// Steps the lanes `0..<laneCount`, writing their columns of the observations, their rewards, and
  /// in `ends` 0 while the episode goes on or the raw value of an ``EpisodeEnd``.
  ///
  /// Shape: `actions` `[actionSize][stride]`.
  mutating func step(
    laneCount: Int, actions: Span<Float>, streams: borrowing LaneStreams,
    observations: inout MutableSpan<Float>, stride: Int, rewards: inout MutableSpan<Float>,
    ends: inout MutableSpan<UInt8>)

  /// Puts the environment of lane `source` in the place of that of lane `destination`, whose episode
  /// is over.
  mutating func move(lane source: Int, to destination: Int)

  /// Whether steps take place in another process. Then `reset` only notes what is to be done,
  /// ``beginResets()`` starts it for all lanes at once, ``completeResets(observations:stride:)`` waits until it
  /// is done; ``begin(laneCount:actions:stride:)`` starts a step, and `step` waits until that is done. False
  /// unless implemented.
  var stepsElsewhere: Bool { get }

  /// Starts the step that the next call of `step`, for as many lanes, completes.
  mutating func begin(laneCount: Int, actions: Span<Float>, stride: Int)

  /// Starts the resets noted since the last call; false if there are none.
  mutating func beginResets() -> Bool

  /// Waits for the resets that were started and writes the columns of those lanes.
  mutating func completeResets(observations: inout MutableSpan<Float>, stride: Int)

  /// What went wrong in the latest call, asked after each one where steps take place elsewhere.
  mutating func takeFault() -> LaneFault?
}

extension EnvironmentLanes {
  public var stepsElsewhere: Bool { false }
  public mutating func begin(laneCount: Int, actions: Span<Float>, stride: Int) {}
  public mutating func beginResets() -> Bool { false }
  public mutating func completeResets(observations: inout MutableSpan<Float>, stride: Int) {}
  public mutating func takeFault() -> LaneFault? { nil }
}

/// What can happen to environments that live in another process.
public enum LaneFault: Hashable, Sendable {
  /// All environments are new ones: each unfinished episode has to begin again.
  case replaced
  /// An environment broke its contract, in the episode of `slot` if it is known in which. `problem`
  /// continues the sentence "environment NAME …"; `detail` is for people, such as a traceback.
  case failed(slot: Int?, problem: String, detail: String)
}

/// Lanes over any environment: one value per lane.
public struct ScalarLanes<E: Environment>: EnvironmentLanes {
  private var environments: [E]
  private var scratch: [Float]
  public let observationSize: Int

  public init(laneCount: Int) {
    environments = (0..<laneCount).map { _ in E() }
    observationSize = E().observationSize
    scratch = Array(repeating: 0, count: observationSize)
  }

  public mutating func reset(
    lane: Int, using random: inout RandomStream, observations: inout MutableSpan<Float>, stride: Int
  ) {
    // Taken out of self, so that it and the environment can be changed at once.
    var observation: [Float] = []
    swap(&observation, &scratch)
    for entry in observation.indices { observation[entry] = .nan }
    var view = observation.mutableSpan
    environments[lane].reset(using: &random, observation: &view)
    for feature in 0..<observationSize {
      observations[feature * stride + lane] = view[feature]
    }
    swap(&observation, &scratch)
  }

  public mutating func step(
    laneCount: Int, actions: Span<Float>, streams: borrowing LaneStreams,
    observations: inout MutableSpan<Float>, stride: Int, rewards: inout MutableSpan<Float>,
    ends: inout MutableSpan<UInt8>
  ) {
    var observation: [Float] = []
    swap(&observation, &scratch)
    // Once for all lanes: an entry that no step writes is not a number, and refused as such.
    for entry in observation.indices { observation[entry] = .nan }
    E.step(
      lanes: &environments, laneCount: laneCount, actions: actions, streams: streams,
      scratch: &observation, observations: &observations, stride: stride, rewards: &rewards,
      ends: &ends)
    swap(&observation, &scratch)
  }

  public mutating func move(lane source: Int, to destination: Int) {
    environments.swapAt(source, destination)
  }
}

extension Environment {
  /// The default loop over lanes. It is a requirement of ``Environment`` for one reason: the compiler
  /// specialises it for each conforming type, in that type's own module, so that a batch of lanes
  /// costs one dynamic call and a step none.
  @inlinable
  public static func step(
    lanes environments: inout [Self], laneCount: Int, actions: Span<Float>,
    streams: borrowing LaneStreams, scratch: inout [Float],
    observations: inout MutableSpan<Float>, stride: Int, rewards: inout MutableSpan<Float>,
    ends: inout MutableSpan<UInt8>
  ) {
    let observationSize = scratch.count
    let actionSize = environments[0].actionSpace.actionSize
    var observation = scratch.mutableSpan
    for lane in 0..<laneCount {
      var random = streams.stream(lane: lane, purpose: .dynamics)
      let action = Action.read(actions, actionSize: actionSize, lane: lane, stride: stride)
      let result = environments[lane].step(action, using: &random, observation: &observation)
      for feature in 0..<observationSize {
        observations[feature * stride + lane] = observation[feature]
      }
      rewards[lane] = result.reward
      ends[lane] = result.end?.rawValue ?? 0
    }
  }
}

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
}

/// Lanes over any environment: one value per lane, stepped in a loop specialised for its type.
public struct ScalarLanes<E: Environment>: EnvironmentLanes {
  @usableFromInline var environments: [E]
  @usableFromInline var observation: [Float]
  public let observationSize: Int

  @inlinable
  public init(laneCount: Int) {
    environments = (0..<laneCount).map { _ in E() }
    observationSize = E().observationSize
    observation = Array(repeating: 0, count: observationSize)
  }

  @inlinable
  public mutating func reset(
    lane: Int, using random: inout RandomStream, observations: inout MutableSpan<Float>, stride: Int
  ) {
    var scratch: [Float] = []
    swap(&scratch, &observation)
    var view = scratch.mutableSpan
    environments[lane].reset(using: &random, observation: &view)
    for feature in 0..<observationSize {
      observations[feature * stride + lane] = view[feature]
    }
    swap(&scratch, &observation)
  }

  @inlinable
  public mutating func step(
    laneCount: Int, actions: Span<Float>, streams: borrowing LaneStreams,
    observations: inout MutableSpan<Float>, stride: Int, rewards: inout MutableSpan<Float>,
    ends: inout MutableSpan<UInt8>
  ) {
    // Taken out of self, so that the environments and the scratch observation can be changed at once.
    var scratch: [Float] = []
    swap(&scratch, &observation)
    for lane in 0..<laneCount {
      var random = streams.stream(lane: lane, purpose: .dynamics)
      var view = scratch.mutableSpan
      let result = environments[lane].step(
        Int(actions[lane]), using: &random, observation: &view)
      for feature in 0..<observationSize {
        observations[feature * stride + lane] = view[feature]
      }
      rewards[lane] = result.reward
      ends[lane] = result.end?.rawValue ?? 0
    }
    swap(&scratch, &observation)
  }

  @inlinable
  public mutating func move(lane source: Int, to destination: Int) {
    environments.swapAt(source, destination)
  }
}

/// Lanes around other lanes, which show their observations otherwise; all but that is the inner lanes' business.
protocol ObservationWrapper: EnvironmentLanes {
  associatedtype Inner: EnvironmentLanes
  var inner: Inner { get set }
  var pending: PendingResets { get set }

  /// Makes of an episode's first observation, as the inner lanes wrote it, what is to be seen.
  func amendFirst(_ observations: inout MutableSpan<Float>, lane: Int, stride: Int)
}

extension ObservationWrapper {
  var stepsElsewhere: Bool { inner.stepsElsewhere }

  mutating func reset(
    lane: Int, using random: inout RandomStream, observations: inout MutableSpan<Float>, stride: Int
  ) {
    inner.reset(lane: lane, using: &random, observations: &observations, stride: stride)
    if stepsElsewhere {
      pending.insert(lane)
    } else {
      amendFirst(&observations, lane: lane, stride: stride)
    }
  }

  mutating func beginResets() -> Bool { inner.beginResets() }

  mutating func completeResets(observations: inout MutableSpan<Float>, stride: Int) {
    inner.completeResets(observations: &observations, stride: stride)
    for lane in pending.takeAll() { amendFirst(&observations, lane: lane, stride: stride) }
  }

  mutating func begin(laneCount: Int, actions: Span<Float>, stride: Int) {
    inner.begin(laneCount: laneCount, actions: actions, stride: stride)
  }

  mutating func move(lane source: Int, to destination: Int) {
    inner.move(lane: source, to: destination)
    pending.swapAt(source, destination)
  }

  mutating func takeFault() -> LaneFault? { inner.takeFault() }
}

/// Multiplies the entries of every observation by constants.
struct ScaledObservationLanes<Inner: EnvironmentLanes>: ObservationWrapper {
  var inner: Inner
  /// One factor for each entry.
  private let scale: [Float]
  var pending = PendingResets()

  /// - Precondition: `scale` holds one number, or one for each entry of an observation.
  init(_ inner: Inner, scale: [Double]) {
    let size = inner.observationSize
    precondition(scale.count == 1 || scale.count == size, "a factor for each entry, or one for all")
    self.inner = inner
    self.scale =
      scale.count == size
      ? scale.map { Float($0) } : Array(repeating: Float(scale[0]), count: size)
  }

  var observationSize: Int { inner.observationSize }

  func amendFirst(_ observations: inout MutableSpan<Float>, lane: Int, stride: Int) {
    for (entry, factor) in scale.enumerated() { observations[entry * stride + lane] *= factor }
  }

  mutating func step(
    laneCount: Int, actions: Span<Float>, streams: borrowing LaneStreams,
    observations: inout MutableSpan<Float>, stride: Int, rewards: inout MutableSpan<Float>,
    ends: inout MutableSpan<UInt8>
  ) {
    inner.step(
      laneCount: laneCount, actions: actions, streams: streams, observations: &observations,
      stride: stride, rewards: &rewards, ends: &ends)
    for (entry, factor) in scale.enumerated() {
      for column in entry * stride..<entry * stride + laneCount { observations[column] *= factor }
    }
  }
}

/// Shows the newest observation and those before it, the newest in the first rows.
///
/// What was observed before lies in the caller's own matrix, which keeps it from step to step and moves
/// it with its lane.
struct FrameStackLanes<Inner: EnvironmentLanes>: ObservationWrapper {
  var inner: Inner
  private let frameCount: Int
  var pending = PendingResets()

  init(_ inner: Inner, frameCount: Int) {
    precondition(frameCount >= 1, "the newest observation is always seen")
    self.inner = inner
    self.frameCount = frameCount
  }

  var observationSize: Int { inner.observationSize * frameCount }

  func amendFirst(_ observations: inout MutableSpan<Float>, lane: Int, stride: Int) {
    let size = inner.observationSize
    for row in size..<observationSize {
      observations[row * stride + lane] = observations[row % size * stride + lane]
    }
  }

  mutating func step(
    laneCount: Int, actions: Span<Float>, streams: borrowing LaneStreams,
    observations: inout MutableSpan<Float>, stride: Int, rewards: inout MutableSpan<Float>,
    ends: inout MutableSpan<UInt8>
  ) {
    let size = inner.observationSize
    for row in (size..<observationSize).reversed() {
      let (to, from) = (row * stride, (row - size) * stride)
      for lane in 0..<laneCount { observations[to + lane] = observations[from + lane] }
    }
    inner.step(
      laneCount: laneCount, actions: actions, streams: streams, observations: &observations,
      stride: stride, rewards: &rewards, ends: &ends)
  }
}

internal import CLinux
package import RL
internal import Synchronization

/// How fast one actor plays an environment with so many lanes, and what it does meanwhile.
package struct ActingMeasurement: Sendable {
  package let lanes: Int
  package let stepsPerSecond: Double
  /// Share of the time in which the actor stepped the environment or, where steps take place elsewhere, waited
  /// for them. The rest is the policy's, and what surrounds it.
  package let environmentShare: Double
  /// Cores that the actor kept busy: 1 at most, for it has one thread.
  package let ownCores: Double
  /// Share of the time in which the actor was ready, and other programs had the cores.
  package let queueShare: Double
  /// Cores that the processes it started kept busy.
  package let simulatorCores: Double

  /// Whether the simulator computes; otherwise it waits for something else.
  package var simulatorComputes: Bool { simulatorCores > ownCores / 4 }

  /// Cores that an actor and its simulator would keep busy if they had the machine for themselves.
  package var cores: Double {
    let measured = ownCores + simulatorCores
    // Two processes that take turns are as fast as the slower one.
    return queueShare > 0.05 && simulatorComputes
      ? measured / max(ownCores, simulatorCores) : measured
  }

  /// Plays for this long, after a tenth of it that is not counted.
  ///
  /// - Throws: ``RolloutFault`` when the environment fails.
  package init(
    of environment: EnvironmentSpecification, policy: PolicyConfiguration, lanes: Int,
    seed: UInt64, duration: Duration
  ) throws {
    try prepareArithmetic()
    let stopwatch = LaneStopwatch()
    var actor = ExaminedActor(
      environment.timed(by: stopwatch), policy: policy, lanes: lanes, seed: seed)
    let clock = ContinuousClock()
    let warm = clock.now + duration / 10
    try actor.play(while: { clock.now < warm })
    let before = (actor.stepCount, stopwatch.nanoseconds, ProcessorTime(), clock.now)
    let end = before.3 + duration
    try actor.play(while: { clock.now < end })
    let seconds = (clock.now - before.3).seconds
    let used = ProcessorTime()
    self.lanes = lanes
    stepsPerSecond = Double(actor.stepCount - before.0) / seconds
    environmentShare = Double(stopwatch.nanoseconds - before.1) / 1e9 / seconds
    ownCores = (used.own - before.2.own) / seconds
    queueShare = (used.queued - before.2.queued) / seconds
    simulatorCores = max(0, used.children - before.2.children) / seconds
  }
}

extension EnvironmentSpecification {
  /// The same environment; the time that an actor spends with its lanes is added up.
  fileprivate func timed(by stopwatch: LaneStopwatch) -> EnvironmentSpecification {
    with { groupCount, laneCount in
      makeLanes(groupCount: groupCount, laneCount: laneCount).map { timedLanes($0, stopwatch) }
    }
  }
}

private func timedLanes(
  _ lanes: some EnvironmentLanes, _ stopwatch: LaneStopwatch
) -> any EnvironmentLanes {
  TimedLanes(inner: lanes, stopwatch: stopwatch)
}

private final class LaneStopwatch: Sendable {
  private let total = Mutex<Int64>(0)

  var nanoseconds: Int64 { total.withLock { $0 } }

  func add(since start: Int64) {
    let passed = troupe_monotonic_nanoseconds() - start
    total.withLock { $0 += passed }
  }
}

private struct TimedLanes<Inner: EnvironmentLanes>: EnvironmentLanes {
  var inner: Inner
  let stopwatch: LaneStopwatch

  var observationSize: Int { inner.observationSize }
  var stepsElsewhere: Bool { inner.stepsElsewhere }

  mutating func reset(
    lane: Int, using random: inout RandomStream, observations: inout MutableSpan<Float>, stride: Int
  ) {
    let start = troupe_monotonic_nanoseconds()
    defer { stopwatch.add(since: start) }
    inner.reset(lane: lane, using: &random, observations: &observations, stride: stride)
  }

  mutating func beginResets() -> Bool {
    let start = troupe_monotonic_nanoseconds()
    defer { stopwatch.add(since: start) }
    return inner.beginResets()
  }

  mutating func completeResets(observations: inout MutableSpan<Float>, stride: Int) {
    let start = troupe_monotonic_nanoseconds()
    defer { stopwatch.add(since: start) }
    inner.completeResets(observations: &observations, stride: stride)
  }

  mutating func begin(laneCount: Int, actions: Span<Float>, stride: Int) {
    let start = troupe_monotonic_nanoseconds()
    defer { stopwatch.add(since: start) }
    inner.begin(laneCount: laneCount, actions: actions, stride: stride)
  }

  mutating func step(
    laneCount: Int, actions: Span<Float>, streams: borrowing LaneStreams,
    observations: inout MutableSpan<Float>, stride: Int, rewards: inout MutableSpan<Float>,
    ends: inout MutableSpan<UInt8>
  ) {
    let start = troupe_monotonic_nanoseconds()
    defer { stopwatch.add(since: start) }
    inner.step(
      laneCount: laneCount, actions: actions, streams: streams, observations: &observations,
      stride: stride, rewards: &rewards, ends: &ends)
  }

  mutating func move(lane source: Int, to destination: Int) {
    inner.move(lane: source, to: destination)
  }

  mutating func takeFault() -> LaneFault? { inner.takeFault() }
}

internal import CLinux
package import RL
internal import Synchronization

/// A fixed time that every step takes, as those of a slow simulator do. It stands in for one in benchmarks:
/// nothing is computed meanwhile, and no trajectory changes.
///
/// What is modelled is one simulator in a process of its own for each actor, as Gymnasium's bridge is. Requests
/// queue up there: while one group of lanes steps, the policy chooses for the other.
package struct StepLatency: Hashable, Sendable {
  package var duration = Duration.zero
  package var unit = Unit.lane

  package init() {}

  /// What takes the time.
  package enum Unit: String, Hashable, Sendable, CaseIterable {
    /// Each lane's step, one after the other: a simulator on one core. An actor then plays at most
    /// 1/duration steps a second, with however many lanes.
    case lane
    /// One step of all lanes of a request together: a vectorised simulator, or one that other machines
    /// compute.
    case tick
  }

  fileprivate func nanoseconds(laneCount: Int) -> Int64 {
    let (seconds, attoseconds) = duration.components
    let one = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    return unit == .lane ? one * Int64(laneCount) : one
  }
}

extension EnvironmentSpecification {
  /// The same environment with steps that take this long; without any latency, itself.
  ///
  /// - Precondition: its steps do not take place elsewhere already.
  package func delayed(by latency: StepLatency) -> EnvironmentSpecification {
    guard latency.duration > .zero else { return self }
    precondition(!stepsElsewhere, "steps elsewhere take their own time")
    return with(stepsElsewhere: true) { groupCount, laneCount in
      let simulator = SlowSimulator()
      return makeLanes(groupCount: groupCount, laneCount: laneCount).map {
        delayedLanes($0, by: latency, simulator: simulator)
      }
    }
  }
}

private func delayedLanes(
  _ lanes: some EnvironmentLanes, by latency: StepLatency, simulator: SlowSimulator
) -> any EnvironmentLanes {
  DelayedLanes(lanes, latency: latency, simulator: simulator)
}

/// When the simulator that an actor's groups of lanes share is free again.
private final class SlowSimulator: Sendable {
  /// Nanoseconds of the monotonic clock.
  private let free = Mutex<Int64>(0)

  /// Queues work of so many nanoseconds up, and says when it is done.
  func work(nanoseconds: Int64) -> Int64 {
    free.withLock { free in
      free = max(free, troupe_monotonic_nanoseconds()) + nanoseconds
      return free
    }
  }
}

/// Lanes whose steps are done no sooner than the simulator's.
private struct DelayedLanes<Inner: EnvironmentLanes>: EnvironmentLanes {
  private var inner: Inner
  private let latency: StepLatency
  private let simulator: SlowSimulator
  /// What the step under way was begun with. Shape: `[actionSize][stride]`.
  private var actions: [Float] = []
  private var end: Int64 = 0

  init(_ inner: Inner, latency: StepLatency, simulator: SlowSimulator) {
    self.inner = inner
    self.latency = latency
    self.simulator = simulator
  }

  var observationSize: Int { inner.observationSize }
  var stepsElsewhere: Bool { true }

  mutating func reset(
    lane: Int, using random: inout RandomStream, observations: inout MutableSpan<Float>, stride: Int
  ) {
    inner.reset(lane: lane, using: &random, observations: &observations, stride: stride)
  }

  mutating func begin(laneCount: Int, actions: Span<Float>, stride: Int) {
    if self.actions.count != actions.count {
      self.actions = Array(repeating: 0, count: actions.count)
    }
    for index in actions.indices { self.actions[index] = actions[index] }
    end = simulator.work(nanoseconds: latency.nanoseconds(laneCount: laneCount))
  }

  mutating func step(
    laneCount: Int, actions: Span<Float>, streams: borrowing LaneStreams,
    observations: inout MutableSpan<Float>, stride: Int, rewards: inout MutableSpan<Float>,
    ends: inout MutableSpan<UInt8>
  ) {
    troupe_sleep_until(end)
    // Taken out of self, so that it and the inner lanes can be used at once.
    var begun: [Float] = []
    swap(&begun, &self.actions)
    inner.step(
      laneCount: laneCount, actions: begun.span, streams: streams, observations: &observations,
      stride: stride, rewards: &rewards, ends: &ends)
    swap(&begun, &self.actions)
  }

  mutating func move(lane source: Int, to destination: Int) {
    inner.move(lane: source, to: destination)
  }
}

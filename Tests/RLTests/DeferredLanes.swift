import RL
import Synchronization

/// How many resets and steps were begun and are not completed.
final class WorkCount: Sendable {
  private let count = Atomic(0)

  var underWay: Int { count.load(ordering: .relaxed) }

  func begin() { count.add(1, ordering: .relaxed) }
  func complete() { count.subtract(1, ordering: .relaxed) }
}

/// Lanes that do nothing before they are asked to complete it, as those of another process.
struct DeferredLanes<E: Environment>: EnvironmentLanes {
  static func specification(work: WorkCount = WorkCount()) -> EnvironmentSpecification {
    let environment = E()
    return EnvironmentSpecification(
      name: E.name, observationSize: environment.observationSize,
      actionSpace: environment.actionSpace, stepLimit: environment.stepLimit, rewardThreshold: nil,
      isReproducible: true, stepsElsewhere: true
    ) { groupCount, laneCount in
      (0..<groupCount).map { _ in DeferredLanes(laneCount: laneCount, work: work) }
    }
  }

  private let work: WorkCount
  private var inner: ScalarLanes<E>
  private var noted: [RandomStream?]
  private var resets: [RandomStream?] = []
  private var actions: [Float] = []

  init(laneCount: Int, work: WorkCount) {
    self.work = work
    inner = ScalarLanes(laneCount: laneCount)
    noted = Array(repeating: nil, count: laneCount)
  }

  var observationSize: Int { inner.observationSize }
  var stepsElsewhere: Bool { true }

  mutating func reset(
    lane: Int, using random: inout RandomStream, observations: inout MutableSpan<Float>, stride: Int
  ) {
    noted[lane] = random
  }

  mutating func beginResets() -> Bool {
    resets = noted
    noted = Array(repeating: nil, count: resets.count)
    guard resets.contains(where: { $0 != nil }) else { return false }
    work.begin()
    return true
  }

  mutating func completeResets(observations: inout MutableSpan<Float>, stride: Int) {
    work.complete()
    for lane in resets.indices {
      guard var random = resets[lane].take() else { continue }
      inner.reset(lane: lane, using: &random, observations: &observations, stride: stride)
    }
  }

  mutating func begin(laneCount: Int, actions: Span<Float>, stride: Int) {
    work.begin()
    self.actions = actions.indices.map { actions[$0] }
  }

  mutating func step(
    laneCount: Int, actions: Span<Float>, streams: borrowing LaneStreams,
    observations: inout MutableSpan<Float>, stride: Int, rewards: inout MutableSpan<Float>,
    ends: inout MutableSpan<UInt8>
  ) {
    work.complete()
    let begun = self.actions
    inner.step(
      laneCount: laneCount, actions: begun.span, streams: streams, observations: &observations,
      stride: stride, rewards: &rewards, ends: &ends)
  }

  mutating func move(lane source: Int, to destination: Int) {
    inner.move(lane: source, to: destination)
    noted.swapAt(source, destination)
  }
}

import RL
import TestKit
import Testing

/// A wrapper that shows, in one entry more, how many steps its episode has; and how it can be wrong.
private struct StepCountLanes: EnvironmentLanes {
  enum Flaw: CaseIterable {
    case none, forgetsResets, forgetsToMove, showsTooMuch, leavesEntryOut, isRandom, paysNaN
    case countsAllLanes
  }

  static func specification(_ flaw: Flaw) -> EnvironmentSpecification {
    let adder = Adder()
    return EnvironmentSpecification(
      name: "step-count", observationSize: adder.observationSize + 1,
      actionSpace: adder.actionSpace, stepLimit: adder.stepLimit, rewardThreshold: nil,
      isReproducible: true, stepsElsewhere: false
    ) { groupCount, laneCount in
      (0..<groupCount).map { _ in StepCountLanes(laneCount: laneCount, flaw: flaw) }
    }
  }

  private var inner: ScalarLanes<Adder>
  private var steps: [Int]
  private let flaw: Flaw

  init(laneCount: Int, flaw: Flaw) {
    inner = ScalarLanes(laneCount: laneCount)
    steps = Array(repeating: 0, count: laneCount)
    self.flaw = flaw
  }

  var observationSize: Int { inner.observationSize + (flaw == .showsTooMuch ? 2 : 1) }

  mutating func reset(
    lane: Int, using random: inout RandomStream, observations: inout MutableSpan<Float>, stride: Int
  ) {
    inner.reset(lane: lane, using: &random, observations: &observations, stride: stride)
    if flaw != .forgetsResets { steps[lane] = 0 }
    if flaw != .leavesEntryOut {
      observations[inner.observationSize * stride + lane] = Float(steps[lane])
    }
  }

  mutating func step(
    laneCount: Int, actions: Span<Float>, streams: borrowing LaneStreams,
    observations: inout MutableSpan<Float>, stride: Int, rewards: inout MutableSpan<Float>,
    ends: inout MutableSpan<UInt8>
  ) {
    inner.step(
      laneCount: laneCount, actions: actions, streams: streams, observations: &observations,
      stride: stride, rewards: &rewards, ends: &ends)
    for lane in 0..<laneCount {
      steps[flaw == .countsAllLanes ? 0 : lane] += 1
      let shown = flaw == .countsAllLanes ? steps[0] : steps[lane]
      observations[inner.observationSize * stride + lane] =
        flaw == .isRandom ? .random(in: 0..<1) : Float(shown)
      if flaw == .paysNaN, steps[lane] == 4 { rewards[lane] = .nan }
    }
  }

  mutating func move(lane source: Int, to destination: Int) {
    inner.move(lane: source, to: destination)
    if flaw != .forgetsToMove { steps.swapAt(source, destination) }
  }
}

@Suite struct LanesConformanceTests {
  @Test(
    arguments: [
      (StepCountLanes.Flaw.forgetsResets, "lanes that played before give other numbers"),
      (.forgetsToMove, "lanes give other numbers than one"),
      (.showsTooMuch, "its lanes show 4 numbers, and it says 3"),
      (.leavesEntryOut, "reset of lane 0 leaves entry 2 unwritten"),
      (.isRandom, "give other numbers"),
      (.countsAllLanes, "give other numbers"),
      (.paysNaN, "environment step-count returned the reward nan at step 3 of slot 0, version 0"),
    ])
  private func `a wrapper that breaks the contract is found`(
    flaw: StepCountLanes.Flaw, sentence: String
  ) {
    let problems = EnvironmentConformance.problems(of: StepCountLanes.specification(flaw))
    #expect(problems.contains { $0.contains(sentence) }, "\(problems)")
  }

  @Test func `a wrapper that keeps the contract is accepted`() {
    #expect(EnvironmentConformance.problems(of: StepCountLanes.specification(.none)) == [])
  }

  @Test(
    arguments: [
      EnvironmentWrappers(), EnvironmentWrappers(stepLimit: 7), EnvironmentWrappers(frameStack: 3),
      EnvironmentWrappers(observationScale: [0.5, -2]), EnvironmentWrappers(actionTransform: .clip),
      EnvironmentWrappers(actionTransform: .tanh),
      EnvironmentWrappers(
        stepLimit: 11, frameStack: 2, observationScale: [3], actionTransform: .tanh),
    ])
  func `every wrapper keeps the contract`(wrappers: EnvironmentWrappers) throws {
    let specification = try EnvironmentSpecification(Adder.self).wrapped(by: wrappers)
    #expect(EnvironmentConformance.problems(of: specification) == [])
  }

  /// Within wrappers an environment is still the one that is named, with slot and step.
  @Test func `what an environment does wrong is found within wrappers`() throws {
    let wrappers = EnvironmentWrappers(frameStack: 3, observationScale: [2])
    func problems(of type: any Environment.Type) throws -> [String] {
      EnvironmentConformance.problems(
        of: try EnvironmentSpecification(type).wrapped(by: wrappers))
    }
    #expect(
      try problems(of: Broken.self) == [
        "environment broken returned the reward nan at step 2 of slot 0, version 0"
      ])
    #expect(
      try problems(of: Flawed<Unwritten>.self) == [
        "environment flawed returned nan as entry 1 of its observation at step 1 of slot 0, version 0"
      ])
    #expect(
      try problems(of: Flawed<Forgetful>.self).contains { $0.contains("played before") })
    #expect(
      try problems(of: Flawed<Nondeterministic>.self).contains { $0.contains("other numbers") })
  }
}

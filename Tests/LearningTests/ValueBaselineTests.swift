import Kernels
import Learning
import Policies
import RL
import Testing

@Suite struct ValueBaselineTests {
  private static func test(normalized: Bool = true) -> InProcessRun {
    var test = InProcessRun()
    test.configuration = LearnerConfiguration(
      episodesPerUpdate: 32, baseline: .value, discount: 0.99, normalizeAdvantages: normalized,
      learningRate: 0.01, value: ValueConfiguration(hidden: [24, 9], passes: 3))
    return test
  }

  /// Hash of all that a learner keeps.
  private func state(_ learner: Learner<MLPPolicy>) throws -> Digest128 {
    let baseline = try #require(learner.valueBaseline)
    let arrays =
      learner.snapshot.parameters + baseline.parameters + baseline.optimizer.firstMoment
      + baseline.optimizer.secondMoment
    return Digest128.hash(of: arrays.span)
  }

  @Test(arguments: [true, false]) func lanesThreadsAndStreamingChangeNoBit(
    normalized: Bool
  ) throws {
    let expected = try state(Self.test(normalized: normalized).run(updates: 8).learner)
    for (lanes, threads) in [(1, 2), (7, 2), (64, 1)] {
      var test = Self.test(normalized: normalized)
      test.lanes = lanes
      test.threads = threads
      test.ticksPerAdvance = 13 * lanes
      #expect(try state(test.run(updates: 8).learner) == expected, "\(lanes) \(threads)")
    }
  }

  @Test func theOrderOfArrivalChangesNoBit() throws {
    var test = Self.test()
    test.threads = 2
    let learner = test.makeLearner()
    let round = RoundID(version: .initial, kind: .training)
    let orders = [Array(0..<32), (0..<32).reversed(), (0..<32).map { $0 * 13 % 32 }]
    let states = try orders.map { order in
      var learner = learner
      let blocks = try order.map {
        try test.play(round, snapshot: learner.snapshot, slots: [$0])
      }
      _ = learner.update(with: blocks)
      return try state(learner)
    }
    #expect(Set(states).count == 1)
  }

  @Test func theFirstPartOfAnUpdateMakesThePolicyAndTheSecondFitsTheValues() throws {
    let test = Self.test()
    var (whole, parts) = (test.makeLearner(), test.makeLearner())
    for _ in 0..<3 {
      let id = RoundID(version: whole.snapshot.version, kind: .training)
      let block = try test.play(
        id, snapshot: whole.snapshot, slots: Array(0..<test.configuration.episodesPerUpdate))
      let expected = whole.update(with: [block])
      var round = parts.beginRound(kind: .training, slotCount: block.headers.count)
      for (index, offset) in block.stepOffsets.enumerated() {
        round.insert(TrajectoryReference(block: block, index: index, stepOffset: offset)) {}
      }
      while !round.isComplete { _ = round.takeVerifications() }
      let before = try #require(parts.valueBaseline).parameters
      let unfinished = parts.advance(with: round)
      #expect(parts.snapshot == whole.snapshot, "the policy is there")
      #expect(parts.valueBaseline?.parameters == before, "V is not")
      #expect(parts.finish(unfinished) == expected)
      #expect(try state(parts) == state(whole))
    }
  }

  @Test func aResumedRunEndsAtTheSameBytes() throws {
    let test = Self.test()
    let expected = try state(test.run(updates: 9).learner)
    let half = try test.run(updates: 4).learner
    let baseline = try #require(half.valueBaseline)
    let resumed = Learner(
      policy: test.policy, configuration: test.configuration, snapshot: half.snapshot,
      optimizer: Optimizer(
        configuration: test.configuration, updateCount: 4,
        firstMoment: half.optimizer.firstMoment, secondMoment: half.optimizer.secondMoment),
      queue: WorkQueue(threadCount: 1),
      valueBaseline: ValueBaseline(
        function: test.valueFunction, configuration: test.configuration,
        policyUpdateCount: 4, parameters: baseline.parameters,
        firstMoment: baseline.optimizer.firstMoment, secondMoment: baseline.optimizer.secondMoment))
    #expect(try state(test.run(updates: 5, from: resumed).learner) == expected)
  }

  @Test func cartPoleLearnsAndTheValuesExplainTheReturns() throws {
    var test = Self.test()
    test.configuration.learningRate = 0.03
    test.configuration.value = ValueConfiguration(hidden: [32, 32])
    let half = try test.run(updates: 20)
    let explained = try #require(half.last?.explainedVariance)
    #expect(explained > 0.5 && explained <= 1, "explained variance \(explained) at update 20")
    let last = try #require(test.run(updates: 15, from: half.learner).last)
    #expect(last.returns.mean > 300, "mean return \(last.returns.mean) after 35 updates")
  }

  // MARK: How an episode ends

  /// The gradient of an update of one episode of one step, and V before and after that step.
  private func gradient(
    end: EpisodeEnd
  ) throws -> (gradient: [Float], value: Double, finalValue: Double) {
    let test = Self.test()
    var configuration = test.configuration
    configuration.episodesPerUpdate = 1
    configuration.normalizeAdvantages = false
    let learner = Learner(
      policy: test.policy, configuration: configuration, seed: 5, queue: WorkQueue(threadCount: 1),
      valueFunction: test.valueFunction)
    let (first, last): ([Float], [Float]) = ([0.5, -0.25, 0.125, 1], [-1, 0.75, 2, -0.5])
    var workspace = test.policy.makeWorkspace(laneCapacity: 32)
    var columns = [Float](repeating: 0, count: 4 * 32)
    for (row, (before, after)) in zip(first, last).enumerated() {
      columns[row * 32] = before
      columns[row * 32 + 1] = after
    }
    var (logProbability, entropy): ([Float], [Float]) = ([0], [0])
    var logProbabilityView = logProbability.mutableSpan
    var entropyView = entropy.mutableSpan
    let action = [Float](repeating: 1, count: 32)
    test.policy.evaluate(
      observations: columns.span, actions: action.span, laneCount: 1, stride: 32,
      parameters: learner.snapshot.parameters.span, workspace: &workspace,
      into: &logProbabilityView, entropies: &entropyView)
    var values: [Float] = [0, 0]
    var valueView = values.mutableSpan
    var valueWorkspace = test.valueFunction.makeWorkspace(laneCapacity: 32)
    let valueParameters = try #require(learner.valueBaseline).parameters
    test.valueFunction.evaluate(
      observations: columns.span, laneCount: 2, stride: 32,
      parameters: valueParameters.span, workspace: &valueWorkspace,
      into: &valueView)
    let header = TrajectoryHeader(
      slot: 0, stepCount: 1, end: end, fingerprint: Digest128.hash(of: logProbability.span))
    let block = TrajectoryBlock(
      observationSize: 4, actionSize: 1, headers: [header], observations: first, actions: [1],
      rewards: [2], finalObservations: last)
    var round = learner.beginRound(kind: .training, slotCount: 1)
    round.insert(TrajectoryReference(block: block, index: 0, stepOffset: 0)) {}
    #expect(round.takeVerifications().flatMap(\.mismatches) == [])
    return (round.gradient(), Double(values[0]), Double(values[1]))
  }

  @Test func aTruncatedEpisodeGoesOnInTheValueATerminatedOneDoesNot() throws {
    FloatingPointMode.establish()
    let terminated = try gradient(end: .terminated)
    let truncated = try gradient(end: .truncated)
    let (value, finalValue) = (terminated.value, terminated.finalValue)
    #expect(abs(finalValue) > 0.01)
    let ratio = (2 + 0.99 * finalValue - value) / (2 - value)
    for (with, without) in zip(truncated.gradient, terminated.gradient) {
      #expect(abs(Double(with) - ratio * Double(without)) <= 1e-5 * abs(Double(with)) + 1e-9)
    }
  }
}

import Kernels
import Learning
import Policies
import RL
import Testing

/// What an update says of itself, against the same by hand.
@Suite struct DiagnosticsTests {
  private var test: InProcessRun {
    var test = InProcessRun(hidden: [8])
    test.configuration = LearnerConfiguration(
      episodesPerUpdate: 10, baseline: .none, discount: 0.99, normalizeAdvantages: false,
      learningRate: 0.02)
    return test
  }

  /// Log-probabilities of one episode's steps under other parameters.
  private func logProbabilities(
    _ episode: Int, of block: TrajectoryBlock, _ policy: MLPPolicy, _ parameters: [Float]
  ) -> [Float] {
    let (first, steps) = (block.stepOffsets[episode], block.headers[episode].stepCount)
    let stride = (steps + 31) / 32 * 32
    var workspace = policy.makeWorkspace(laneCapacity: stride)
    var observations = [Float](repeating: 0, count: 4 * stride)
    var actions = [Float](repeating: 0, count: stride)
    for t in 0..<steps {
      for row in 0..<4 {
        observations[row * stride + t] = block.observations[4 * first + row * steps + t]
      }
      actions[t] = block.actions[first + t]
    }
    var result = [Float](repeating: 0, count: stride)
    var entropies = result
    var resultView = result.mutableSpan
    var entropyView = entropies.mutableSpan
    policy.evaluate(
      observations: observations.span, actions: actions.span, laneCount: steps, stride: stride,
      parameters: parameters.span, workspace: &workspace, into: &resultView,
      entropies: &entropyView)
    return Array(result[..<steps])
  }

  @Test func `the divergence is that of the first steps of the first eight episodes`() throws {
    let test = test
    var learner = test.makeLearner()
    let before = learner.snapshot
    let block = try test.play(
      RoundID(version: .initial, kind: .training), snapshot: before, slots: Array(0..<10))
    let divergence = learner.update(with: [block]).divergence
    var (sum, count) = (0.0, 0)
    for episode in block.headers.indices where block.headers[episode].slot < 8 {
      let old = logProbabilities(episode, of: block, test.policy, before.parameters)
      let new = logProbabilities(episode, of: block, test.policy, learner.snapshot.parameters)
      // In a round as short as this one, 32 steps of each.
      for (old, new) in zip(old, new).prefix(32) { sum += Double(old) - Double(new) }
      count += min(32, old.count)
    }
    #expect(block.headers.contains { $0.stepCount > 32 })
    #expect(divergence != 0)
    #expect(abs(divergence - sum / Double(count)) < 1e-9)
  }

  /// Groups of several tiles: the sample is the first of them, whatever is computed after it.
  @Test func `a policy that does not change has no divergence`() throws {
    var test = test
    test.configuration = LearnerConfiguration(
      episodesPerUpdate: 640, baseline: .none, discount: 0.99, normalizeAdvantages: false,
      learningRate: 0)
    var learner = test.makeLearner()
    let block = try test.play(
      RoundID(version: .initial, kind: .training), snapshot: learner.snapshot,
      slots: Array(0..<640))
    let firstGroup = RoundPartition(slotCount: 640).slots(of: 0)
    let steps = block.headers.reduce(0) {
      $0 + (firstGroup.contains(Int($1.slot)) ? $1.stepCount : 0)
    }
    #expect(steps > RoundPartition.tileSize)
    #expect(learner.update(with: [block]).divergence == 0)
  }

  @Test func `the signal is held against the spread of the episodes' gradients`() throws {
    let test = test
    var learner = test.makeLearner()
    let block = try test.play(
      RoundID(version: .initial, kind: .training), snapshot: learner.snapshot,
      slots: Array(0..<10))
    let gradients = TrajectoryReference.all(of: block).map { trajectory in
      var round = learner.beginRound(kind: .training, slotCount: 1)
      round.insert(trajectory.placed(at: 0)) {}
      while !round.isComplete { _ = round.takeVerifications() }
      return round.gradient().map { Double($0) }
    }
    let m = Double(gradients.count)
    let mean = gradients[0].indices.map { k in gradients.reduce(0) { $0 + $1[k] } / m }
    let variance = gradients.reduce(0.0) { sum, gradient in
      sum + zip(gradient, mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / (m - 1)
    }
    let expected = mean.reduce(0) { $0 + $1 * $1 } / (variance / m)
    let told = try #require(learner.update(with: [block]).signalToNoise)
    #expect(abs(told / expected - 1) < 1e-4)
  }
}

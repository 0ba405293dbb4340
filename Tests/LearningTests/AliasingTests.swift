import Environments
import Kernels
import Learning
import Policies
import RL
import Testing

// The lesson of the Hugging Face course's unit 4: where two places look alike, a policy that may toss a coin
// succeeds always, and the same network's most probable actions succeed from three starts of five.
@Suite struct AliasingTests {
  private static let policy = MLPPolicy(
    observationSize: 4, actionSpace: HamsterVacuum().actionSpace,
    configuration: PolicyConfiguration(hidden: [16]))
  /// What the sensor says in each cell.
  private static let views: [[Float]] = [
    [1, 0, 0, 1], [1, 0, 1, 0], [1, 0, 0, 0], [1, 0, 1, 0], [1, 1, 0, 0],
  ]

  /// Parameters as the preset `hamster` trains them.
  private func trained(seed: UInt64) throws -> [Float] {
    FloatingPointMode.establish()
    let updateCount = 300
    var learner = Learner(
      policy: Self.policy,
      configuration: LearnerConfiguration(
        episodesPerUpdate: 32, baseline: .leaveOneOut, discount: 0.99, learningRate: 0.03,
        schedule: .linear, scheduleUpdates: updateCount),
      seed: seed, queue: WorkQueue(threadCount: 1))
    var rollout = Rollout(
      environment: HamsterVacuum.self, policy: Self.policy, laneLimit: 32, seed: seed)
    for _ in 0..<updateCount {
      rollout.begin(
        RoundID(version: learner.snapshot.version, kind: .training), snapshot: learner.snapshot)
      var block = TrajectoryBlock(observationSize: 4, actionSize: 1)
      var slots = (0..<32)[...]
      try rollout.advance(
        while: { _ in true }, nextSlot: { slots.popFirst() }, finished: { _ in true }, into: &block)
      _ = learner.update(with: [block])
    }
    return learner.snapshot.parameters
  }

  /// π(·|cell) of each cell.
  private func rules(_ parameters: [Float]) -> [[Double]] {
    let stride = 32
    var observations = [Float](repeating: 0, count: 4 * stride)
    for (cell, view) in Self.views.enumerated() {
      for entry in 0..<4 { observations[entry * stride + cell] = view[entry] }
    }
    var workspace = Self.policy.makeWorkspace(laneCapacity: stride)
    return Self.policy.distributions(
      at: observations.span, laneCount: 5, stride: stride, parameters: parameters.span,
      workspace: &workspace
    ).map { distribution in
      guard case .categorical(let groups) = distribution else { return [] }
      return groups[0].map { Double($0) }
    }
  }

  /// The mean over the five starts of what a rule is worth: every path of at most 100 steps, weighed.
  private func value(of rules: [[Double]], discount: Double) -> Double {
    var values = [Double](repeating: 0, count: 5)
    for _ in 0..<100 {
      values = (0..<5).map { cell in
        let outcomes = [
          discount * values[cell], discount * values[min(cell + 1, 4)],
          cell % 2 == 1 ? discount * values[cell] : cell == 2 ? 1 : -1,
          discount * values[max(cell - 1, 0)],
        ]
        return zip(rules[cell], outcomes).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }
    return values.reduce(0, +) / 5
  }

  @Test(arguments: [3001, 3002] as [UInt64])
  func `a coin finds the dust and its more probable side three times of five`(seed: UInt64) throws {
    let rules = rules(try trained(seed: seed))
    #expect(value(of: rules, discount: 0.99) >= 0.965)
    #expect(rules[1] == rules[3])
    #expect(abs(rules[1][1] - 0.5) <= 0.1)
    let greedy = rules.map { rule in
      let best = rule.indices.max { rule[$0] < rule[$1] }
      return rule.indices.map { $0 == best ? 1.0 : 0 }
    }
    #expect(value(of: greedy, discount: 1) == 0.6)
  }
}

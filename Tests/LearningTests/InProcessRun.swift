import Environments
import Kernels
import Learning
import Policies
import RL

/// A whole run in one process: what processes and sockets must not change.
struct InProcessRun {
  var lanes = 32
  var threads = 1
  /// Ticks after which the rollout is interrupted and goes on.
  var ticksPerAdvance = Int.max
  var hidden = [16]
  var normalizesObservations = false
  var configuration = LearnerConfiguration(
    episodesPerUpdate: 32, baseline: .leaveOneOutPerStep, discount: 0.99, learningRate: 0.03)

  let environment = CartPole()
  var policy: MLPPolicy {
    MLPPolicy(
      observationSize: environment.observationSize, actionSpace: environment.actionSpace,
      configuration: PolicyConfiguration(hidden: hidden))
  }

  var valueFunction: MLPValueFunction {
    MLPValueFunction(
      observationSize: environment.observationSize, hidden: configuration.value.hidden,
      activation: .tanh)
  }

  func makeLearner() -> Learner<MLPPolicy> {
    Learner(
      policy: policy, configuration: configuration, seed: 1,
      queue: WorkQueue(threadCount: threads), valueFunction: valueFunction,
      normalizesObservations: normalizesObservations)
  }

  func play(
    _ round: RoundID, snapshot: PolicySnapshot, slots: [Int]
  ) throws -> TrajectoryBlock {
    var rollout = Rollout(
      environment: CartPole.self, policy: policy, laneLimit: lanes, seed: 1)
    rollout.begin(round, snapshot: snapshot)
    var block = TrajectoryBlock(observationSize: 4, actionSize: 1)
    var waiting = slots[...]
    var finished = 0
    while finished < slots.count {
      var ticks = 0
      try rollout.advance(
        while: { _ in
          ticks += 1
          return ticks < ticksPerAdvance
        }, nextSlot: { waiting.popFirst() },
        finished: { _ in
          finished += 1
          return true
        }, into: &block)
    }
    return block
  }

  func run(updates: Int) throws -> (learner: Learner<MLPPolicy>, last: UpdateDiagnostics?) {
    try run(updates: updates, from: makeLearner())
  }

  func run(
    updates: Int, from start: Learner<MLPPolicy>
  ) throws -> (learner: Learner<MLPPolicy>, last: UpdateDiagnostics?) {
    FloatingPointMode.establish()
    var learner = start
    var last: UpdateDiagnostics?
    for _ in 0..<updates {
      let round = RoundID(version: learner.snapshot.version, kind: .training)
      let block = try play(
        round, snapshot: learner.snapshot, slots: Array(0..<configuration.episodesPerUpdate))
      last = learner.update(with: [block])
    }
    return (learner, last)
  }
}

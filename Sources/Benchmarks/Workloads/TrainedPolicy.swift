import Environments
import Learning
package import Policies
package import RL

/// A CartPole policy that has learned to balance, so that what is measured with it has the long episodes
/// that training spends its time on. Trained in this process, always with the same result.
package struct TrainedPolicy {
  package let policy: MLPPolicy
  package let snapshot: PolicySnapshot
  package let name: String

  // Each is trained when it is first asked for.
  package static let small = TrainedPolicy(hidden: [16])
  package static let medium = TrainedPolicy(hidden: [64, 64])
  package static let large = TrainedPolicy(hidden: [256, 256])
  package static var all: [TrainedPolicy] { [small, medium, large] }

  private init(hidden: [Int]) {
    name = "4→" + hidden.map { "\($0)→" }.joined() + "2"
    let policy = MLPPolicy(
      observationSize: 4, actionSpace: .discrete(count: 2),
      configuration: PolicyConfiguration(hidden: hidden))
    self.policy = policy
    let width = hidden.reduce(0, max)
    let configuration = LearnerConfiguration(
      episodesPerUpdate: 32, baseline: .leaveOneOutPerStep, discount: 0.99,
      learningRate: width > 64 ? 0.002 : width > 16 ? 0.01 : 0.03)
    var learner = Learner(
      policy: policy, configuration: configuration, seed: 1, queue: WorkQueue(threadCount: 1))
    for _ in 0..<40 {
      let blocks = Self.play(policy, learner.snapshot, slotCount: 32, laneCount: 32)
      _ = learner.update(with: blocks)
    }
    snapshot = learner.snapshot
  }

  /// The episodes of the slots below `slotCount`, in blocks as an actor would push them.
  package func play(slotCount: Int, bytesPerBlock: Int = 128 << 10) -> [TrajectoryBlock] {
    Self.play(
      policy, snapshot, slotCount: slotCount, laneCount: 128, bytesPerBlock: bytesPerBlock)
  }

  private static func play(
    _ policy: MLPPolicy, _ snapshot: PolicySnapshot, slotCount: Int, laneCount: Int,
    bytesPerBlock: Int = .max
  ) -> [TrajectoryBlock] {
    var rollout = Rollout(
      environment: CartPole.self, policy: policy, laneLimit: laneCount, seed: 1)
    rollout.begin(RoundID(version: snapshot.version, kind: .training), snapshot: snapshot)
    var blocks: [TrajectoryBlock] = []
    var next = 0
    var finished = 0
    while finished < slotCount {
      var block = TrajectoryBlock(observationSize: 4, actionSize: 1)
      do throws(RolloutFault) {
        try rollout.advance(
          while: { $0 < bytesPerBlock },
          nextSlot: {
            guard next < slotCount else { return nil }
            next += 1
            return next - 1
          },
          finished: { _ in
            finished += 1
            return true
          }, into: &block)
      } catch {
        preconditionFailure("CartPole is finite: \(error)")
      }
      if !block.isEmpty { blocks.append(block) }
    }
    return blocks
  }
}

import Environments
import Policies
import RL

/// One actor's loop without its sockets, playing CartPole: it never runs out of slots and throws its
/// episodes away.
package struct EndlessRollout {
  private var rollout: Rollout<MLPPolicy>
  private var block = TrajectoryBlock(observationSize: 4, actionSize: 1)
  private var slot = 0

  package init(_ trained: TrainedPolicy, laneCount: Int) {
    rollout = Rollout(
      environment: CartPole.self, policy: trained.policy, laneLimit: laneCount, seed: 2)
    rollout.begin(
      RoundID(version: trained.snapshot.version, kind: .training), snapshot: trained.snapshot)
  }

  package var stepCount: Int { rollout.stepCount }

  package mutating func play(steps: Int) throws {
    let end = rollout.stepCount + steps
    while rollout.stepCount < end {
      var ticks = 16
      try rollout.advance(
        while: { byteCount in
          ticks -= 1
          return ticks > 0 && byteCount < 128 << 10
        },
        nextSlot: {
          slot += 1
          return slot
        }, finished: { _ in true }, into: &block)
      if block.byteCount >= 128 << 10 { block.removeAll() }
    }
  }
}

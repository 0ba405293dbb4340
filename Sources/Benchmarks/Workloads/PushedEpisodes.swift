import Kernels
import RL
package import Wire

/// What an actor pushes: real episodes of CartPole.
package enum PushedEpisodes {
  package static let shape = TrajectoryShape(observationSize: 4, actionSpace: .discrete(count: 2))

  /// A push of about so many bytes of real episodes.
  package static func message(byteCount: Int) -> ActorMessage {
    let trained = TrainedPolicy.small
    // Actions are floats in memory and bytes in a message: 24 bytes a step become 21.
    let bytesInMemory = byteCount * 24 / 21
    let slotCount = max(1, bytesInMemory / (24 * 500))
    let blocks = trained.play(slotCount: slotCount + slotCount / 10, bytesPerBlock: bytesInMemory)
    return ActorMessage(
      actor: ActorID(1), run: RunID(Digest128.hash(of: trained.snapshot.parameters.span)),
      body: .trajectories(
        ActorMessage.Trajectories(
          round: RoundID(version: trained.snapshot.version, kind: .training),
          policyDigest: trained.snapshot.digest, leaseNumber: 1,
          actionSpace: shape.actionSpace, block: blocks[0])))
  }
}

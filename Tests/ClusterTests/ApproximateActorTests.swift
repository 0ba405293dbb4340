import Cluster
import Environments
import Kernels
import Learning
import Monitoring
import Policies
import RL
import Testing
import Wire

/// Actors that send log-probabilities in the place of their bits.
@Suite(.serialized) struct ApproximateActorTests {
  private static let all = Array(0..<SmallRun.slotCount)

  /// The episodes with their log-probabilities, each changed by `change`, whose argument is the step counted
  /// over all episodes.
  private static func approximate(
    _ block: TrajectoryBlock, of policy: LearnerMessage.Policy,
    change: (_ step: Int, _ logProbability: Float) -> Float
  ) throws -> TrajectoryBlock {
    let network = MLPPolicy(
      observationSize: 4, actionSpace: CartPole().actionSpace,
      configuration: try SmallRun.configuration.policy)
    var logProbabilities: [Float] = []
    var workspace = network.makeWorkspace(laneCapacity: 512)
    for (header, offset) in zip(block.headers, block.stepOffsets) {
      let (count, stride) = (header.stepCount, 512)
      var observations = [Float](repeating: 0, count: 4 * stride)
      for row in 0..<4 {
        for t in 0..<count {
          observations[row * stride + t] = block.observations[4 * offset + row * count + t]
        }
      }
      let padding = [Float](repeating: 0, count: stride - count)
      let actions = Array(block.actions[offset..<offset + count]) + padding
      var found = [Float](repeating: 0, count: stride)
      var entropies = found
      var foundView = found.mutableSpan
      var entropyView = entropies.mutableSpan
      network.evaluate(
        observations: observations.span, actions: actions.span, laneCount: count, stride: stride,
        parameters: policy.parameters.span, workspace: &workspace, into: &foundView,
        entropies: &entropyView)
      for t in 0..<count { logProbabilities.append(change(offset + t, foundView[t])) }
    }
    return TrajectoryBlock(
      observationSize: 4, actionSize: 1, headers: block.headers, observations: block.observations,
      actions: block.actions, rewards: block.rewards, finalObservations: block.finalObservations,
      logProbabilities: logProbabilities)
  }

  /// The first round, played by an actor of this arithmetic, all of it in one message.
  private static func push(
    from actor: inout HandMadeActor, as arithmetic: ActorMessage.Arithmetic = .approximate,
    change: (_ step: Int, _ logProbability: Float) -> Float
  ) throws {
    let (policy, lease) = try actor.joinAlone(arithmetic: arithmetic)
    let block = try HandMadeActor.play(all, of: policy.round, parameters: policy.parameters)
    try actor.send(
      HandMadeActor.trajectories(
        approximate(block, of: policy, change: change), of: policy, lease: lease))
  }

  @Test(arguments: [TrainingMethod.policyGradient, .evolutionStrategies])
  func `they are refused by name unless the learner allows them`(method: TrainingMethod) throws {
    var run = try SmallRun()
    run.method = method
    // A search takes none in any case: it plays episodes again, bit for bit.
    run.allowsApproximateActors = method.isSearch
    let learner = try run.startLearner()
    var stranger = try HandMadeActor(0xa0, connect: run.address)
    let join = HandMadeActor.join(
      laneCount: 8, numericsDigest: Digest128(high: 0, low: 0), arithmetic: .approximate)
    let refusal = try stranger.next("a refusal", repeating: .join(join)) { body in
      if case .refusal(let refusal) = body { refusal } else { nil }
    }
    #expect(refusal.reason == .approximate)
    #expect(
      refusal.text.contains(method.isSearch ? "a search" : "--allow-approximate-actors"))
    let actor = run.startActor()
    let summary = try learner.value()
    try actor.value()
    #expect(summary.approximateEpisodes == 0)
    #expect(run.log.lines(with: "refused an approximate actor").count >= 1)
  }

  @Test func `what is within the tolerance is taken and counted`() throws {
    let undisturbed = try SmallRun.undisturbed.get()
    var run = try SmallRun()
    run.allowsApproximateActors = true
    let learner = try run.startLearner()
    var approximate = try HandMadeActor(0xa1, connect: run.address)
    try Self.push(from: &approximate) { step, value in value + (step % 2 == 0 ? 9e-4 : -9e-4) }
    _ = try approximate.next("the next version") { body in
      if case .policy(let policy) = body { policy } else { nil }
    }
    try approximate.leave()
    let actor = run.startActor()
    let summary = try learner.value()
    try actor.value()
    #expect(summary.approximateEpisodes == SmallRun.slotCount)
    #expect(summary.onPolicyMismatches == 0)
    // The estimate is made of the learner's log-probabilities, whatever an actor says of them.
    #expect(summary.parametersSHA256 == undisturbed)
    #expect(run.log.lines(with: "approximate actors are allowed").count == 1)
    #expect(run.log.lines(with: "an approximate actor joined").count == 1)
  }

  @Test(arguments: [1.1e-3, -1.1e-3, .nan, .infinity] as [Float])
  func `what is beyond it is refused with its step, and the actor quarantined`(
    error: Float
  ) throws {
    let undisturbed = try SmallRun.undisturbed.get()
    var run = try SmallRun()
    run.allowsApproximateActors = true
    let learner = try run.startLearner()
    var liar = try HandMadeActor(0xa2, connect: run.address)
    try Self.push(from: &liar) { step, value in step % 8 == 3 ? value + error : value }
    let refusal = try liar.next("the refusal") { body in
      if case .refusal(let refusal) = body { refusal } else { nil }
    }
    #expect(refusal.reason == .quarantined)
    let actor = run.startActor()
    let summary = try learner.value()
    try actor.value()
    #expect(summary.onPolicyMismatches == SmallRun.slotCount)
    #expect(summary.parametersSHA256 == undisturbed)
    #expect(run.log.lines(with: "its log-probability at step 3 is").count >= 1)
  }

  @Test(arguments: [false, true])
  func `nobody evades the comparison of bits by sending numbers`(isAllowed: Bool) throws {
    let undisturbed = try SmallRun.undisturbed.get()
    var run = try SmallRun()
    run.allowsApproximateActors = isAllowed
    let learner = try run.startLearner()
    var evader = try HandMadeActor(0xa3, connect: run.address)
    try Self.push(from: &evader, as: .exact) { _, value in value }
    try evader.leave()
    let actor = run.startActor()
    let summary = try learner.value()
    try actor.value()
    #expect(summary.refusedTrajectories == 1)
    #expect(summary.approximateEpisodes == 0)
    #expect(summary.parametersSHA256 == undisturbed)
    #expect(run.log.lines(with: "dropped trajectories of an approximate actor").count == 1)
  }
}

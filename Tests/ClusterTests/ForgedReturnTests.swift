import Cluster
import Kernels
import Learning
import Monitoring
import RL
import Testing
import Wire

/// An actor that lies about the returns of a search, of which the learner checks one in 32.
@Suite struct ForgedReturnTests {
  private static func search() throws -> SmallRun {
    var run = try SmallRun()
    run.method = .evolutionStrategies
    return run
  }

  @Test("one lie that is found brings all of its actor's returns down, and then the actor")
  func lies() throws {
    let honest = try Self.search()
    let honestLearner = try honest.startLearner()
    let honestActor = honest.startActor()
    let undisturbed = try honestLearner.value()
    try honestActor.value()

    let run = try Self.search()
    let learner = try run.startLearner()
    var liar = try HandMadeActor(0xa0, connect: run.address)
    let (policy, lease) = try liar.joinAlone()
    let outcomes = (0..<SmallRun.slotCount).map { slot in
      CandidateOutcome(
        slot: slot, episodeReturn: 500, stepCount: 500, end: .truncated,
        fingerprint: Digest128(high: 1, low: UInt64(slot)))
    }
    try liar.send(
      .returns(
        ActorMessage.Returns(
          round: policy.round, policyDigest: policy.digest, leaseNumber: lease.number,
          outcomes: outcomes)))
    let refusal = try liar.next("the quarantine") { body in
      if case .refusal(let refusal) = body { refusal } else { nil }
    }
    #expect(refusal.reason == .quarantined)
    let actor = run.startActor()
    let summary = try learner.value()
    try actor.value()
    #expect(summary.parametersSHA256 == undisturbed.parametersSHA256)
    let refused = run.log.lines(with: "refused a return: the episode, played again, is another")
    #expect(refused.count == SmallRun.slotCount, "not one of them was kept")
    #expect(
      run.log.lines(with: "quarantined an actor") == [
        "error quarantined an actor actor=00000000000000a0 refusals=3"
      ])
  }
}

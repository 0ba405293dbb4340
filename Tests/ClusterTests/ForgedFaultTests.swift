import Cluster
import Monitoring
import RL
import Testing
import Wire

/// Somebody claims that the environment broke its contract, to end the run.
@Suite struct ForgedFaultTests {
  private static func claim(_ round: RoundID) -> ActorMessage.Body {
    .leave(
      ActorMessage.Leave(
        reason: "invented", round: round, unplayed: SlotSet(),
        fault: ActorMessage.EnvironmentFault(slot: 3)))
  }

  @Test("faults claimed by who did not join, or of another round, end nothing")
  func outsiders() throws {
    let undisturbed = try SmallRun.undisturbed.get()
    let keyed = try KeyedRun()
    let learner = try keyed.run.startLearner()
    var member = try keyed.actor(0xa0, keyed.honestKey)
    let (policy, _) = try member.joinAlone()
    var first = try keyed.actor(0xb0, keyed.otherKey)
    var second = try keyed.actor(0xb1, keyed.otherKey)
    try first.send(Self.claim(policy.round))
    try second.send(Self.claim(policy.round))
    try member.send(Self.claim(RoundID(version: PolicyVersion(7), kind: .training)))
    try keyed.eventually("the claims") {
      keyed.run.log.lines(with: "an actor found the environment at fault: invented").count == 3
    }
    let actor = keyed.run.startActor()
    #expect(try learner.value().parametersSHA256 == undisturbed)
    try actor.value()
    _ = try (first.heard(), second.heard(), member.heard())
  }
}

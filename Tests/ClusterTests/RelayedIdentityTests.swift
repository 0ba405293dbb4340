import Cluster
import Monitoring
import RL
import Testing
import Wire
import ZeroMQ

// To the learner, all actors behind a relay speak with one key: what that proves, and whom it brings down.
@Suite(.serialized) struct RelayedIdentityTests {
  private static let all = Array(0..<SmallRun.slotCount)

  @Test(
    "nobody speaks across a relay in the name of an actor on its other side",
    arguments: [true, false])
  func otherName(isVictimBehind: Bool) throws {
    let undisturbed = try SmallRun.undisturbed.get()
    let relayed = try RelayedRun(name: "site.shared")
    let keyed = relayed.keyed
    let learner = try keyed.run.startLearner()
    var victim =
      try isVictimBehind ? relayed.actorBehind(0xa0) : keyed.actor(0xa0, keyed.otherKey)
    var thief = try isVictimBehind ? keyed.actor(0xa0, keyed.otherKey) : relayed.actorBehind(0xa0)
    let (policy, lease) = try victim.joinAlone()
    let join = ActorMessage.Body.join(HandMadeActor.join(laneCount: 8))
    let refusal = try thief.next("the refusal", repeating: join) { body in
      if case .refusal(let refusal) = body { refusal } else { nil }
    }
    #expect(refusal.reason == .duplicateActor)
    try thief.send(
      HandMadeActor.trajectories(
        HandMadeActor.forge(Self.all, of: policy), of: policy, lease: lease))
    try thief.leave()
    // Behind all that, so that it shows when all that was heard.
    try thief.send([.bytes([0xff, 0xff])])
    try keyed.eventually("the last of it") {
      !keyed.run.log.lines(with: "dropped a message that is not of this protocol").isEmpty
    }
    try Self.playRound(&victim, policy, lease)
    try victim.leave()
    let actor = relayed.startActorBehind()
    let summary = try learner.value()
    try actor.value()
    #expect(summary.parametersSHA256 == undisturbed)
    #expect(summary.onPolicyMismatches == 0, "the forged episodes were not even looked at")
    let other = "other \(keyed.otherKey.publicKey)"
    let (holder, stranger) =
      isVictimBehind ? (relayed.relayKey, other) : (other, relayed.relayKey)
    #expect(
      keyed.run.log.lines(with: "dropped a message under the id of another's actor").first
        == "warning dropped a message under the id of another's actor actor=00000000000000a0 "
        + "key=\(stranger) reason=the id belongs to \(holder)")
    relayed.finish()
  }

  @Test("behind a relay whose key is marked as shared, quarantine takes one actor and no other")
  func quarantine() throws {
    let undisturbed = try SmallRun.undisturbed.get()
    let relayed = try RelayedRun(name: "site.shared")
    let run = relayed.keyed.run
    let learner = try run.startLearner()
    var forger = try relayed.actorBehind(0xb0)
    let (policy, lease) = try forger.joinAlone()
    // Bytes that name nobody: whoever of the relay's actors sent them, none of them is held to account.
    for _ in 0..<3 { try forger.send([.bytes([0xff, 0xff])]) }
    try forger.send(
      HandMadeActor.trajectories(
        HandMadeActor.forge(Self.all, of: policy), of: policy, lease: lease))
    let refusal = try forger.next("the quarantine") { body in
      if case .refusal(let refusal) = body { refusal } else { nil }
    }
    #expect(refusal.reason == .quarantined)
    #expect(
      run.log.lines(with: "quarantined") == [
        "error quarantined an actor actor=00000000000000b0 refusals=3"
      ])
    #expect(
      run.log.lines(with: "dropped a message that is not of this protocol").first?
        .contains("key=\(relayed.relayKey)") == true)
    var neighbour = try relayed.actorBehind(0xb1)
    let (again, second) = try neighbour.joinAlone()
    #expect(again.round == policy.round, "not a forged episode was used")
    try Self.playRound(&neighbour, again, second)
    try neighbour.leave()
    let actor = relayed.startActorBehind()
    #expect(try learner.value().parametersSHA256 == undisturbed)
    try actor.value()
    #expect(!OpenFile.exists(run.directory.path + "/run/quarantine"))
    relayed.finish()
  }

  @Test("a relay whose key is not marked as shared answers for each of its actors")
  func unmarked() throws {
    let undisturbed = try SmallRun.undisturbed.get()
    let relayed = try RelayedRun(name: "site")
    let run = relayed.keyed.run
    let learner = try run.startLearner()
    var forger = try relayed.actorBehind(0xc0)
    let (policy, lease) = try forger.joinAlone()
    try forger.send(
      HandMadeActor.trajectories(
        HandMadeActor.forge(Self.all, of: policy), of: policy, lease: lease))
    _ = try forger.next("the quarantine") { body in
      if case .refusal(let refusal) = body { refusal } else { nil }
    }
    #expect(
      run.log.lines(with: "quarantined a key").first?.contains("key=\(relayed.relayKey)") == true)
    let join = ActorMessage.Body.join(HandMadeActor.join(laneCount: 8))
    var neighbour = try relayed.actorBehind(0xc1)
    let refusal = try neighbour.next("the refusal", repeating: join) { body in
      if case .refusal(let refusal) = body { refusal } else { nil }
    }
    #expect(refusal.reason == .quarantined)
    let actor = run.startActor()
    #expect(try learner.value().parametersSHA256 == undisturbed)
    try actor.value()
    relayed.finish()
  }

  /// Plays all slots of the open round and waits for the next version.
  private static func playRound(
    _ actor: inout HandMadeActor, _ policy: LearnerMessage.Policy, _ lease: Lease
  ) throws {
    try actor.send(
      HandMadeActor.trajectories(
        HandMadeActor.play(all, of: policy.round, parameters: policy.parameters), of: policy,
        lease: lease))
    let next = try actor.next("the next version") { body in
      if case .policy(let policy) = body { policy } else { nil }
    }
    #expect(next.round.version == PolicyVersion(1))
  }
}

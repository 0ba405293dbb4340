import Cluster
import Glibc
import Kernels
import Monitoring
import RL
import Testing
import Wire
import ZeroMQ

// Allowed, and not honest: in another actor's name, and back under a new name after quarantine.
@Suite(.serialized) struct ForgedIdentityTests {
  private static let all = Array(0..<SmallRun.slotCount)

  @Test("nobody speaks in the name of an actor with another key")
  func otherName() throws {
    let undisturbed = try SmallRun.undisturbed.get()
    let keyed = try KeyedRun()
    let learner = try keyed.run.startLearner()
    var victim = try keyed.actor(0xa0, keyed.honestKey)
    let (policy, lease) = try victim.joinAlone()
    var thief = try keyed.actor(0xa0, keyed.otherKey)
    let join = ActorMessage.Body.join(HandMadeActor.join(laneCount: 8))
    let refusal = try thief.next("the refusal", repeating: join) { body in
      if case .refusal(let refusal) = body { refusal } else { nil }
    }
    #expect(refusal.reason == .duplicateActor)
    #expect(refusal.identityKey == "elsewhere/1/\(keyed.otherKey.publicKey)")
    // Forged episodes that would put the victim into quarantine, a lie about what it still has, a farewell.
    try thief.send(
      HandMadeActor.trajectories(
        HandMadeActor.forge(Self.all, of: policy), of: policy, lease: lease))
    try thief.sayIdle(after: lease)
    try thief.leave()
    // Behind all that, so that it shows when all that was heard.
    try thief.send([.bytes([0xff, 0xff])])
    try keyed.eventually("the last of it") {
      !keyed.run.log.lines(with: "dropped a message that is not of this protocol").isEmpty
    }
    try victim.send(
      HandMadeActor.trajectories(
        HandMadeActor.play(Self.all, of: policy.round, parameters: policy.parameters), of: policy,
        lease: lease))
    let next = try victim.next("the next version") { body in
      if case .policy(let policy) = body { policy } else { nil }
    }
    #expect(next.round.version == PolicyVersion(1))
    try victim.leave()
    let actor = keyed.run.startActor()
    let summary = try learner.value()
    try actor.value()
    #expect(summary.parametersSHA256 == undisturbed)
    #expect(summary.onPolicyMismatches == 0, "the forged episodes were not even looked at")
    #expect(summary.refusedTrajectories >= 5)
    let lines = keyed.run.log.lines(with: "dropped a message under the id of another's actor")
    let (holder, other) = (keyed.honestKey.publicKey, keyed.otherKey.publicKey)
    #expect(
      lines.first
        == "warning dropped a message under the id of another's actor actor=00000000000000a0 "
        + "key=other \(other) reason=the id belongs to actor \(holder)")
    #expect((1...4).contains(lines.count), "one line in five seconds")
  }

  @Test("a key in quarantine stays out under any id, and when the run is resumed")
  func quarantine() throws {
    let undisturbed = try SmallRun.undisturbed.get()
    let keyed = try KeyedRun()
    let run = keyed.run
    let learner = try run.startLearner()
    try Self.earnQuarantine(try keyed.actor(0xb0, keyed.otherKey))
    let key = keyed.otherKey.publicKey
    try keyed.eventually("the quarantine") { !run.log.lines(with: "quarantined a key").isEmpty }
    #expect(
      run.log.lines(with: "quarantined a key") == [
        "error quarantined a key: no actor with it takes part in this run any more "
          + "actor=00000000000000b0 key=other \(key) path=\(run.directory.path)/run/quarantine "
          + "refusals=3"
      ])
    #expect(
      run.log.lines(with: "error refused a trajectory").allSatisfy { $0.contains("key=other") })
    #expect(try run.directory.text("run/quarantine") == "\(key) other\n")
    let isRefused = try Self.isRefused(keyed.actor(0xb1, keyed.otherKey))
    #expect(isRefused)
    let actor = run.startActor()
    #expect(try learner.value().parametersSHA256 == undisturbed)
    try actor.value()
    // Another process of the same run, and another of the same key.
    let resumed = try run.startLearner(updates: SmallRun.updateCount + 2, resume: true)
    let isRefusedAgain = try Self.isRefused(keyed.actor(0xb2, keyed.otherKey))
    #expect(isRefusedAgain)
    let again = run.startActor()
    #expect(try resumed.value().updates == SmallRun.updateCount + 2)
    try again.value()
  }

  @Test("behind a shared key one actor's quarantine is nobody else's")
  func shared() throws {
    let undisturbed = try SmallRun.undisturbed.get()
    let keyed = try KeyedRun(otherFile: "other.shared.public")
    let learner = try keyed.run.startLearner()
    try Self.earnQuarantine(try keyed.actor(0xc0, keyed.otherKey))
    try keyed.eventually("the quarantine") {
      !keyed.run.log.lines(with: "quarantined an actor actor=00000000000000c0").isEmpty
    }
    var neighbour = try keyed.actor(0xc1, keyed.otherKey)
    let (policy, lease) = try neighbour.joinAlone()
    try neighbour.send(
      HandMadeActor.trajectories(
        HandMadeActor.play(Self.all, of: policy.round, parameters: policy.parameters), of: policy,
        lease: lease))
    _ = try neighbour.next("the next version") { body in
      if case .policy(let policy) = body { policy } else { nil }
    }
    try neighbour.leave()
    let actor = keyed.run.startActor()
    #expect(try learner.value().parametersSHA256 == undisturbed)
    try actor.value()
    #expect(!OpenFile.exists(keyed.run.directory.path + "/run/quarantine"))
  }

  @Test("three messages that are none put their key into quarantine")
  func malformed() throws {
    let undisturbed = try SmallRun.undisturbed.get()
    let keyed = try KeyedRun()
    let learner = try keyed.run.startLearner()
    var vandal = try keyed.actor(0xd0, keyed.otherKey)
    _ = try vandal.joinAlone()
    for _ in 0..<3 { try vandal.send([.bytes([0xff, 0xff])]) }
    let reason = try vandal.next("the refusal") { body in
      if case .refusal(let refusal) = body { refusal } else { nil }
    }
    #expect(reason.reason == .quarantined)
    #expect(
      reason.text == "it is in quarantine: 3 messages under its id or its key were refused")
    let line = try #require(
      keyed.run.log.lines(with: "dropped a message that is not of this protocol").first)
    #expect(line.contains("key=other \(keyed.otherKey.publicKey)"))
    let actor = keyed.run.startActor()
    #expect(try learner.value().parametersSHA256 == undisturbed)
    try actor.value()
  }

  /// Joins and pushes episodes played with one bit flipped.
  private static func earnQuarantine(_ forger: consuming HandMadeActor) throws {
    let (policy, lease) = try forger.joinAlone()
    try forger.send(
      HandMadeActor.trajectories(
        HandMadeActor.forge(all, of: policy), of: policy, lease: lease))
    _ = try forger.next("the quarantine") { body in
      if case .refusal(let refusal) = body { refusal } else { nil }
    }
  }

  /// Whether a join is answered with the quarantine.
  private static func isRefused(_ actor: consuming HandMadeActor) throws -> Bool {
    let join = ActorMessage.Body.join(HandMadeActor.join(laneCount: 8))
    return try actor.next("an answer", repeating: join) { body in
      switch body {
      case .refusal(let refusal): refusal.reason == .quarantined
      case .welcome(let welcome): welcome.lease == nil ? nil : false
      case .policy, .lease, .goodbye: nil
      }
    }
  }
}

import Foundation
import Glibc
import Kernels
import Monitoring
import RL
import Testing
import Wire

// Promise 1, by attack: what was not played with the parameters of this version, bit for bit, does not
// enter an update, and the learner says whose it was. Real sockets, a real learner, a forger.
@Suite(.serialized) struct ForgedTrajectoryTests {
  /// The policy's parameters with the highest bit of one of them flipped.
  private static func flipped(_ policy: LearnerMessage.Policy) -> [Float] {
    var parameters = policy.parameters
    parameters[3] = Float(bitPattern: parameters[3].bitPattern ^ 1 << 31)
    return parameters
  }

  private static let all = Array(0..<SmallRun.slotCount)

  @Test("a trajectory played with one bit flipped is refused by name and played again")
  func oneFlippedBit() throws {
    let undisturbed = try SmallRun.undisturbed.get()
    let run = try SmallRun()
    let learner = try run.startLearner()
    var forger = try HandMadeActor(0xf0, connect: run.address)
    let (policy, lease) = try forger.joinAlone()
    let honest = Self.all.filter { $0 != 3 }
    try forger.send(
      HandMadeActor.trajectories(
        HandMadeActor.play([3], of: policy.round, parameters: Self.flipped(policy)), of: policy,
        lease: lease))
    try forger.send(
      HandMadeActor.trajectories(
        HandMadeActor.play(honest, of: policy.round, parameters: policy.parameters), of: policy,
        lease: lease))
    try forger.sayIdle(after: lease)
    try waitFor("the refusal") { !run.log.lines(with: "refused a trajectory").isEmpty }
    try forger.leave()
    let actor = run.startActor()
    let summary = try learner.value()
    try actor.value()
    #expect(
      run.log.lines(with: "refused a trajectory") == [
        "error refused a trajectory: its log-probabilities are not those of the policy "
          + "actor=00000000000000f0 refusals=1 slot=3 version=0"
      ])
    #expect(run.log.lines(with: "quarantined").isEmpty)
    #expect(summary.onPolicyMismatches == 1)
    #expect(summary.updates == SmallRun.updateCount)
    #expect(summary.parametersSHA256 == undisturbed)
  }

  @Test("three refusals put an actor into quarantine, and nothing that it sends counts any more")
  func quarantine() throws {
    let undisturbed = try SmallRun.undisturbed.get()
    let run = try SmallRun()
    let learner = try run.startLearner()
    var forger = try HandMadeActor(0xf1, connect: run.address)
    let (policy, lease) = try forger.joinAlone()
    try forger.send(
      HandMadeActor.trajectories(
        HandMadeActor.play(Self.all, of: policy.round, parameters: Self.flipped(policy)),
        of: policy, lease: lease))
    let refusal = try forger.next("the refusal") { body in
      if case .refusal(let refusal) = body { refusal } else { nil }
    }
    #expect(refusal.reason == .quarantined)
    // Honest at last, and too late.
    try forger.send(
      HandMadeActor.trajectories(
        HandMadeActor.play(Self.all, of: policy.round, parameters: policy.parameters), of: policy,
        lease: lease))
    let join = ActorMessage.Body.join(HandMadeActor.join(laneCount: 8))
    let again = try forger.next("another refusal", repeating: join) { body in
      if case .refusal(let refusal) = body { refusal.reason } else { nil }
    }
    #expect(again == .quarantined)
    let actor = run.startActor()
    let summary = try learner.value()
    try actor.value()
    #expect(run.log.lines(with: "error quarantined an actor actor=00000000000000f1").count >= 1)
    #expect(summary.onPolicyMismatches == SmallRun.slotCount)
    #expect(summary.refusedTrajectories == SmallRun.slotCount)
    #expect(summary.parametersSHA256 == undisturbed)
  }

  @Test("stale and foreign trajectories are counted and change nothing")
  func stale() throws {
    let undisturbed = try SmallRun.undisturbed.get()
    let run = try SmallRun()
    let learner = try run.startLearner()
    var player = try HandMadeActor(0xf2, connect: run.address)
    let (policy, lease) = try player.joinAlone()
    let block = try HandMadeActor.play(
      Self.all, of: policy.round, parameters: policy.parameters)
    let message = HandMadeActor.trajectories(block, of: policy, lease: lease)
    try player.send(message)
    let next = try player.next("the next version") { body in
      if case .policy(let policy) = body { policy } else { nil }
    }
    #expect(next.round.version == PolicyVersion(1))
    // The same again: of a version gone by.
    for _ in 0..<3 { try player.send(message) }
    // Of the version before, with the number of this one: wrong by its digest.
    try player.send(
      .trajectories(
        ActorMessage.Trajectories(
          round: next.round, policyDigest: policy.digest, leaseNumber: 1,
          actionSpace: .discrete(count: 2), block: block)))
    // And of a version to come.
    try player.send(
      .trajectories(
        ActorMessage.Trajectories(
          round: RoundID(version: PolicyVersion(9), kind: .training), policyDigest: next.digest,
          leaseNumber: 1, actionSpace: .discrete(count: 2), block: block)))
    // And of another run.
    try player.send(message, run: RunID(Digest128(high: 1, low: 2)))
    try player.leave()
    let actor = run.startActor()
    let summary = try learner.value()
    try actor.value()
    #expect(summary.staleTrajectories == 4 * SmallRun.slotCount)
    // The digest's, one by one, and the foreign message, which nobody looked into.
    #expect(summary.refusedTrajectories == SmallRun.slotCount + 1)
    #expect(summary.onPolicyMismatches == 0)
    #expect(summary.parametersSHA256 == undisturbed)
  }

  @Test("a flood of malformed messages is counted, is no flood in the log, and changes nothing")
  func flood() throws {
    let undisturbed = try SmallRun.undisturbed.get()
    let run = try SmallRun()
    var generator = SeededGenerator(seed: SeededGenerator.testSeed)
    print("flood: TROUPE_TEST_SEED=\(SeededGenerator.testSeed)")
    let learner = try run.startLearner()
    var player = try HandMadeActor(0xf3, connect: run.address)
    let (policy, lease) = try player.joinAlone()
    let block = try HandMadeActor.play([0, 1], of: policy.round, parameters: policy.parameters)
    let honest = ActorMessage(
      actor: player.id, run: player.run,
      body: HandMadeActor.trajectories(block, of: policy, lease: lease)
    ).encode()
    let messageCount = 2000
    for _ in 0..<messageCount {
      try player.send(Self.malformed(honest, using: &generator))
    }
    try player.leave()
    let actor = run.startActor()
    let summary = try learner.value()
    try actor.value()
    #expect(summary.refusedTrajectories == messageCount)
    #expect(summary.onPolicyMismatches == 0)
    #expect(summary.parametersSHA256 == undisturbed)
    let lines = run.log.lines(with: "dropped a message that is not of this protocol")
    // One in five seconds.
    #expect((1...5).contains(lines.count), "\(lines)")
  }

  /// A message that no decoder may accept.
  private static func malformed(
    _ honest: [WireFrame], using generator: inout SeededGenerator
  ) -> [WireFrame] {
    var frames = honest.bytes
    switch generator.index(below: 5) {
    case 0:
      frames = [
        (0..<generator.index(below: 200)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      ]
      // Random bytes are no envelope of version 1, but let nobody doubt it.
      frames[0].insert(0xff, at: 0)
    case 1:
      let index = generator.index(below: frames.count)
      frames[index].removeLast(1 + generator.index(below: frames[index].count))
    case 2: frames.removeLast(1 + generator.index(below: frames.count - 1))
    case 3: frames += Array(repeating: [1, 2, 3], count: 1 + generator.index(below: 20))
    default: frames[1 + generator.index(below: 3)] += [0]
    }
    return frames.map { .bytes($0) }
  }

  private func waitFor(_ awaited: String, _ condition: () -> Bool) throws {
    let end = ContinuousClock.now + .seconds(20)
    while !condition() {
      guard ContinuousClock.now < end else { throw DeadlinePassed(awaited: awaited) }
      _ = poll(nil, 0, 1)
    }
  }
}

import Cluster
import Kernels
import Monitoring
import RL
import Testing
import Wire
import ZeroMQ

// Learner and actor of different builds: one clear sentence on each side, and the run goes on.
@Suite(.serialized) struct OtherBuildTests {
  @Test("an actor whose arithmetic gives other bits is refused by name")
  func learnerSide() throws {
    let undisturbed = try SmallRun.undisturbed.get()
    let run = try SmallRun()
    let learner = try run.startLearner()
    var stranger = try HandMadeActor(0xe0, connect: run.address)
    let digest = NumericsDigest.compute()
    let join = HandMadeActor.join(
      laneCount: 8, numericsDigest: Digest128(high: digest.high, low: digest.low ^ 1))
    let refusal = try stranger.next("the refusal", repeating: .join(join)) { body in
      if case .refusal(let refusal) = body { refusal } else { nil }
    }
    #expect(refusal.reason == .numericsDigest)
    #expect(
      refusal.text
        == "its arithmetic gives other bits than the learner's; run the same build on both")
    #expect(
      run.log.lines(with: "refused an actor").first
        == "error refused an actor: its arithmetic gives other bits than this learner's "
        + "actor=00000000000000e0 host=elsewhere")
    let actor = run.startActor()
    let summary = try learner.value()
    try actor.value()
    #expect(summary.parametersSHA256 == undisturbed)
  }

  @Test("an actor that is refused ends with exit code 69 and says why")
  func actorSide() throws {
    let run = try SmallRun()
    let endpoint = try Endpoint(run.address)
    let context = try Context()
    let publisher = try Socket.learnerPublisher(
      in: context, boundTo: endpoint, linger: .milliseconds(200))
    let receiver = try Socket.learnerReceiver(
      in: context, boundTo: endpoint.pushEndpoint, maximumFrameByteCount: 1 << 20,
      highWaterMark: 10)
    let actor = run.startActor()
    var poller = Poller()
    _ = poller.add(receiver, for: .readable)
    // Joins come until they are answered, and an answer may be lost before the subscription is there.
    while actor.isRunning {
      _ = try poller.wait(atMost: .milliseconds(20))
      guard case .message(let frames) = try receiver.receive(maximumFrameCount: 4) else { continue }
      let message = try ActorMessage(
        decoding: frames.map { $0.copyBytes() },
        shape: TrajectoryShape(observationSize: 4, actionSpace: .discrete(count: 2)))
      let refusal = LearnerMessage(
        topic: .actor(message.actor), run: RunID(Digest128(high: 1, low: 1)),
        incarnation: Incarnation(1), sequence: 1,
        body: .refusal(
          LearnerMessage.Refusal(reason: .numericsDigest, text: "run the same build on both")))
      _ = try publisher.send(refusal.encode().bytes.map { OutgoingFrame(bytes: $0) })
    }
    let failure = #expect(throws: RoleFailure.self) { try actor.value() }
    #expect(failure?.exitCode == .unavailable)
    #expect(
      failure?.description == "the learner refuses this actor: run the same build on both")
  }
}

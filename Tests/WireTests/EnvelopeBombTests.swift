import Testing
import Wire

@Suite struct EnvelopeBombTests {
  @Test func `a body in a hundred thousand pieces is refused before they are merged`() {
    let envelope = ProtoWriter.actorEnvelope { envelope in
      envelope.message(10) { trajectories in
        for _ in 0..<200_000 { trajectories.message(4) { _ in } }
      }
      for _ in 0..<100_000 { envelope.message(10) { $0.message(4) { _ in } } }
    }
    #expect(
      throws: WireError.invalid(field: "body", found: "100001 times", allowed: "there once")
    ) {
      try ActorMessage(decoding: [envelope, [], [], []], shape: cartPole)
    }
  }

  @Test func `an envelope full of empty episodes is refused`() {
    let envelope = ProtoWriter.actorEnvelope { envelope in
      envelope.message(10) { trajectories in
        trajectories.round(1)
        trajectories.digest(2)
        for _ in 0..<500_000 { trajectories.message(4) { _ in } }
      }
    }
    #expect(throws: WireError.self) {
      try ActorMessage(decoding: [envelope, [], [], []], shape: cartPole)
    }
  }

  @Test func `an envelope without a body or with two is refused`() {
    let none = ProtoWriter.actorEnvelope { _ in }
    #expect(throws: WireError.missing(field: "body")) {
      try ActorMessage(decoding: [none], shape: cartPole)
    }
    let two = ProtoWriter.learnerEnvelope {
      $0.message(11) { _ in }
      $0.message(12) { $0.number(1, 1) }
    }
    #expect(throws: WireError.self) {
      try LearnerMessage(decoding: [Topic.policy.bytes, two])
    }
  }
}

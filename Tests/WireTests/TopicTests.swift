import Testing
import Wire

@Suite struct TopicTests {
  @Test func `topics are read back`() throws {
    for topic in [Topic.policy, .actor(ActorID(0)), .actor(ActorID(.max)), .actor(ActorID(0xab))] {
      #expect(try decode(topic.bytes) == topic)
    }
    #expect(Topic.actor(ActorID(0xab)).bytes == Array("actor/00000000000000ab/".utf8))
  }

  @Test(arguments: [
    "", "p", "policy", "policy//", "actor/", "actor/00000000000000ab", "actor/00000000000000AB/",
    "actor/0000000000000ab/", "actor/000000000000000ab/", "actor/00000000000000g0/",
  ])
  func `other frames are refused`(text: String) {
    #expect(throws: WireError.self) { try decode(Array(text.utf8)) }
  }

  @Test func `subscriptions are read`() throws {
    let frame = [1] + Topic.actor(ActorID(7)).bytes
    #expect(
      try event(frame) == SubscriptionEvent(isSubscription: true, topic: .actor(ActorID(7))))
    #expect(
      try event([0] + Topic.policy.bytes)
        == SubscriptionEvent(isSubscription: false, topic: .policy))
    for bad: [UInt8] in [[], [1], [2] + Topic.policy.bytes, [UInt8](repeating: 1, count: 64)] {
      #expect(throws: WireError.self) { try event(bad) }
    }
  }

  func decode(_ bytes: [UInt8]) throws(WireError) -> Topic {
    try [bytes].withFrame(0) { (frame) throws(WireError) in try Topic(decoding: frame) }
  }

  func event(_ bytes: [UInt8]) throws(WireError) -> SubscriptionEvent {
    try [bytes].withFrame(0) { (frame) throws(WireError) in
      try SubscriptionEvent(decoding: frame)
    }
  }
}

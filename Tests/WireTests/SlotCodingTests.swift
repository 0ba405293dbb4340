import Learning
import RL
import Testing
import Wire

/// Slot ranges as they come with leases, statuses and leaves.
@Suite struct SlotCodingTests {
  static func decode(
    _ ranges: [(first: UInt64, count: UInt64)], limit: Int = 100
  ) throws(WireError) -> SlotSet {
    let envelope = ProtoWriter.learnerEnvelope { envelope in
      envelope.message(10) { lease in
        lease.round(1)
        lease.number(2, 3)
        for range in ranges {
          lease.message(3) {
            $0.number(1, range.first)
            $0.number(2, range.count)
          }
        }
      }
    }
    let message = try LearnerMessage(
      decoding: [Topic.policy.bytes, envelope], limits: DecodingLimits(slotCount: limit))
    guard case .lease(let lease) = message.body else { throw .missing(field: "lease") }
    return lease.slots
  }

  @Test func `ascending ranges are a set`() throws {
    #expect(try Self.decode([]) == SlotSet())
    #expect(try Self.decode([(0, 100)]) == SlotSet(0..<100))
    #expect(
      try Self.decode([(0, 2), (5, 1), (6, 4), (99, 1)])
        == SlotSet([0, 1, 5, 6, 7, 8, 9, 99]))
  }

  @Test(arguments: [
    [(0, 0)], [(0, 101)], [(100, 1)], [(5, 2), (6, 1)], [(5, 2), (2, 1)], [(5, 1), (5, 1)],
    [(0, 0x8000_0000)], [(0xffff_ffff, 0xffff_ffff)],
  ] as [[(UInt64, UInt64)]])
  func `other ranges are refused`(ranges: [(UInt64, UInt64)]) {
    #expect(throws: WireError.self) {
      try Self.decode(ranges.map { (first: $0.0, count: $0.1) })
    }
  }

  @Test func `many ranges take no longer than sorting them`() throws {
    let ranges = (0..<100_000).map { (first: UInt64(2 * $0), count: UInt64(1)) }
    let slots = try Self.decode(ranges, limit: 200_000)
    #expect(slots.ranges.count == 100_000)
  }
}

@Suite struct LearnerEnvelopeTests {
  static func policy(slotCount: UInt64, actors: [UInt64], slot: UInt64 = 0) -> [UInt8] {
    ProtoWriter.learnerEnvelope { envelope in
      envelope.message(8) { policy in
        policy.round(1)
        policy.number(2, slotCount)
        policy.digest(3)
        for actor in actors {
          policy.message(4) {
            $0.fixed(1, actor)
            $0.number(2, 1)
            $0.message(3) {
              $0.number(1, slot)
              $0.number(2, 1)
            }
          }
        }
      }
    }
  }

  static func decode(_ envelope: [UInt8], parameters: [UInt8] = []) throws(WireError) {
    _ = try LearnerMessage(decoding: [Topic.policy.bytes, envelope, parameters])
  }

  @Test func `a policy written by hand is read`() throws {
    try Self.decode(Self.policy(slotCount: 4, actors: [1, 2]), parameters: [0, 0, 128, 63])
  }

  @Test func `what no policy can be is refused`() {
    let good = Self.policy(slotCount: 4, actors: [1, 2])
    for parameters: [UInt8] in [[0], [0, 0, 0], [0, 0, 128, 127], [1, 0, 192, 255]] {
      #expect(throws: WireError.self) { try Self.decode(good, parameters: parameters) }
    }
    for bad in [
      Self.policy(slotCount: 0, actors: []), Self.policy(slotCount: 0x8000_0000, actors: []),
      Self.policy(slotCount: 4, actors: [2, 1]), Self.policy(slotCount: 4, actors: [1, 1]),
      Self.policy(slotCount: 4, actors: [1], slot: 4),
    ] {
      #expect(throws: WireError.self) { try Self.decode(bad) }
    }
    #expect(throws: WireError.frameCount(expected: 3, found: 2)) {
      try LearnerMessage(decoding: [Topic.policy.bytes, good])
    }
  }

  @Test func `a configuration that no run can have is refused by name`() throws {
    var values = RandomValues(seed: 11)
    var welcome = values.welcome()
    welcome.configuration.learner.discount = 1.5
    let message = LearnerMessage(
      topic: .policy, run: RunID(values.digest()), incarnation: Incarnation(1), sequence: 1,
      body: .welcome(welcome))
    do {
      _ = try LearnerMessage(decoding: message.encode().bytes)
      Issue.record("accepted")
    } catch WireError.configuration(let error) {
      #expect(error.key == "discount")
    }
  }
}

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

import Learning
import Testing
import Wire

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

  @Test func `each fact of a host has a bound`() throws {
    var values = RandomValues(seed: 12)
    var welcome = values.welcome()
    (welcome.policy, welcome.lease) = (nil, nil)
    let long = String(repeating: "x", count: DecodingLimits.greatestTextByteCount)
    for path in [\HostFacts.instructionSet, \.zeroMQVersion, \.sodiumVersion] {
      var facts = values.host()
      facts[keyPath: path] = long
      welcome.host = facts
      // An encoder cuts what is beyond it.
      welcome.host?[keyPath: path] += "y"
      let frames = LearnerMessage(
        topic: .policy, run: RunID(values.digest()), incarnation: Incarnation(1), sequence: 1,
        body: .welcome(welcome)
      ).encode().bytes
      guard case .welcome(let decoded) = try LearnerMessage(decoding: frames).body else { return }
      #expect(decoded.host == facts)
      #expect(throws: WireError.self) {
        _ = try LearnerMessage(
          decoding: frames, limits: DecodingLimits(textByteCount: long.utf8.count - 1))
      }
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

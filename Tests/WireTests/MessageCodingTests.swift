import Kernels
import RL
import Testing
import Wire

@Suite struct MessageCodingTests {
  @Test func `decoding what an actor encoded gives the message`() throws {
    var values = RandomValues(seed: 1)
    for _ in 0..<2_000 {
      let shape = values.shape()
      let message = values.actorMessage(shape: shape)
      let decoded = try ActorMessage(decoding: message.encode().bytes, shape: shape)
      #expect(decoded == message, "seed \(values.random.seed)")
    }
  }

  @Test func `decoding what the learner encoded gives the message`() throws {
    var values = RandomValues(seed: 2)
    for _ in 0..<2_000 {
      let message = values.learnerMessage()
      let decoded = try LearnerMessage(decoding: message.encode().bytes)
      #expect(decoded == message, "seed \(values.random.seed)")
    }
  }

  @Test func `float arrays are not converted`() {
    var values = RandomValues(seed: 3)
    let policy = values.policy()
    let message = LearnerMessage(
      topic: .policy, run: RunID(values.digest()), incarnation: Incarnation(1), sequence: 1,
      body: .policy(policy))
    #expect(message.encode().last == .floats(policy.parameters))
    #expect([WireFrame.floats([1, -2])].bytes == [[0, 0, 128, 63, 0, 0, 0, 192]])
  }

  /// Decodes damaged frames of either direction; whatever is accepted must be a value that survives
  /// another round.
  static func decodeActor(_ frames: [[UInt8]], _ shape: TrajectoryShape) {
    do {
      let message = try ActorMessage(decoding: frames, shape: shape)
      if case .trajectories(let trajectories) = message.body {
        // NaN equals nothing.
        if trajectories.block.firstNonFinite != nil { return }
        if trajectories.block.logProbabilities.contains(where: \.isNaN) { return }
      }
      let again = try ActorMessage(decoding: message.encode().bytes, shape: shape)
      #expect(again == message)
    } catch {
      #expect(!error.description.isEmpty)
    }
  }

  static func decodeLearner(_ frames: [[UInt8]]) {
    do {
      let message = try LearnerMessage(decoding: frames)
      let again = try LearnerMessage(decoding: message.encode().bytes)
      #expect(again == message)
    } catch {
      #expect(!error.description.isEmpty)
    }
  }

  static func everyDamage(of frames: [[UInt8]], _ decode: ([[UInt8]]) -> Void) {
    for i in frames.indices {
      for count in 0..<frames[i].count {
        var truncated = frames
        truncated[i] = Array(frames[i][..<count])
        decode(truncated)
      }
      for bit in 0..<8 * frames[i].count {
        var flipped = frames
        flipped[i][bit / 8] ^= 1 << UInt8(bit % 8)
        decode(flipped)
      }
      decode(Array(frames[..<i]))
      decode(frames + [frames[i]])
    }
    decode([])
  }

  @Test func `every truncation and every flipped bit is decoded or refused`() {
    var values = RandomValues(seed: 4)
    for _ in 0..<24 {
      let shape = values.shape()
      Self.everyDamage(of: values.actorMessage(shape: shape).encode().bytes) {
        Self.decodeActor($0, shape)
      }
      Self.everyDamage(of: values.learnerMessage().encode().bytes) { Self.decodeLearner($0) }
    }
  }

  @Test func `a hundred thousand random mutations are decoded or refused`() {
    var values = RandomValues(seed: 5)
    for _ in 0..<1_000 {
      let shape = values.shape()
      let actorFrames = values.actorMessage(shape: shape).encode().bytes
      let learnerFrames = values.learnerMessage().encode().bytes
      for _ in 0..<50 {
        var frames = actorFrames
        var i = values.integer(0...frames.count - 1)
        frames[i] = values.mutated(frames[i])
        Self.decodeActor(frames, shape)
        frames = learnerFrames
        i = values.integer(0...frames.count - 1)
        frames[i] = values.mutated(frames[i])
        Self.decodeLearner(frames)
      }
    }
  }

  @Test func `another protocol version is told apart from garbage, with its sender`() {
    // Field 8 is a number here, so that version 1 could not even parse the envelope.
    let envelope = ProtoWriter.actorEnvelope(version: 9) { $0.number(8, 3) }
    #expect(throws: WireError.protocolVersion(expected: 1, found: 9, sender: ActorID(0xabcd))) {
      try ActorMessage(decoding: [envelope], shape: cartPole)
    }
    let welcome = ProtoWriter.learnerEnvelope(version: 9) { _ in }
    #expect(throws: WireError.protocolVersion(expected: 1, found: 9, sender: nil)) {
      try LearnerMessage(decoding: [Topic.policy.bytes, welcome])
    }
  }

  @Test func `an envelope beyond the limit is refused before it is parsed`() {
    var limits = DecodingLimits()
    limits.envelopeByteCount = 100
    #expect(
      throws: WireError.exceedsLimit(field: "size of the envelope", limit: 100, found: 101)
    ) {
      try ActorMessage(
        decoding: [[UInt8](repeating: 0xff, count: 101)], shape: cartPole, limits: limits)
    }
  }

  @Test func `overlong texts are cut when written`() throws {
    let text = String(repeating: "雪", count: 1000)
    let message = ActorMessage(
      actor: ActorID(1), run: nil,
      body: .leave(ActorMessage.Leave(reason: text, round: nil, unplayed: SlotSet())))
    let decoded = try ActorMessage(decoding: message.encode().bytes, shape: cartPole)
    guard case .leave(let leave) = decoded.body else {
      Issue.record("not a leave")
      return
    }
    #expect(leave.reason == String(repeating: "雪", count: 341))  // 1023 bytes
  }
}

let cartPole = TrajectoryShape(observationSize: 4, actionSpace: .discrete(count: 2))

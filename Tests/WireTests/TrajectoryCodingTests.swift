import Kernels
import RL
import Testing
import Wire

@Suite struct TrajectoryCodingTests {
  /// One message of episodes (slot, steps, end), as a foreign actor might write it.
  static func envelope(
    _ episodes: [(slot: UInt64, steps: UInt64, end: UInt64)], kind: UInt64 = 1,
    isApproximate: Bool = false
  ) -> [UInt8] {
    ProtoWriter.actorEnvelope { envelope in
      envelope.digest(3)
      envelope.message(10) { trajectories in
        trajectories.round(1, kind: kind)
        trajectories.digest(2)
        trajectories.number(3, 4)
        for episode in episodes {
          trajectories.message(4) {
            $0.number(1, episode.slot)
            $0.number(2, episode.steps)
            $0.number(3, episode.end)
            $0.digest(4)
          }
        }
        if isApproximate { trajectories.number(9, 1) }
      }
    }
  }

  static func decode(
    _ episodes: [(slot: UInt64, steps: UInt64, end: UInt64)], kind: UInt64 = 1,
    observations: Int, actions: [UInt8], rewards: Int, finals: Int? = nil,
    shape: TrajectoryShape = cartPole
  ) throws(WireError) -> TrajectoryBlock {
    let frames = [
      envelope(episodes, kind: kind), [UInt8](repeating: 0, count: observations), actions,
      [UInt8](repeating: 0, count: rewards),
      [UInt8](repeating: 0, count: finals ?? 4 * shape.observationSize * episodes.count),
    ]
    let message = try ActorMessage(decoding: frames, shape: shape)
    guard case .trajectories(let trajectories) = message.body else {
      throw .missing(field: "trajectories")
    }
    return trajectories.block
  }

  @Test func `a message written by hand is read`() throws {
    let block = try Self.decode(
      [(3, 2, 1), (9, 1, 2)], observations: 48, actions: [1, 0, 1], rewards: 12)
    #expect(block.headers.map(\.slot) == [3, 9])
    #expect(block.headers.map(\.stepCount) == [2, 1])
    #expect(block.headers.map(\.end) == [.terminated, .truncated])
    #expect(block.headers[0].fingerprint == Digest128(high: 1, low: 2))
    #expect(block.actions == [1, 0, 1])
  }

  @Test(
    arguments: [
      ([(1_000_000, 1, 1)], 16, [0], 4),  // a slot beyond the limit
      ([(0x8000_0000, 1, 1)], 16, [0], 4),
      ([(0, 0, 1)], 0, [], 0),  // no step
      ([(0, 1, 0)], 16, [0], 4),  // no end
      ([(0, 1, 3)], 16, [0], 4),  // an unknown end
      ([(0, 1, 1)], 15, [0], 4),  // an array too short
      ([(0, 1, 1)], 17, [0], 4),
      ([(0, 1, 1)], 16, [0, 0], 4),
      ([(0, 1, 1)], 16, [0], 8),
      ([(0, 1, 1)], 16, [2], 4),  // an action beyond the last
      ([(0, 16_777_217, 1)], 16, [0], 4),  // more steps than an episode may have
      ([], 0, [], 0),
    ] as [([(UInt64, UInt64, UInt64)], Int, [UInt8], Int)])
  func `what no episode can be is refused`(
    episodes: [(UInt64, UInt64, UInt64)], observations: Int, actions: [UInt8], rewards: Int
  ) {
    #expect(throws: WireError.self) {
      try Self.decode(
        episodes.map { (slot: $0.0, steps: $0.1, end: $0.2) }, observations: observations,
        actions: actions, rewards: rewards)
    }
  }

  @Test func `an approximate actor's message has a frame of log-probabilities`() throws {
    let envelope = Self.envelope([(3, 1, 1)], isApproximate: true)
    var frames = [envelope, [UInt8](repeating: 0, count: 16), [1], [0, 0, 0, 0]]
    frames.append([UInt8](repeating: 0, count: 16))
    #expect(throws: WireError.frameCount(expected: 6, found: 5)) {
      try ActorMessage(decoding: frames, shape: cartPole)
    }
    frames.append([0, 0, 0, 0xc0])
    let message = try ActorMessage(decoding: frames, shape: cartPole)
    guard case .trajectories(let trajectories) = message.body else {
      Issue.record("\(message.body)")
      return
    }
    #expect(trajectories.block.logProbabilities == [-2])
    frames[5] += [0, 0, 0, 0]
    #expect(throws: WireError.size(field: "log-probabilities", expected: 4, found: 8)) {
      try ActorMessage(decoding: frames, shape: cartPole)
    }
    // Without the word for it, a fifth array is one too many.
    frames[0] = Self.envelope([(3, 1, 1)])
    #expect(throws: WireError.frameCount(expected: 5, found: 6)) {
      try ActorMessage(decoding: frames, shape: cartPole)
    }
  }

  @Test(arguments: [0, 15, 17, 32]) func `each episode has one final observation`(byteCount: Int) {
    #expect(
      throws: WireError.size(
        field: "final observations", expected: 16, found: UInt64(byteCount))
    ) {
      try Self.decode(
        [(0, 2, 1)], observations: 32, actions: [0, 1], rewards: 8, finals: byteCount)
    }
  }

  @Test func `rounds of other kinds are refused`() {
    for kind: UInt64 in [0, 3, 4, 99] {
      #expect(throws: WireError.self) {
        try Self.decode([(0, 1, 1)], kind: kind, observations: 16, actions: [0], rewards: 4)
      }
    }
  }

  @Test func `claimed sizes are checked against the frames before memory is asked for`() {
    // 30,000 × 2^24 steps of 2^24 features: more bytes than 64 bits can count.
    let shape = TrajectoryShape(observationSize: 1 << 24, actionSpace: .discrete(count: 2))
    let episodes = [(slot: UInt64, steps: UInt64, end: UInt64)](
      repeating: (1, 1 << 24, 1), count: 30_000)
    #expect(throws: WireError.size(field: "observations", expected: .max, found: 16)) {
      try Self.decode(
        episodes, observations: 16, actions: [], rewards: 0, finals: 0, shape: shape)
    }
    #expect(
      throws: WireError.size(
        field: "observations", expected: 30_000 * (1 << 24) * 16, found: 16)
    ) {
      try Self.decode(episodes, observations: 16, actions: [], rewards: 0)
    }
  }

  @Test func `indices of large action spaces take four bytes`() throws {
    let shape = TrajectoryShape(observationSize: 1, actionSpace: .discrete(count: 70_000))
    let block = try Self.decode(
      [(0, 1, 1)], observations: 4, actions: [0x6f, 0x11, 1, 0], rewards: 4, shape: shape)
    #expect(block.actions == [69_999])
    for actions: [UInt8] in [[0x70, 0x11, 1, 0], [0xff, 0xff, 0xff, 0xff]] {
      #expect(throws: WireError.self) {
        try Self.decode([(0, 1, 1)], observations: 4, actions: actions, rewards: 4, shape: shape)
      }
    }
  }

  @Test func `each row of a multi-discrete action has its own bound`() throws {
    let shape = TrajectoryShape(
      observationSize: 1, actionSpace: .multiDiscrete(counts: [3, 256, 2]))
    let episodes: [(UInt64, UInt64, UInt64)] = [(0, 2, 1), (1, 1, 2)]
    func decode(_ actions: [UInt8]) throws -> [Float] {
      try Self.decode(
        episodes.map { (slot: $0.0, steps: $0.1, end: $0.2) }, observations: 12, actions: actions,
        rewards: 12, shape: shape
      ).actions
    }
    #expect(try decode([2, 0, 255, 3, 1, 0, 1, 7, 1]) == [2, 0, 255, 3, 1, 0, 1, 7, 1])
    for position in [0, 1, 4, 5, 6, 8] {
      var actions: [UInt8] = [2, 0, 255, 3, 1, 0, 1, 7, 1]
      actions[position] = 3
      #expect(throws: WireError.self, "\(position)") { try decode(actions) }
    }
  }

  @Test func `one large choice makes every row four bytes wide`() throws {
    let shape = TrajectoryShape(
      observationSize: 1, actionSpace: .multiDiscrete(counts: [2, 257]))
    let actions: [UInt8] = [1, 0, 0, 0, 0, 1, 0, 0]
    let block = try Self.decode(
      [(0, 1, 1)], observations: 4, actions: actions, rewards: 4, shape: shape)
    #expect(block.actions == [1, 256])
    #expect(throws: WireError.self) {
      try Self.decode(
        [(0, 1, 1)], observations: 4, actions: [2, 0, 0, 0, 0, 1, 0, 0], rewards: 4, shape: shape)
    }
  }

  @Test func `a switch is 0 or 1`() throws {
    let shape = TrajectoryShape(observationSize: 1, actionSpace: .multiBinary(count: 3))
    let block = try Self.decode(
      [(0, 1, 1)], observations: 4, actions: [1, 0, 1], rewards: 4, shape: shape)
    #expect(block.actions == [1, 0, 1])
    #expect(throws: WireError.self) {
      try Self.decode([(0, 1, 1)], observations: 4, actions: [1, 2, 1], rewards: 4, shape: shape)
    }
  }

  @Test func `numbers of a box may leave its bounds but must be finite`() throws {
    let shape = TrajectoryShape(observationSize: 1, actionSpace: .box(low: [-1], high: [1]))
    func decode(_ value: Float) throws -> [Float] {
      let bits = value.bitPattern
      let bytes = (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
      return try Self.decode(
        [(0, 1, 1)], observations: 4, actions: bytes, rewards: 4, shape: shape
      ).actions
    }
    #expect(try decode(-7.25) == [-7.25])
    for value: Float in [.nan, .infinity, -.infinity] {
      #expect(throws: WireError.self) { try decode(value) }
    }
  }

  @Test func `numbers that are not finite are found with slot and step`() {
    let headers = [
      TrajectoryHeader(
        slot: 5, stepCount: 2, end: .terminated, fingerprint: Digest128(high: 0, low: 0)),
      TrajectoryHeader(
        slot: 8, stepCount: 3, end: .terminated, fingerprint: Digest128(high: 0, low: 0)),
    ]
    func block(
      observation: Int?, reward: Int?, final: Int? = nil, value: Float
    ) -> TrajectoryBlock {
      var observations = [Float](repeating: .greatestFiniteMagnitude, count: 10)
      var rewards = [Float](repeating: -.greatestFiniteMagnitude, count: 5)
      var finals: [Float] = [0, 1, 2, 3]
      if let final { finals[final] = value }
      if let observation { observations[observation] = value }
      if let reward { rewards[reward] = value }
      return TrajectoryBlock(
        observationSize: 2, actionSize: 1, headers: headers, observations: observations,
        actions: [0, 0, 0, 0, 0], rewards: rewards, finalObservations: finals)
    }
    #expect(block(observation: nil, reward: nil, value: 0).firstNonFinite == nil)
    for value: Float in [.nan, .infinity, -.infinity, .signalingNaN] {
      let late = block(observation: 8, reward: nil, value: value).firstNonFinite
      #expect(late == NonFiniteValue(quantity: .observation, slot: 8, step: 1))
      let early = block(observation: 8, reward: 1, value: value).firstNonFinite
      #expect(early == NonFiniteValue(quantity: .reward, slot: 5, step: 1))
      let final = block(observation: nil, reward: nil, final: 3, value: value).firstNonFinite
      #expect(final == NonFiniteValue(quantity: .observation, slot: 8, step: 3))
      #expect(early?.description == "the reward of slot 5, step 1")
    }
  }
}

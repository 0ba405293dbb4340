internal import Kernels
internal import RL

extension ActorMessage.Trajectories {
  /// Observations, actions, rewards.
  static let arrayCount = 3

  var encodedEnvelope: ProtoTrajectories {
    var result = ProtoTrajectories()
    result.round = ProtoRound(round)
    result.policyDigest = ProtoDigest(policyDigest)
    result.lease = leaseNumber
    result.episodes = block.headers.map { header in
      var episode = ProtoEpisode()
      episode.slot = UInt32(header.slot)
      episode.stepCount = UInt32(header.stepCount)
      episode.end =
        switch header.end {
        case .terminated: .terminated
        case .truncated: .truncated
        }
      episode.fingerprint = ProtoDigest(header.fingerprint)
      return episode
    }
    return result
  }

  var encodedArrays: [WireFrame] {
    [.floats(block.observations), .bytes(encodedActions), .floats(block.rewards)]
  }

  private var encodedActions: [UInt8] {
    switch actionSpace {
    case .discrete(let count) where count <= 256:
      block.actions.map { UInt8($0) }
    case .discrete:
      block.actions.flatMap { action in
        let word = UInt32(action)
        return [
          UInt8(truncatingIfNeeded: word), UInt8(truncatingIfNeeded: word >> 8),
          UInt8(truncatingIfNeeded: word >> 16), UInt8(truncatingIfNeeded: word >> 24),
        ]
      }
    }
  }

  init(
    decoding envelope: ProtoTrajectories, from source: borrowing some FrameSource & ~Copyable,
    shape: TrajectoryShape, limits: DecodingLimits
  ) throws(WireError) {
    guard envelope.hasRound else { throw .missing(field: "trajectories.round") }
    guard envelope.hasPolicyDigest else { throw .missing(field: "trajectories.policy_digest") }
    let round = try envelope.round.value("trajectories.round")
    let headers = try Self.headers(decoding: envelope.episodes, limits: limits)
    // At most 2^20 / 2 headers of 2^24 steps each: this sum and its products below stay under 2^63.
    let stepCount = headers.reduce(0) { $0 + $1.stepCount }
    let observations = try Self.floats(
      in: source, frame: 1, "observations", count: stepCount * shape.observationSize)
    let rewards = try Self.floats(in: source, frame: 3, "rewards", count: stepCount)
    let actions = try Self.actions(in: source, frame: 2, shape: shape, headers: headers)
    self.init(
      round: round, policyDigest: envelope.policyDigest.value, leaseNumber: envelope.lease,
      actionSpace: shape.actionSpace,
      block: TrajectoryBlock(
        observationSize: shape.observationSize, actionSize: shape.actionSpace.actionSize,
        headers: headers, observations: observations, actions: actions, rewards: rewards))
  }

  private static func headers(
    decoding episodes: [ProtoEpisode], limits: DecodingLimits
  ) throws(WireError) -> [TrajectoryHeader] {
    guard !episodes.isEmpty else { throw .missing(field: "trajectories.episodes") }
    var headers: [TrajectoryHeader] = []
    headers.reserveCapacity(episodes.count)
    for (i, episode) in episodes.enumerated() {
      let field = "trajectories.episodes[\(i)]"
      guard episode.slot < limits.slotCount else {
        throw .exceedsLimit(
          field: "\(field).slot", limit: UInt64(limits.slotCount) - 1, found: UInt64(episode.slot))
      }
      let stepCount = try bounded(
        episode.stepCount, by: limits.stepCount, "\(field).step_count")
      guard stepCount >= 1 else {
        throw .invalid(field: "\(field).step_count", found: "0", allowed: "at least 1")
      }
      let end: EpisodeEnd
      switch episode.end {
      case .terminated: end = .terminated
      case .truncated: end = .truncated
      case .unspecified, .UNRECOGNIZED: throw unknownValue("\(field).end", episode.end)
      }
      guard episode.hasFingerprint else { throw .missing(field: "\(field).fingerprint") }
      headers.append(
        TrajectoryHeader(
          slot: Int(episode.slot), stepCount: stepCount, end: end,
          fingerprint: episode.fingerprint.value))
    }
    return headers
  }

  private static func floats(
    in source: borrowing some FrameSource & ~Copyable, frame index: Int, _ field: String, count: Int
  ) throws(WireError) -> [Float] {
    try source.withFrame(index) { (frame) throws(WireError) in
      try requireSize(of: frame, 4 * count, field)
      return ArrayCoding.array(from: frame)
    }
  }

  private static func actions(
    in source: borrowing some FrameSource & ~Copyable, frame index: Int, shape: TrajectoryShape,
    headers: [TrajectoryHeader]
  ) throws(WireError) -> [Float] {
    let stepCount = headers.reduce(0) { $0 + $1.stepCount }
    return try source.withFrame(index) { (frame) throws(WireError) in
      try requireSize(of: frame, shape.actionByteCount * stepCount, "actions")
      switch shape.actionSpace {
      case .discrete(let count):
        let actions =
          count <= 256
          ? ArrayCoding.actions(fromBytes: frame, below: count)
          : ArrayCoding.actions(fromWords: frame, below: count)
        guard let actions else {
          throw .invalid(field: "actions", found: "an index beyond", allowed: "0 to \(count - 1)")
        }
        return actions
      }
    }
  }

  private static func requireSize(
    of frame: RawSpan, _ byteCount: Int, _ field: String
  ) throws(WireError) {
    guard frame.byteCount == byteCount else {
      throw .size(field: field, expected: UInt64(byteCount), found: UInt64(frame.byteCount))
    }
  }
}

internal import Kernels
internal import RL

extension ActorMessage.Trajectories {
  /// Observations, actions, rewards, final observations; and log-probabilities of an approximate actor.
  static func arrayCount(_ envelope: ProtoTrajectories) -> Int {
    envelope.sendsLogProbabilities ? greatestArrayCount : greatestArrayCount - 1
  }
  static let greatestArrayCount = 5

  var encodedEnvelope: ProtoTrajectories {
    var result = ProtoTrajectories()
    result.round = ProtoRound(round)
    result.policyDigest = ProtoDigest(policyDigest)
    result.lease = leaseNumber
    result.sendsLogProbabilities = !block.logProbabilities.isEmpty
    result.episodes = block.headers.map { header in
      var episode = ProtoEpisode()
      episode.slot = UInt32(header.slot)
      episode.stepCount = UInt32(header.stepCount)
      episode.end = ProtoEpisodeEnd(header.end)
      episode.fingerprint = ProtoDigest(header.fingerprint)
      return episode
    }
    return result
  }

  var encodedArrays: [WireFrame] {
    [
      .floats(block.observations), encodedActions, .floats(block.rewards),
      .floats(block.finalObservations),
    ] + (block.logProbabilities.isEmpty ? [] : [.floats(block.logProbabilities)])
  }

  private var encodedActions: WireFrame {
    switch actionSpace.encoding {
    case .bytes: .bytes(ArrayCoding.bytes(ofActions: block.actions))
    case .words:
      .bytes(
        block.actions.flatMap { action in
          let word = UInt32(action)
          return [
            UInt8(truncatingIfNeeded: word), UInt8(truncatingIfNeeded: word >> 8),
            UInt8(truncatingIfNeeded: word >> 16), UInt8(truncatingIfNeeded: word >> 24),
          ]
        })
    case .floats: .floats(block.actions)
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
    // Each header took two bytes of an envelope at least: this sum stays far below 2^63.
    let stepCount = headers.reduce(0) { $0 + $1.stepCount }
    let observations = try Self.floats(
      in: source, frame: 1, "observations", size: shape.observationSize, count: stepCount)
    let actions = try Self.actions(
      in: source, frame: 2, of: shape.actionSpace, headers: headers, stepCount: stepCount)
    let rewards = try Self.floats(in: source, frame: 3, "rewards", size: 1, count: stepCount)
    let finalObservations = try Self.floats(
      in: source, frame: 4, "final observations", size: shape.observationSize,
      count: headers.count)
    let logProbabilities =
      envelope.sendsLogProbabilities
      ? try Self.floats(in: source, frame: 5, "log-probabilities", size: 1, count: stepCount) : []
    self.init(
      round: round, policyDigest: envelope.policyDigest.value, leaseNumber: envelope.lease,
      actionSpace: shape.actionSpace,
      block: TrajectoryBlock(
        observationSize: shape.observationSize, actionSize: shape.actionSpace.actionSize,
        headers: headers, observations: observations, actions: actions, rewards: rewards,
        finalObservations: finalObservations, logProbabilities: logProbabilities))
  }

  private static func headers(
    decoding episodes: [ProtoEpisode], limits: DecodingLimits
  ) throws(WireError) -> [TrajectoryHeader] {
    guard !episodes.isEmpty else { throw .missing(field: "trajectories.episodes") }
    var headers: [TrajectoryHeader] = []
    headers.reserveCapacity(episodes.count)
    for (i, episode) in episodes.enumerated() {
      var field: String { "trajectories.episodes[\(i)]" }
      let slot = try Self.slot(episode.slot, field, limits)
      let stepCount = try Self.stepCount(episode.stepCount, field, limits)
      let end = try episode.end.value(field)
      guard episode.hasFingerprint else { throw .missing(field: "\(field).fingerprint") }
      headers.append(
        TrajectoryHeader(
          slot: slot, stepCount: stepCount, end: end,
          fingerprint: episode.fingerprint.value))
    }
    return headers
  }

  static func slot(
    _ slot: UInt32, _ field: @autoclosure () -> String, _ limits: DecodingLimits
  ) throws(WireError) -> Int {
    guard slot < limits.slotCount else {
      throw .exceedsLimit(
        field: "\(field()).slot", limit: UInt64(limits.slotCount) - 1, found: UInt64(slot))
    }
    return Int(slot)
  }

  static func stepCount(
    _ count: UInt32, _ field: @autoclosure () -> String, _ limits: DecodingLimits
  ) throws(WireError) -> Int {
    let stepCount = try bounded(count, by: limits.stepCount, "\(field()).step_count")
    guard stepCount >= 1 else {
      throw .invalid(field: "\(field()).step_count", found: "0", allowed: "at least 1")
    }
    return stepCount
  }

  private static func floats(
    in source: borrowing some FrameSource & ~Copyable, frame index: Int, _ field: String, size: Int,
    count: Int
  ) throws(WireError) -> [Float] {
    try source.withFrame(index) { (frame) throws(WireError) in
      try requireSize(of: frame, rowByteCount: 4 * size, rowCount: count, field)
      return ArrayCoding.array(from: frame)
    }
  }

  private static func actions(
    in source: borrowing some FrameSource & ~Copyable, frame index: Int, of space: ActionSpace,
    headers: [TrajectoryHeader], stepCount: Int
  ) throws(WireError) -> [Float] {
    try source.withFrame(index) { (frame) throws(WireError) in
      try requireSize(
        of: frame, rowByteCount: space.encodedByteCount, rowCount: stepCount, "actions")
      switch space {
      case .discrete(let count):
        return try indices(in: frame, space.encoding, below: count)
      case .multiBinary:
        return try indices(in: frame, space.encoding, below: 2)
      case .multiDiscrete(let counts):
        let actions = try indices(in: frame, space.encoding, below: counts.max() ?? 0)
        try requireBounds(counts, of: actions, headers: headers)
        return actions
      case .box:
        // Beyond the bounds is allowed: policies sample there, and environments clip.
        let actions: [Float] = ArrayCoding.array(from: frame)
        guard allFinite(actions) else {
          throw .invalid(
            field: "actions", found: "a number that is not finite", allowed: "finite numbers")
        }
        return actions
      }
    }
  }

  private static func indices(
    in frame: RawSpan, _ encoding: ActionEncoding, below count: Int
  ) throws(WireError) -> [Float] {
    let indices =
      switch encoding {
      case .bytes: ArrayCoding.actions(fromBytes: frame, below: count)
      case .words, .floats: ArrayCoding.actions(fromWords: frame, below: count)
      }
    guard let indices else {
      throw .invalid(field: "actions", found: "an index beyond", allowed: "0 to \(count - 1)")
    }
    return indices
  }

  /// Refuses an index that its own row does not have. Shape: `actions` per episode
  /// `[counts.count][stepCount]`.
  private static func requireBounds(
    _ counts: [Int], of actions: [Float], headers: [TrajectoryHeader]
  ) throws(WireError) {
    var first = 0
    for header in headers {
      for (row, count) in counts.enumerated() {
        let end = first + header.stepCount
        guard actions[first..<end].allSatisfy({ $0 < Float(count) }) else {
          throw .invalid(
            field: "actions", found: "an index beyond in row \(row)", allowed: "0 to \(count - 1)")
        }
        first = end
      }
    }
  }

  private static func requireSize(
    of frame: RawSpan, rowByteCount: Int, rowCount: Int, _ field: String
  ) throws(WireError) {
    let (byteCount, overflow) = rowCount.multipliedReportingOverflow(by: rowByteCount)
    guard !overflow, frame.byteCount == byteCount else {
      throw .size(
        field: field, expected: overflow ? .max : UInt64(byteCount),
        found: UInt64(frame.byteCount))
    }
  }
}

extension ProtoEpisodeEnd {
  init(_ end: EpisodeEnd) {
    switch end {
    case .terminated: self = .terminated
    case .truncated: self = .truncated
    }
  }

  func value(_ field: @autoclosure () -> String) throws(WireError) -> EpisodeEnd {
    switch self {
    case .terminated: return .terminated
    case .truncated: return .truncated
    case .unspecified, .UNRECOGNIZED: throw unknownValue("\(field()).end", self)
    }
  }
}

internal import Kernels
internal import RL

extension LearnerMessage {
  /// The topic and the envelope, followed by the arrays of a policy if the message carries one.
  package func encode() -> [WireFrame] {
    var envelope = ProtoLearnerEnvelope()
    envelope.protocolVersion = WireProtocol.version
    envelope.run = ProtoDigest(run.rawValue)
    envelope.incarnation = incarnation.rawValue
    envelope.sequence = sequence
    var arrays: [WireFrame] = []
    switch body {
    case .policy(let policy):
      envelope.policy = policy.encoded
      arrays = policy.encodedArrays
    case .welcome(let welcome):
      envelope.welcome = welcome.encoded
      arrays = welcome.policy?.encodedArrays ?? []
    case .lease(let lease): envelope.lease = lease.encoded
    case .goodbye(let goodbye): envelope.goodbye.reason = cut(goodbye.reason)
    case .refusal(let refusal): envelope.refusal = refusal.encoded
    }
    return [.bytes(topic.bytes), .bytes(encodedEnvelope(envelope))] + arrays
  }

  /// Decodes any frames into a message or an error.
  package init(
    decoding source: borrowing some FrameSource & ~Copyable,
    limits: DecodingLimits = DecodingLimits()
  ) throws(WireError) {
    guard source.frameCount >= 2 else {
      throw .frameCount(expected: 2, found: source.frameCount)
    }
    topic = try source.withFrame(0) { (frame) throws(WireError) in try Topic(decoding: frame) }
    let envelope = try source.withFrame(1) { (frame) throws(WireError) in
      try Self.envelope(from: frame, limits: limits)
    }
    guard envelope.hasRun else { throw .missing(field: "run") }
    run = RunID(envelope.run.value)
    incarnation = Incarnation(envelope.incarnation)
    sequence = envelope.sequence
    guard let body = envelope.body else { throw .missing(field: "body") }
    let expectedCount =
      switch body {
      case .policy(let policy): 2 + policy.arrayCount
      case .welcome(let welcome): welcome.hasPolicy ? 2 + welcome.policy.arrayCount : 2
      case .lease, .goodbye, .refusal: 2
      }
    guard source.frameCount == expectedCount else {
      throw .frameCount(expected: expectedCount, found: source.frameCount)
    }
    switch body {
    case .policy(let policy):
      self.body = .policy(try Policy(decoding: policy, from: source, limits: limits))
    case .welcome(let welcome):
      self.body = .welcome(try Welcome(decoding: welcome, from: source, limits: limits))
    case .lease(let lease): self.body = .lease(try Lease(decoding: lease, limits: limits))
    case .goodbye(let goodbye):
      self.body = .goodbye(Goodbye(reason: try bounded(goodbye.reason, "goodbye.reason", limits)))
    case .refusal(let refusal):
      self.body = .refusal(try Refusal(decoding: refusal, limits: limits))
    }
  }

  private static func envelope(
    from frame: RawSpan, limits: DecodingLimits
  ) throws(WireError) -> ProtoLearnerEnvelope {
    let bytes = try envelopeBytes(of: frame, limits: limits)
    if !EnvelopeOutline(bytes).isOrdinary { try requireOrdinary(bytes) }
    return try decodedEnvelope(ProtoLearnerEnvelope.self, from: bytes)
  }

  /// Read first and by itself: of another version, nothing else need be readable.
  private static func requireOrdinary(_ bytes: [UInt8]) throws(WireError) {
    let preamble = try decodedEnvelope(ProtoLearnerPreamble.self, from: bytes)
    guard preamble.protocolVersion == WireProtocol.version else {
      throw .protocolVersion(
        expected: WireProtocol.version, found: preamble.protocolVersion, sender: nil)
    }
    try requireOneBody(
      preamble.policy.count + preamble.welcome.count + preamble.lease.count
        + preamble.goodbye.count + preamble.refusal.count)
  }
}

extension LearnerMessage.Policy {
  fileprivate var encoded: ProtoPolicy {
    var result = ProtoPolicy()
    result.round = ProtoRound(round)
    result.slotCount = UInt32(slotCount)
    result.digest = ProtoDigest(digest)
    result.normalizedSize = UInt32(normalization?.observationSize ?? 0)
    if let perturbationScale { result.perturbationScale = perturbationScale }
    result.firstLeases = firstLeases.map { lease in
      var result = ProtoFirstLease()
      result.actor = lease.actor.rawValue
      result.number = lease.number
      result.slots = lease.slots.encodedRanges
      return result
    }
    return result
  }

  fileprivate var encodedArrays: [WireFrame] {
    [.floats(parameters)]
      + (normalization.map { [.floats($0.means + $0.inverseDeviations)] } ?? [])
  }

  fileprivate init(
    decoding policy: ProtoPolicy, from source: borrowing some FrameSource & ~Copyable,
    limits: DecodingLimits
  ) throws(WireError) {
    guard policy.hasRound else { throw .missing(field: "policy.round") }
    guard policy.hasDigest else { throw .missing(field: "policy.digest") }
    let slotCount = try bounded(policy.slotCount, by: limits.slotCount, "policy.slot_count")
    guard slotCount >= 1 else {
      throw .invalid(field: "policy.slot_count", found: "0", allowed: "at least 1")
    }
    let scale = policy.hasPerturbationScale ? policy.perturbationScale : nil
    if let scale, !(scale.isFinite && scale >= 0) {
      throw .invalid(
        field: "policy.perturbation_scale", found: "\(scale)", allowed: "finite and not negative")
    }
    var firstLeases: [LearnerMessage.FirstLease] = []
    for (i, lease) in policy.firstLeases.enumerated() {
      var field: String { "policy.first_leases[\(i)]" }
      let actor = ActorID(lease.actor)
      if let last = firstLeases.last, last.actor >= actor {
        throw .invalid(
          field: "\(field).actor", found: "\(actor)", allowed: "above \(last.actor)")
      }
      let slots = try SlotSet(decoding: lease.slots, below: slotCount, "\(field).slots")
      firstLeases.append(
        LearnerMessage.FirstLease(actor: actor, number: lease.number, slots: slots))
    }
    self.init(
      round: try policy.round.value("policy.round"), slotCount: slotCount,
      digest: policy.digest.value,
      parameters: try source.withFrame(2) { (frame) throws(WireError) in
        try Self.parameters(from: frame, limits: limits)
      },
      normalization: policy.normalizedSize == 0
        ? nil
        : try source.withFrame(3) { (frame) throws(WireError) in
          try Self.normalization(from: frame, size: policy.normalizedSize, limits: limits)
        }, perturbationScale: scale,
      firstLeases: firstLeases)
  }

  private static func parameters(
    from frame: RawSpan, limits: DecodingLimits
  ) throws(WireError) -> [Float] {
    let count = try bounded(
      UInt(frame.byteCount / 4), by: limits.parameterCount, "number of parameters")
    guard frame.byteCount == 4 * count else {
      throw .size(
        field: "parameters", expected: UInt64(4 * count), found: UInt64(frame.byteCount))
    }
    let parameters = ArrayCoding.array(of: Float.self, from: frame)
    guard allFinite(parameters) else {
      throw .invalid(field: "parameters", found: "not finite", allowed: "finite numbers")
    }
    return parameters
  }
}

extension LearnerMessage.Policy {
  private static func normalization(
    from frame: RawSpan, size: UInt32, limits: DecodingLimits
  ) throws(WireError) -> ObservationNormalization {
    let size = try bounded(size, by: limits.parameterCount, "policy.normalized_size")
    guard frame.byteCount == 8 * size else {
      throw .size(
        field: "normalization", expected: UInt64(8 * size), found: UInt64(frame.byteCount))
    }
    let numbers = ArrayCoding.array(of: Float.self, from: frame)
    guard allFinite(numbers) else {
      throw .invalid(field: "normalization", found: "not finite", allowed: "finite numbers")
    }
    return ObservationNormalization(
      means: Array(numbers[..<size]), inverseDeviations: Array(numbers[size...]))
  }
}

extension ProtoPolicy {
  /// Array frames behind the envelope.
  fileprivate var arrayCount: Int { normalizedSize == 0 ? 1 : 2 }
}

extension LearnerMessage.Welcome {
  fileprivate var encoded: ProtoWelcome {
    var result = ProtoWelcome()
    result.configuration = ProtoRunConfiguration(configuration)
    if let policy { result.policy = policy.encoded }
    if let lease { result.lease = lease.encoded }
    result.greatestFrameByteCount = UInt64(greatestFrameByteCount)
    if let suggestedLaneCount { result.suggestedLaneCount = UInt32(suggestedLaneCount) }
    if let host { result.host = ProtoHost(host) }
    return result
  }

  fileprivate init(
    decoding welcome: ProtoWelcome, from source: borrowing some FrameSource & ~Copyable,
    limits: DecodingLimits
  ) throws(WireError) {
    guard welcome.hasConfiguration else { throw .missing(field: "welcome.configuration") }
    configuration = try welcome.configuration.value()
    policy =
      welcome.hasPolicy
      ? try LearnerMessage.Policy(decoding: welcome.policy, from: source, limits: limits) : nil
    lease = welcome.hasLease ? try Lease(decoding: welcome.lease, limits: limits) : nil
    greatestFrameByteCount = try bounded(
      welcome.greatestFrameByteCount, by: Int.max, "welcome.greatest_frame_byte_count")
    suggestedLaneCount =
      welcome.hasSuggestedLaneCount
      ? try bounded(
        welcome.suggestedLaneCount, by: limits.laneCount, "welcome.suggested_lane_count") : nil
    host = welcome.hasHost ? try welcome.host.value(limits: limits) : nil
    if suggestedLaneCount == 0 {
      throw .invalid(field: "welcome.suggested_lane_count", found: "0", allowed: "at least 1")
    }
  }
}

extension Lease {
  fileprivate var encoded: ProtoLease {
    var result = ProtoLease()
    result.round = ProtoRound(round)
    result.number = number
    result.slots = slots.encodedRanges
    return result
  }

  fileprivate init(decoding lease: ProtoLease, limits: DecodingLimits) throws(WireError) {
    guard lease.hasRound else { throw .missing(field: "lease.round") }
    self.init(
      number: lease.number, round: try lease.round.value("lease.round"),
      slots: try SlotSet(decoding: lease.slots, below: limits.slotCount, "lease.slots"))
  }
}

extension LearnerMessage.Refusal {
  fileprivate var encoded: ProtoRefusal {
    var result = ProtoRefusal()
    result.reason =
      switch reason {
      case .protocolVersion: .protocolVersion
      case .numericsDigest: .numericsDigest
      case .duplicateActor: .duplicateActor
      case .approximate: .approximate
      case .quarantined: .quarantined
      case .otherRun: .otherRun
      }
    result.text = cut(text)
    if let identityKey { result.identityKey = cut(identityKey) }
    return result
  }

  fileprivate init(decoding refusal: ProtoRefusal, limits: DecodingLimits) throws(WireError) {
    switch refusal.reason {
    case .protocolVersion: reason = .protocolVersion
    case .numericsDigest: reason = .numericsDigest
    case .duplicateActor: reason = .duplicateActor
    case .approximate: reason = .approximate
    case .quarantined: reason = .quarantined
    case .otherRun: reason = .otherRun
    case .unspecified, .UNRECOGNIZED: throw unknownValue("refusal.reason", refusal.reason)
    }
    text = try bounded(refusal.text, "refusal.text", limits)
    identityKey =
      refusal.hasIdentityKey
      ? try bounded(refusal.identityKey, "refusal.identity_key", limits) : nil
  }
}

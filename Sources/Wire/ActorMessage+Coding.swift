internal import Kernels
internal import RL

extension ActorMessage {
  /// The envelope, followed by four or five arrays if the message carries trajectories.
  package func encode() -> [WireFrame] {
    var envelope = ProtoActorEnvelope()
    envelope.protocolVersion = WireProtocol.version
    envelope.actor = actor.rawValue
    if let run { envelope.run = ProtoDigest(run.rawValue) }
    var arrays: [WireFrame] = []
    switch body {
    case .join(let join): envelope.join = join.encoded
    case .status(let status): envelope.status = status.encoded
    case .trajectories(let trajectories):
      envelope.trajectories = trajectories.encodedEnvelope
      arrays = trajectories.encodedArrays
    case .returns(let returns): envelope.returns = returns.encoded
    case .leave(let leave): envelope.leave = leave.encoded
    }
    return [.bytes(Wire.encodedEnvelope(envelope))] + arrays
  }

  /// Decodes any frames into a message or an error.
  ///
  /// Values of the arrays are not looked at, except for discrete actions: see
  /// ``RL/TrajectoryBlock/firstNonFinite``.
  package init(
    decoding source: borrowing some FrameSource & ~Copyable, shape: TrajectoryShape,
    limits: DecodingLimits = DecodingLimits()
  ) throws(WireError) {
    guard source.frameCount >= 1 else { throw .frameCount(expected: 1, found: 0) }
    let envelope = try source.withFrame(0) { (frame) throws(WireError) in
      try Self.envelope(from: frame, limits: limits)
    }
    actor = ActorID(envelope.actor)
    run = envelope.hasRun ? RunID(envelope.run.value) : nil
    guard let body = envelope.body else { throw .missing(field: "body") }
    let expectedCount =
      switch body {
      case .trajectories(let trajectories): 1 + Trajectories.arrayCount(trajectories)
      case .join, .status, .leave, .returns: 1
      }
    guard source.frameCount == expectedCount else {
      throw .frameCount(expected: expectedCount, found: source.frameCount)
    }
    switch body {
    case .join(let join): self.body = .join(try Join(decoding: join, limits: limits))
    case .status(let status): self.body = .status(try Status(decoding: status, limits: limits))
    case .trajectories(let trajectories):
      self.body = .trajectories(
        try Trajectories(decoding: trajectories, from: source, shape: shape, limits: limits))
    case .returns(let returns):
      self.body = .returns(try Returns(decoding: returns, limits: limits))
    case .leave(let leave): self.body = .leave(try Leave(decoding: leave, limits: limits))
    }
  }

  private static func envelope(
    from frame: RawSpan, limits: DecodingLimits
  ) throws(WireError) -> ProtoActorEnvelope {
    let bytes = try envelopeBytes(of: frame, limits: limits)
    if !EnvelopeOutline(bytes).isOrdinary { try requireOrdinary(bytes) }
    return try decodedEnvelope(ProtoActorEnvelope.self, from: bytes)
  }

  /// Read first and by itself: of another version, nothing else need be readable.
  private static func requireOrdinary(_ bytes: [UInt8]) throws(WireError) {
    let preamble = try decodedEnvelope(ProtoActorPreamble.self, from: bytes)
    guard preamble.protocolVersion == WireProtocol.version else {
      throw .protocolVersion(
        expected: WireProtocol.version, found: preamble.protocolVersion,
        sender: ActorID(preamble.actor))
    }
    try requireOneBody(
      preamble.join.count + preamble.status.count + preamble.trajectories.count
        + preamble.leave.count + preamble.returns.count)
  }
}

extension ActorMessage.Join {
  fileprivate var encoded: ProtoJoin {
    var result = ProtoJoin()
    result.numericsDigest = ProtoDigest(numericsDigest)
    result.hostName = cut(hostName)
    result.processID = processID
    result.laneCount = UInt32(laneCount)
    result.instructionSet = cut(instructionSet)
    result.arithmetic =
      switch arithmetic {
      case .exact: .exact
      case .approximate: .approximate
      }
    return result
  }

  fileprivate init(decoding join: ProtoJoin, limits: DecodingLimits) throws(WireError) {
    // What an approximate actor computes has no digest to compare.
    guard join.hasNumericsDigest || join.arithmetic == .approximate else {
      throw .missing(field: "join.numerics_digest")
    }
    numericsDigest = join.numericsDigest.value
    hostName = try bounded(join.hostName, "join.host_name", limits)
    processID = join.processID
    laneCount = try bounded(join.laneCount, by: limits.laneCount, "join.lane_count")
    guard laneCount >= 1 else {
      throw .invalid(field: "join.lane_count", found: "0", allowed: "at least 1")
    }
    instructionSet = try bounded(join.instructionSet, "join.instruction_set", limits)
    switch join.arithmetic {
    case .exact: arithmetic = .exact
    case .approximate: arithmetic = .approximate
    case .unspecified, .UNRECOGNIZED: throw unknownValue("join.arithmetic", join.arithmetic)
    }
  }
}

extension ActorMessage.Status {
  fileprivate var encoded: ProtoStatus {
    var result = ProtoStatus()
    result.incarnation = incarnation.rawValue
    if let round { result.round = ProtoRound(round) }
    if let appliedLease { result.appliedLease = appliedLease }
    result.unplayed = unplayed.encodedRanges
    result.stepCount = stepCount
    result.playNanoseconds = playNanoseconds
    return result
  }

  fileprivate init(decoding status: ProtoStatus, limits: DecodingLimits) throws(WireError) {
    incarnation = Incarnation(status.incarnation)
    round = status.hasRound ? try status.round.value("status.round") : nil
    appliedLease = status.hasAppliedLease ? status.appliedLease : nil
    unplayed = try SlotSet(
      decoding: status.unplayed, below: limits.slotCount, "status.unplayed")
    try requireRound(round, of: unplayed, "status.round")
    stepCount = status.stepCount
    playNanoseconds = status.playNanoseconds
  }
}

extension ActorMessage.Leave {
  fileprivate var encoded: ProtoLeave {
    var result = ProtoLeave()
    result.reason = cut(reason)
    if let round { result.round = ProtoRound(round) }
    result.unplayed = unplayed.encodedRanges
    if let fault {
      result.fault = ProtoEnvironmentFault()
      if let slot = fault.slot { result.fault.slot = UInt32(slot) }
    }
    return result
  }

  fileprivate init(decoding leave: ProtoLeave, limits: DecodingLimits) throws(WireError) {
    reason = try bounded(leave.reason, "leave.reason", limits)
    round = leave.hasRound ? try leave.round.value("leave.round") : nil
    unplayed = try SlotSet(decoding: leave.unplayed, below: limits.slotCount, "leave.unplayed")
    try requireRound(round, of: unplayed, "leave.round")
    guard leave.hasFault else {
      fault = nil
      return
    }
    if round == nil { throw .missing(field: "leave.round") }
    fault = ActorMessage.EnvironmentFault(
      slot: leave.fault.hasSlot
        ? try ActorMessage.Trajectories.slot(leave.fault.slot, "leave.fault", limits) : nil)
  }
}

/// Slots mean nothing without their round.
private func requireRound(
  _ round: RoundID?, of slots: SlotSet, _ field: String
) throws(WireError) {
  if round == nil && !slots.isEmpty { throw .missing(field: field) }
}

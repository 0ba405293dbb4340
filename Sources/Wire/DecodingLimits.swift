internal import RL

/// What a decoder accepts at most, checked before anything of the claimed size is allocated.
package struct DecodingLimits: Hashable, Sendable {
  /// Slots of a round: every slot number is below.
  package var slotCount: Int
  /// Steps of one episode.
  package var stepCount: Int
  /// Parameters of a policy.
  package var parameterCount: Int
  /// Lanes of one actor.
  package var laneCount: Int
  /// Bytes of an envelope; its decoded form is at most about 50 times as large.
  package var envelopeByteCount: Int
  /// UTF-8 bytes of a reason, a host name and the like; longer ones are cut when they are written.
  package var textByteCount: Int

  package init(
    slotCount: Int = 1_000_000, stepCount: Int = RandomStream.maximumStepCount,
    parameterCount: Int = 1 << 28, laneCount: Int = 65_536, envelopeByteCount: Int = 1 << 20,
    textByteCount: Int = DecodingLimits.greatestTextByteCount
  ) {
    self.slotCount = slotCount
    self.stepCount = stepCount
    self.parameterCount = parameterCount
    self.laneCount = laneCount
    self.envelopeByteCount = envelopeByteCount
    self.textByteCount = textByteCount
  }

  /// Where encoders cut texts.
  package static let greatestTextByteCount = 1024
}

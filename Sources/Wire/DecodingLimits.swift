package import RL

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

/// What a decoder of trajectories knows beforehand: the sizes that the environment fixes.
package struct TrajectoryShape: Hashable, Sendable {
  package let observationSize: Int
  package let actionSpace: ActionSpace

  /// - Precondition: `observationSize` is positive and a discrete action fits in a Float.
  package init(observationSize: Int, actionSpace: ActionSpace) {
    precondition(observationSize >= 1 && observationSize <= 1 << 24, "1 to 2^24 features")
    switch actionSpace {
    case .discrete(let count):
      precondition(count >= 1 && count <= 1 << 24, "1 to 2^24 actions")
    }
    self.observationSize = observationSize
    self.actionSpace = actionSpace
  }

  /// Bytes of one row of actions in a message.
  var actionByteCount: Int {
    switch actionSpace {
    case .discrete(let count): count <= 256 ? 1 : 4
    }
  }

  /// Bytes of the largest frame of trajectories that have `stepCount` steps together.
  package func greatestFrameByteCount(stepCount: Int) -> Int {
    stepCount * max(4 * observationSize, actionByteCount * actionSpace.actionSize, 4)
  }
}

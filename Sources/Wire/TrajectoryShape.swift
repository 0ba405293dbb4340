package import RL

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

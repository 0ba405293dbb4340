package import RL

/// What a decoder of trajectories knows beforehand: the sizes that the environment fixes.
package struct TrajectoryShape: Hashable, Sendable {
  package let observationSize: Int
  package let actionSpace: ActionSpace

  /// - Precondition: `observationSize` is positive and the action space is valid.
  package init(observationSize: Int, actionSpace: ActionSpace) {
    precondition(observationSize >= 1 && observationSize <= 1 << 24, "1 to 2^24 features")
    precondition(actionSpace.isValid, "an action space that something can be chosen from")
    self.observationSize = observationSize
    self.actionSpace = actionSpace
  }

  /// Bytes of the largest frame of trajectories that have `stepCount` steps together.
  package func greatestFrameByteCount(stepCount: Int) -> Int {
    stepCount * max(4 * observationSize, actionSpace.encodedByteCount, 4)
  }
}

/// How the entries of actions travel.
enum ActionEncoding {
  case bytes
  case words
  case floats
}

extension ActionSpace {
  var encoding: ActionEncoding {
    switch self {
    case .discrete(let count): count <= 256 ? .bytes : .words
    case .multiDiscrete(let counts): counts.allSatisfy { $0 <= 256 } ? .bytes : .words
    case .multiBinary: .bytes
    case .box: .floats
    }
  }

  /// Bytes of one action in a message.
  var encodedByteCount: Int {
    switch encoding {
    case .bytes: actionSize
    case .words, .floats: 4 * actionSize
    }
  }
}

internal import Learning
internal import RL
internal import Wire

/// The first copies of a round's audited slots, kept until a second actor has played them, too.
struct RoundAudit {
  /// A copy in hand, and whose it is.
  struct Copy {
    let actor: ActorID
    let trajectory: TrajectoryReference
  }

  private var firsts: [Int: Copy] = [:]
  /// Copies were used without a second, and the log said so.
  var isWaived = false

  mutating func hold(_ copy: Copy) { firsts[copy.trajectory.header.slot] = copy }

  /// The first copy of a slot, which is no longer kept.
  mutating func release(_ slot: Int) -> Copy? { firsts.removeValue(forKey: slot) }
}

extension TrajectoryReference {
  /// Whether both say the same, in every bit: length, end, log-probabilities, observations, actions, rewards.
  func isCopy(of other: TrajectoryReference) -> Bool {
    header == other.header
      && zip(arrays, other.arrays).allSatisfy { mine, theirs in
        mine.elementsEqual(theirs) { $0.bitPattern == $1.bitPattern }
      }
  }

  private var arrays: [ArraySlice<Float>] {
    let (first, end, size) = (stepOffset, stepOffset + header.stepCount, block.observationSize)
    return [
      block.observations[first * size..<end * size],
      block.actions[first * block.actionSize..<end * block.actionSize],
      block.rewards[first..<end],
      block.finalObservations[index * size..<(index + 1) * size],
    ]
  }
}

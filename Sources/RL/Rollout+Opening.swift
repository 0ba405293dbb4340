/// The first steps of an episode that was not played to its end.
package struct EpisodeOpening: Sendable {
  /// One episode, as far as it was played.
  package let block: TrajectoryBlock
  /// Whether the episode came to its end nevertheless.
  package let isComplete: Bool
}

extension Rollout {
  /// Plays the beginning of one slot on one lane, as long as `goOn`, asked after every tick, says so; then the lane is free
  /// again, as if nothing had been played but for what the environment itself remembers.
  ///
  /// - Precondition: a round was begun, and nothing is played.
  /// - Throws: ``RolloutFault`` as ``advance(laneLimit:while:nextSlot:finished:into:)`` does.
  package mutating func opening(
    of slot: Int, while goOn: () -> Bool
  ) throws(RolloutFault) -> EpisodeOpening {
    precondition(!isPlaying, "lanes are busy")
    var block = TrajectoryBlock(
      observationSize: policy.observationSize, actionSize: policy.actionSpace.actionSize)
    var isStarted = false
    try advance(
      laneLimit: 1, while: { _ in goOn() },
      nextSlot: {
        defer { isStarted = true }
        return isStarted ? nil : slot
      }, finished: { _ in true }, into: &block)
    completeWork()
    if let fault { throw fault }
    let isComplete = !block.isEmpty
    if !isComplete { appendUnfinished(slot: slot, to: &block) }
    abandon([slot])
    return EpisodeOpening(block: block, isComplete: isComplete)
  }
}

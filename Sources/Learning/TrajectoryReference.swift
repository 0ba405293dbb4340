package import RL

/// One trajectory within a block.
package struct TrajectoryReference: Sendable {
  package let block: TrajectoryBlock
  package let index: Int
  /// The trajectory's first step within the block.
  package let stepOffset: Int
  /// Its place within the round: its slot, unless the order of arrival decides.
  let place: Int

  package init(block: TrajectoryBlock, index: Int, stepOffset: Int, place: Int? = nil) {
    self.block = block
    self.index = index
    self.stepOffset = stepOffset
    self.place = place ?? block.headers[index].slot
  }

  package var header: TrajectoryHeader { block.headers[index] }

  /// What followed the last step.
  var finalObservation: ArraySlice<Float> {
    let size = block.observationSize
    return block.finalObservations[index * size..<(index + 1) * size]
  }

  /// How far the log-probabilities of an approximate actor are from the learner's.
  ///
  /// - Precondition: the block has them.
  func deviation(from logProbabilities: Span<Float>) -> LogProbabilityDeviation {
    LogProbabilityDeviation(
      actor: block.logProbabilities.span.extracting(stepOffset..<stepOffset + header.stepCount),
      learner: logProbabilities)
  }

  /// Σ of the rewards as the environment gave them.
  var sumOfRewards: Double {
    block.rewards.span.extracting(stepOffset..<stepOffset + header.stepCount).orderedSum
  }
}

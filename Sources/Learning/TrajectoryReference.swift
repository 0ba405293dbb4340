package import RL

/// One trajectory within a block.
package struct TrajectoryReference: Sendable {
  /// A block that its trajectories share: copying one of those counts one reference, not one for each array.
  private final class SharedBlock: Sendable {
    let block: TrajectoryBlock
    init(_ block: TrajectoryBlock) { self.block = block }
  }

  private let shared: SharedBlock
  package let index: Int
  /// The trajectory's first step within the block.
  package let stepOffset: Int
  /// Its place within the round: its slot, unless the order of arrival decides.
  private(set) var place: Int

  package init(block: TrajectoryBlock, index: Int, stepOffset: Int) {
    self.init(SharedBlock(block), index: index, stepOffset: stepOffset)
  }

  private init(_ shared: SharedBlock, index: Int, stepOffset: Int) {
    self.shared = shared
    self.index = index
    self.stepOffset = stepOffset
    place = shared.block.headers[index].slot
  }

  /// All trajectories of a block, in its order.
  package static func all(of block: TrajectoryBlock) -> [TrajectoryReference] {
    let shared = SharedBlock(block)
    return block.stepOffsets.enumerated().map { index, offset in
      TrajectoryReference(shared, index: index, stepOffset: offset)
    }
  }

  /// The same in another place of the round.
  package func placed(at place: Int) -> TrajectoryReference {
    var copy = self
    copy.place = place
    return copy
  }

  package var block: TrajectoryBlock { shared.block }
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

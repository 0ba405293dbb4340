internal import Kernels
import RL

// What a complete round says: the gradient, and numbers about it.
extension RoundEstimation {
  /// An estimate of KL(π_v ‖ π) for other parameters, from the first steps of up to 8 groups.
  ///
  /// - Precondition: the round is complete.
  package func divergence(from parameters: [Float]) -> Double {
    context.policy.divergence(
      from: parameters, over: groups.compactMap(\.divergenceSample),
      stepLimit: DivergenceSample.stepLimit(ofRound: stepCount))
  }

  /// ĝ = 1/m Σᵢ Σₜ ∇log π(aₜ|sₜ) Ψₜ + β ∇ mean entropy, flat like the parameters.
  ///
  /// Determinism: tiles within a chunk in order, then chunks, then groups by a fixed tree.
  ///
  /// Source: Sutton and Barto, 2nd edition, section 13.3.
  ///
  /// - Precondition: the round is complete and a training round.
  package func gradient() -> [Float] { gradientAndNoise().gradient }

  /// The gradient, and the signal-to-noise ratio of the estimate: its squared norm by the trace of its
  /// covariance, as the spread of the groups' gradients tells it. Nil for a round of one group.
  ///
  /// Source: McCandlish et al. 2018, "An Empirical Model of Large-Batch Training", appendix A.
  func gradientAndNoise() -> (gradient: [Float], signalToNoise: Double?) {
    precondition(isComplete && context.estimates, "a gradient needs the whole training round")
    let gradient = meanOfGroupGradients(count: partition.slotCount)
    let squares = groups.reduce(0.0) { $0 + $1.gradientSquares }
    let groupCount = Double(groups.count)
    let ofSum =
      Reductions.sumOfSquares(gradient.span) * Double(partition.slotCount)
      * Double(partition.slotCount)
    // groupCount × the variance of one group's gradient is the variance of their sum.
    let noise = (squares - ofSum / groupCount) * groupCount / (groupCount - 1)
    return (gradient, groups.count > 1 && noise > 0 ? ofSum / noise : nil)
  }

  /// The ascent direction of −½ × the mean squared error of V over all steps of the round, whose
  /// targets are the λ-returns under V as it was during the round.
  ///
  /// Determinism: as ``gradient()``.
  ///
  /// - Precondition: V is the baseline, and the policy's gradient was taken.
  func valueGradient(of baseline: ValueBaseline) -> [Float] {
    forEachGroup { $0.accumulateValueGradient(of: baseline) }
    return meanOfGroupGradients(count: stepCount)
  }

  /// How much of the variance of the λ-returns V explained; nil where V is not the baseline.
  package var explainedVariance: Double? {
    context.valueBaseline == nil ? nil : GroupValues.explainedVariance(of: allValues)
  }

  /// Of the observations of a training round; nil where they are not normalised.
  var observationStatistics: ObservationStatistics? {
    .merged(groups.compactMap(\.statistics)[...])
  }

  /// Root of the mean squared difference of V from its targets; nil where V is not the baseline.
  package var valueError: Double? {
    context.valueBaseline == nil ? nil : GroupValues.error(of: allValues)
  }

  private var allValues: [GroupValues] { groups.map(\.values) }

  private func meanOfGroupGradients(count: Int) -> [Float] {
    var sum = PairwiseSum()
    for group in groups {
      guard let gradient = group.takeGradient() else {
        preconditionFailure("a gradient is taken once")
      }
      sum.add(gradient)
    }
    guard var total = sum.total() else { preconditionFailure("a round has a group") }
    var view = total.mutableSpan
    VectorUpdates.scale(&view, by: 1 / Float(count))
    return total
  }

  /// Runs `body` for every group, on the learner's threads if that is worth it.
  private func forEachGroup(_ body: @escaping @Sendable (SlotGroup) -> Void) {
    if isSmall(stepCount: stepCount) {
      for group in groups { body(group) }
    } else {
      queue.forEach(groups.count) { [groups] index in body(groups[index]) }
    }
  }
}

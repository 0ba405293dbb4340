package import RL

/// What one update did.
package struct UpdateDiagnostics: Sendable, Equatable {
  /// The version that the update made.
  package let version: PolicyVersion
  package let episodes: [EpisodeOutcome]
  /// NaN in a search, which looks at no trajectory.
  package let meanEntropy: Double
  /// Euclidean norm of the gradient before clipping; NaN in searches that follow no direction.
  package let gradientNorm: Double
  /// Estimate of KL(π_v ‖ π_v+1); NaN in a search.
  package let divergence: Double
  package let learningRate: Double
  /// Share of the variance of the λ-returns that V explained, where a V is learned.
  package let explainedVariance: Double?
  /// Squared norm of the gradient by the trace of its covariance; nil for a round of one group.
  package let signalToNoise: Double?
  /// Share of the weights' mean square that the baseline took away; nil if none was subtracted.
  package let baselineVarianceCut: Double?
  /// Root of the mean squared error of V, where a V is learned.
  package let valueError: Double?

  package var stepCount: Int { episodes.reduce(0) { $0 + $1.stepCount } }
  package var returns: ReturnStatistics { ReturnStatistics(episodes) }
}

/// An update whose parameters are there already, so that actors can play with them, while the rest is still to
/// be done: see ``Learner/finish(_:)``.
package struct UnfinishedUpdate {
  let round: RoundEstimation
  /// The version and the parameters that the update made.
  let version: PolicyVersion
  let parameters: [Float]
  let gradientNorm: Double
  let signalToNoise: Double?
  let learningRate: Double
  /// A round that only measures fits no V either.
  let fitsValues: Bool
}

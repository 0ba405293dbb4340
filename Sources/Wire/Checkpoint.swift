package import Kernels
package import RL

/// Everything that a learner needs to go on with a run at a policy version.
package struct Checkpoint: Equatable, Sendable {
  package var run: RunID
  package var version: PolicyVersion
  package var configurationDigest: Digest128
  package var numericsDigest: Digest128
  /// θ, flat.
  package var parameters: [Float]
  /// The optimizer's arrays by name.
  package var moments: [String: [Float]]
  /// Parameters and moments of the learned value function by name; empty without one.
  package var value: [String: [Float]]
  /// Episodes that all updates so far were estimated from.
  package var episodeCount: UInt64
  /// Steps of those episodes.
  package var stepCount: UInt64
  package var bestEvaluation: BestEvaluation?
  /// What else is to be kept.
  package var texts: [String: String]
  package var arrays: [String: [Double]]

  /// The highest mean return of the run's evaluation rounds.
  package struct BestEvaluation: Hashable, Sendable {
    package var version: PolicyVersion
    package var meanReturn: Double

    package init(version: PolicyVersion, meanReturn: Double) {
      self.version = version
      self.meanReturn = meanReturn
    }
  }

  package init(
    run: RunID, version: PolicyVersion, configurationDigest: Digest128, numericsDigest: Digest128,
    parameters: [Float], moments: [String: [Float]], value: [String: [Float]] = [:],
    episodeCount: UInt64, stepCount: UInt64, bestEvaluation: BestEvaluation?,
    texts: [String: String] = [:], arrays: [String: [Double]] = [:]
  ) {
    self.run = run
    self.version = version
    self.configurationDigest = configurationDigest
    self.numericsDigest = numericsDigest
    self.parameters = parameters
    self.moments = moments
    self.value = value
    self.episodeCount = episodeCount
    self.stepCount = stepCount
    self.bestEvaluation = bestEvaluation
    self.texts = texts
    self.arrays = arrays
  }
}

/// What one episode came to.
package struct EpisodeOutcome: Hashable, Sendable {
  /// Σ of the rewards as the environment gave them, neither discounted nor scaled.
  package let episodeReturn: Double
  package let stepCount: Int

  package init(episodeReturn: Double, stepCount: Int) {
    self.episodeReturn = episodeReturn
    self.stepCount = stepCount
  }
}

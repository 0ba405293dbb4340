/// Mean and spread of episode returns.
package struct ReturnStatistics: Hashable, Sendable {
  package let count: Int
  package let mean: Double
  /// Of the population (divided by n), as the Hugging Face course reports it.
  package let standardDeviation: Double
  package let meanLength: Double

  package init(_ episodes: [EpisodeOutcome]) {
    count = episodes.count
    let n = Double(max(1, episodes.count))
    let mean = episodes.reduce(0.0) { $0 + $1.episodeReturn } / n
    let squares = episodes.reduce(0.0) {
      $0 + ($1.episodeReturn - mean) * ($1.episodeReturn - mean)
    }
    self.mean = mean
    standardDeviation = (squares / n).squareRoot()
    meanLength = Double(episodes.reduce(0) { $0 + $1.stepCount }) / n
  }

  /// Half the width of the 95 % interval of the mean (normal approximation).
  package var intervalHalfWidth: Double {
    count > 1 ? 1.96 * standardDeviation / Double(count - 1).squareRoot() : 0
  }
}

/// What the returns of an evaluation's episodes say about a policy.
package struct EvaluationSummary: Hashable, Sendable {
  package let statistics: ReturnStatistics
  /// Of the mean return, by bootstrap over the episodes.
  package let interval: BootstrapInterval
  package let median: Double
  package let worst: Double
  package let best: Double

  /// Mean minus standard deviation: the figure by which the Hugging Face course certifies.
  package var certified: Double { statistics.mean - statistics.standardDeviation }

  /// - Precondition: at least one episode.
  package init(_ episodes: [EpisodeOutcome], seed: UInt64) {
    let returns = episodes.map(\.episodeReturn)
    let sorted = returns.sorted()
    statistics = ReturnStatistics(episodes)
    interval = BootstrapInterval(meanOf: [returns], seed: seed)
    median = sorted.median
    worst = sorted[0]
    best = sorted[sorted.count - 1]
  }
}

extension [Double] {
  /// The middle of sorted numbers, of two middle ones their mean.
  var median: Double { BootstrapInterval.quantile(0.5, of: self) }
}

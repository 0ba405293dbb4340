/// Configurations side by side, each with the returns of one or more runs that differ in their seed alone.
package struct RunComparison: Hashable, Sendable {
  /// What is drawn at random: what intervals and probabilities generalise to.
  package enum Unit: String, Hashable, Sendable {
    /// A run's mean return. Says something about the configuration: other seeds would do likewise.
    case run
    /// An episode's return, where some configuration has a single run. Says something about these
    /// policies alone.
    case episode
  }

  package struct Row: Hashable, Sendable {
    package let runCount: Int
    package let mean: Double
    package let interval: BootstrapInterval
    /// Of the units.
    package let median: Double
    package let worst: Double
    /// Over the first configuration; nil for that one itself.
    package let improvement: ProbabilityOfImprovement?
  }

  package let unit: Unit
  package let rows: [Row]

  /// Shape: `returns` `[configuration][run][episode]`.
  ///
  /// - Precondition: no configuration without runs, no run without episodes.
  package init(_ returns: [[[Double]]], seed: UInt64) {
    let unit: Unit = returns.allSatisfy { $0.count >= 2 } ? .run : .episode
    let strata: [[[Double]]] = returns.map { runs in
      switch unit {
      case .run: [runs.map { $0.reduce(0, +) / Double($0.count) }]
      case .episode: runs
      }
    }
    rows = zip(returns, strata).enumerated().map { index, configuration -> Row in
      let (runs, own) = configuration
      let sorted = own.joined().sorted()
      let mean = own.reduce(0.0) { $0 + $1.reduce(0, +) / Double($1.count) } / Double(own.count)
      return Row(
        runCount: runs.count, mean: mean,
        interval: BootstrapInterval(meanOf: own, seed: seed, stream: 2 * index),
        median: sorted.median, worst: sorted[0],
        improvement: index == 0
          ? nil
          : ProbabilityOfImprovement(
            of: own, over: strata[0], seed: seed, stream: 2 * index + 1))
    }
    self.unit = unit
  }
}

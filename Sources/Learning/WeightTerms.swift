internal import RL

/// What a group of episodes adds to the ``WeightTerms`` of its round. All of it is about the weights as they are
/// without a baseline; squares are around the mean, so that little is lost where weights hardly differ.
package struct WeightSummary: Sendable {
  fileprivate struct Episode: Sendable {
    let stepCount: Int
    let discountedReturn: Double
    /// Of its weights, and Σ (weight − mean)².
    let mean: Double
    let squares: Double
  }

  /// Empty where the baseline is one for each t.
  fileprivate private(set) var episodes: [Episode] = []
  /// Where the baseline is one for each t, over the rewards-to-go at t of the episodes that run at t: Σ, and Σ
  /// of the squares around their mean. Shape: both `[longest]`.
  fileprivate private(set) var sums: [Double] = []
  fileprivate private(set) var squares: [Double] = []
  /// Steps of each episode, there too.
  fileprivate private(set) var lengths: [Int] = []
  /// Episodes that run at t. Shape: `[longest]`.
  fileprivate var counts: [Double] { runningCounts(lengths) }

  /// Of nothing.
  init() {}

  /// With `spreadsReturns`, the weight of every step of an episode is made of its return.
  init(of steps: Span<Float>, episodes: [Range<Int>], spreadsReturns: Bool) {
    self.episodes = episodes.map { range in
      let episode = steps.extracting(range)
      let discountedReturn = Double(episode[0])
      let mean = spreadsReturns ? discountedReturn : episode.orderedSum / Double(range.count)
      return Episode(
        stepCount: range.count, discountedReturn: discountedReturn, mean: mean,
        squares: spreadsReturns ? 0 : episode.orderedSumOfSquares(around: mean))
    }
  }

  /// Sums for each t, over the episodes in order.
  init(perStepOf steps: Span<Float>, episodes: [Range<Int>]) {
    lengths = episodes.map(\.count)
    let longest = lengths.max() ?? 0
    var sums = [Double](repeating: 0, count: longest)
    var squares = sums
    var sumView = sums.mutableSpan
    for range in episodes {
      let episode = steps.extracting(range)
      for t in 0..<episode.count { sumView[t] += Double(episode[t]) }
    }
    let means = zip(sums, counts).map { $0 / $1 }
    var squareView = squares.mutableSpan
    for range in episodes {
      let episode = steps.extracting(range)
      for t in 0..<episode.count {
        let difference = Double(episode[t]) - means.span[t]
        squareView[t] += difference * difference
      }
    }
    (self.sums, self.squares) = (sums, squares)
  }
}

/// How many of some episodes run at t, for each t up to the longest.
private func runningCounts(_ lengths: [Int]) -> [Double] {
  var counts = [Double](repeating: 0, count: lengths.max() ?? 0)
  for length in lengths { counts[length - 1] += 1 }
  for t in counts.indices.dropLast().reversed() { counts[t] += counts[t + 1] }
  return counts
}

/// What the weights of a round are made with: its baseline, and the factor that normalises them.
package struct WeightTerms: Sendable {
  /// What is subtracted from every step of an episode. Shape: `[episodeCount]`; empty if it differs from step to
  /// step.
  private(set) var baselines: [Double] = []
  /// Σ of the rewards-to-go at t, and 1 / (n − 1) for n episodes that run at t, 0 for one. Shape: both `[longest]`;
  /// empty unless the baseline is one for each t.
  private(set) var sums: [Double] = []
  private(set) var inverseCounts: [Double] = []
  /// 1 / (population standard deviation of all weights + 1e-8): normalising divides and does not centre.
  let factor: Double
  /// The share of the weights' mean square that the baseline took away; nil if none is subtracted.
  package let varianceCut: Double?

  enum Subtrahend {
    case nothing
    case mean
    case meanOfOthers
  }

  /// A baseline for each episode, made of the returns.
  init(of summaries: [WeightSummary], subtracting subtrahend: Subtrahend) {
    let episodes = summaries.flatMap(\.episodes)
    let sumOfReturns = episodes.reduce(0.0) { $0 + $1.discountedReturn }
    let count = Double(episodes.count)
    baselines = episodes.map { episode in
      switch subtrahend {
      case .nothing: 0
      case .mean: sumOfReturns / count
      case .meanOfOthers: (sumOfReturns - episode.discountedReturn) / (count - 1)
      }
    }
    let weighed = zip(episodes, baselines)
    let stepCount = episodes.reduce(0.0) { $0 + Double($1.stepCount) }
    let sum = weighed.reduce(0.0) { $0 + Double($1.0.stepCount) * ($1.0.mean - $1.1) }
    /// Σ of the squares around a number, with each episode's baseline or without.
    func squares(around centre: Double, subtracts: Bool) -> Double {
      weighed.reduce(0.0) { total, weighed in
        let (episode, baseline) = weighed
        let difference = episode.mean - (subtracts ? baseline : 0) - centre
        return total + (episode.squares + Double(episode.stepCount) * difference * difference)
      }
    }
    factor = Self.factor(
      stepCount: stepCount, squares: squares(around: sum / stepCount, subtracts: true))
    varianceCut =
      subtrahend == .nothing
      ? nil
      : Self.cut(
        from: squares(around: 0, subtracts: false), to: squares(around: 0, subtracts: true))
  }

  /// A baseline for each t: the mean of the other episodes that run at t.
  ///
  /// The weights of the n > 1 episodes at t add up to 0, and their squares to (n / (n − 1))² times those of the
  /// rewards-to-go around their mean.
  init(perStepOf summaries: [WeightSummary]) {
    let counts = runningCounts(summaries.flatMap(\.lengths))
    var sums = [Double](repeating: 0, count: counts.count)
    for summary in summaries {
      for t in summary.sums.indices { sums[t] += summary.sums[t] }
    }
    let means = zip(sums, counts).map { $0 / $1 }
    var squares = [Double](repeating: 0, count: counts.count)
    for summary in summaries {
      let groupCounts = summary.counts
      for t in summary.sums.indices {
        let difference = summary.sums[t] / groupCounts[t] - means[t]
        squares[t] += summary.squares[t] + groupCounts[t] * difference * difference
      }
    }
    // Where an episode runs alone nothing is subtracted, and it is its own mean.
    let stepCount = counts.reduce(0, +)
    let mean = zip(means, counts).reduce(0.0) { $1.1 > 1 ? $0 : $0 + $1.0 } / stepCount
    var (before, after, centred) = (0.0, 0.0, 0.0)
    for t in counts.indices {
      let (count, squaresOfMean) = (counts[t], counts[t] * means[t] * means[t])
      before += squares[t] + squaresOfMean
      if count > 1 {
        let share = count / (count - 1)
        after += share * share * squares[t]
        centred += share * share * squares[t] + count * mean * mean
      } else {
        after += squaresOfMean
        centred += (means[t] - mean) * (means[t] - mean)
      }
    }
    self.sums = sums
    inverseCounts = counts.map { $0 > 1 ? 1 / ($0 - 1) : 0 }
    factor = Self.factor(stepCount: stepCount, squares: centred)
    varianceCut = Self.cut(from: before, to: after)
  }

  private static func factor(stepCount: Double, squares: Double) -> Double {
    1 / ((squares / stepCount).squareRoot() + 1e-8)
  }

  private static func cut(from before: Double, to after: Double) -> Double? {
    before > 0 ? 1 - after / before : nil
  }
}

internal import RL

/// What a group of episodes adds to the ``WeightTerms`` of its round.
package struct WeightSummary: Sendable {
  fileprivate struct Episode: Sendable {
    let stepCount: Int
    /// The return.
    let first: Double
    /// Over the weights as they are without a baseline.
    let sum: Double
    let squares: Double
  }

  fileprivate let episodes: [Episode]
  /// Over the rewards-to-go at t of the episodes that run at t. Shape: `[longest]`; empty unless the baseline is
  /// one for each t.
  fileprivate let sums: [Double]
  fileprivate let squares: [Double]
  /// Episodes of t steps. Shape: `[longest + 1]`.
  fileprivate let endCounts: [Int]

  /// Of nothing.
  init() { self.init(of: [Float]().span, episodes: [], spreadsReturns: false) }

  /// With `spreadsReturns`, the weight of every step of an episode is made of its return.
  init(of steps: Span<Float>, episodes: [Range<Int>], spreadsReturns: Bool) {
    self.episodes = episodes.map { range in
      let first = Double(steps[range.lowerBound])
      let count = Double(range.count)
      let episode = steps.extracting(range)
      return Episode(
        stepCount: range.count, first: first,
        sum: spreadsReturns ? count * first : episode.orderedSum,
        squares: spreadsReturns
          ? count * first * first : episode.orderedSumOfSquares(around: 0))
    }
    (sums, squares, endCounts) = ([], [], [])
  }

  /// Sums for each t, over the episodes in order.
  init(perStepOf steps: Span<Float>, episodes: [Range<Int>]) {
    let longest = episodes.reduce(0) { max($0, $1.count) }
    var sums = [Double](repeating: 0, count: longest)
    var squares = sums
    var endCounts = [Int](repeating: 0, count: longest + 1)
    var sumView = sums.mutableSpan
    var squareView = squares.mutableSpan
    for range in episodes {
      endCounts[range.count] += 1
      let episode = steps.extracting(range)
      for t in 0..<episode.count {
        let value = Double(episode[t])
        sumView[t] += value
        squareView[t] += value * value
      }
    }
    self.episodes = []
    (self.sums, self.squares, self.endCounts) = (sums, squares, endCounts)
  }
}

/// What the weights of a round are made with: its baseline, and the factor that normalises them.
package struct WeightTerms: Sendable {
  /// What is subtracted from every step of an episode. Shape: `[episodeCount]`; empty if it differs from step to
  /// step.
  fileprivate(set) var baselines: [Double] = []
  /// Σ of the rewards-to-go at t, and 1 / (episodes that run at t − 1), 0 where one runs alone. Shape: both
  /// `[longest]`; empty unless the baseline is one for each t.
  fileprivate(set) var sums: [Double] = []
  fileprivate(set) var inverseCounts: [Double] = []
  /// 1 / (population standard deviation of all weights + 1e-8): normalising divides and does not centre.
  var factor: Double
  /// The share of the weights' mean square that the baseline took away; nil if none is subtracted.
  package private(set) var varianceCut: Double?

  enum Subtrahend {
    case nothing
    case mean
    case meanOfOthers
  }

  /// A baseline for each episode, made of the returns.
  ///
  /// Σ (w − b)² is Σ w² − 2 b Σ w + n b² for each episode: of double precision that costs (mean / deviation)²
  /// rounding errors, 10⁻¹⁰ of the variance where the mean is a thousand deviations.
  init(of summaries: [WeightSummary], subtracting subtrahend: Subtrahend) {
    let episodes = summaries.flatMap(\.episodes)
    let returns = episodes.reduce(0.0) { $0 + $1.first }
    let count = Double(episodes.count)
    baselines = episodes.map { episode in
      switch subtrahend {
      case .nothing: 0
      case .mean: returns / count
      case .meanOfOthers: (returns - episode.first) / (count - 1)
      }
    }
    var (stepCount, sum, squares, squaresBefore) = (0, 0.0, 0.0, 0.0)
    for (episode, baseline) in zip(episodes, baselines) {
      let length = Double(episode.stepCount)
      stepCount += episode.stepCount
      sum += episode.sum - length * baseline
      squares += episode.squares - 2 * baseline * episode.sum + length * baseline * baseline
      squaresBefore += episode.squares
    }
    factor = Self.factor(stepCount: stepCount, sum: sum, squares: squares)
    varianceCut = subtrahend == .nothing ? nil : Self.cut(from: squaresBefore, to: squares)
  }

  /// A baseline for each t: the mean of the other episodes that run at t.
  ///
  /// With S the sum and Q that of the squares over the n episodes at t, the weights there add up to 0 and their
  /// squares to (n / (n − 1))² (Q − S² / n).
  init(perStepOf summaries: [WeightSummary]) {
    let longest = summaries.reduce(0) { max($0, $1.sums.count) }
    var sums = [Double](repeating: 0, count: longest)
    var squaresBefore = sums
    var inverseCounts = sums
    var endCounts = [Int](repeating: 0, count: longest + 1)
    for summary in summaries {
      for t in summary.sums.indices {
        sums[t] += summary.sums[t]
        squaresBefore[t] += summary.squares[t]
      }
      for t in summary.endCounts.indices { endCounts[t] += summary.endCounts[t] }
    }
    var running = endCounts.reduce(0, +)
    var (stepCount, sum, squares) = (0, 0.0, 0.0)
    for t in 0..<longest {
      running -= endCounts[t]
      stepCount += running
      guard running > 1 else {
        sum += sums[t]
        squares += squaresBefore[t]
        continue
      }
      let count = Double(running)
      let share = count / (count - 1)
      inverseCounts[t] = 1 / (count - 1)
      squares += share * share * max(0, squaresBefore[t] - sums[t] * sums[t] / count)
    }
    factor = Self.factor(stepCount: stepCount, sum: sum, squares: squares)
    varianceCut = Self.cut(from: squaresBefore.reduce(0, +), to: squares)
    (self.sums, self.inverseCounts) = (sums, inverseCounts)
  }

  private static func factor(stepCount: Int, sum: Double, squares: Double) -> Double {
    let mean = sum / Double(stepCount)
    return 1 / (max(0, squares / Double(stepCount) - mean * mean).squareRoot() + 1e-8)
  }

  private static func cut(from before: Double, to after: Double) -> Double? {
    before > 0 ? 1 - after / before : nil
  }
}

import Learning
import RL
import Testing

@Suite struct RunComparisonTests {
  /// Numbers in 0..<1 of a seed.
  static func uniform(_ count: Int, seed: UInt64) -> [Double] {
    (0..<count).map { slot in
      var stream = RandomStream(
        seed: seed, version: .initial, slot: slot, kind: .training, purpose: .reset)
      return stream.uniformDouble()
    }
  }

  @Test func `seed and samples decide an interval, and nothing else does`() {
    let samples = Self.uniform(40, seed: 1)
    let interval = BootstrapInterval(meanOf: [samples], seed: 7)
    #expect(interval == BootstrapInterval(meanOf: [samples], seed: 7))
    #expect(interval != BootstrapInterval(meanOf: [samples], seed: 8))
    #expect(interval != BootstrapInterval(meanOf: [samples], seed: 7, stream: 1))
    let constant = BootstrapInterval(meanOf: [[2.5, 2.5, 2.5], [2.5]], seed: 7)
    #expect(constant.low == 2.5 && constant.high == 2.5)
  }

  @Test func `an interval of many samples is that of the normal approximation`() {
    let samples = Self.uniform(2_000, seed: 2)
    let interval = BootstrapInterval(meanOf: [samples], seed: 7)
    let mean = samples.reduce(0, +) / 2_000
    // A uniform number has the variance 1/12; the ends of 2,000 resamples stray by a few per cent.
    let halfWidth = 1.96 * (1.0 / 12).squareRoot() / 2_000.0.squareRoot()
    #expect(abs((interval.high - mean) / halfWidth - 1) < 0.1)
    #expect(abs((mean - interval.low) / halfWidth - 1) < 0.1)
  }

  @Test func `of sixty intervals about 95 % hold the mean`() {
    let hits = (0..<60).count { seed in
      let interval = BootstrapInterval(
        meanOf: [Self.uniform(16, seed: UInt64(100 + seed))], seed: UInt64(seed))
      return interval.low <= 0.5 && 0.5 <= interval.high
    }
    // Three standard deviations of the binomial distribution around 55 (percentile intervals of few
    // samples are a little short).
    #expect((49...60).contains(hits), "\(hits)")
  }

  @Test(arguments: 1...8)
  func `the probability of improvement is its definition's double sum`(seed: Int) {
    // Few levels, so that there are ties.
    let x = Self.uniform(9, seed: UInt64(seed)).map { ($0 * 6).rounded() }
    let y = Self.uniform(7, seed: UInt64(seed + 50)).map { ($0 * 6).rounded() }
    var sum = 0.0
    for a in x { for b in y { sum += a > b ? 1 : a == b ? 0.5 : 0 } }
    let improvement = ProbabilityOfImprovement(of: [x], over: [y], seed: 3, stream: 0)
    #expect(abs(improvement.value - sum / 63) < 1e-12)
    #expect(improvement.interval.low <= improvement.value)
    #expect(improvement.value <= improvement.interval.high)
    let reverse = ProbabilityOfImprovement(of: [y], over: [x], seed: 3, stream: 0)
    #expect(abs(improvement.value + reverse.value - 1) < 1e-12)
  }

  @Test func `strata are drawn independently of each other`() {
    // A mirror image: with equal draws in both the mean of the two means would always be 0.
    let samples = Self.uniform(50, seed: 4)
    let interval = BootstrapInterval(meanOf: [samples, samples.map { -$0 }], seed: 7)
    let one = BootstrapInterval(meanOf: [samples], seed: 7)
    // The mean of two independent means strays by 1/√2 of what one does.
    let share = (interval.high - interval.low) / (one.high - one.low)
    #expect(abs(share - 0.5.squareRoot()) < 0.1, "\(share)")
  }

  @Test func `what is not sure has an interval of some width`() {
    let improvement = ProbabilityOfImprovement(
      of: [Self.uniform(8, seed: 1)], over: [Self.uniform(8, seed: 2)], seed: 3, stream: 0)
    #expect(improvement.interval.low + 0.1 < improvement.interval.high)
  }

  @Test func `configurations with equal returns are resampled apart`() {
    let runs = [Self.uniform(6, seed: 1), Self.uniform(6, seed: 2)]
    let comparison = RunComparison([runs, runs], seed: 1)
    #expect(comparison.rows[0].mean == comparison.rows[1].mean)
    let episodes = RunComparison([[runs[0]], [runs[0]]], seed: 1)
    #expect(episodes.rows[0].interval != episodes.rows[1].interval)
  }

  @Test func `what is surely better has probability 1 without doubt`() {
    let improvement = ProbabilityOfImprovement(
      of: [[5, 6, 7]], over: [[1, 2, 3]], seed: 3, stream: 0)
    #expect(improvement.value == 1)
    #expect(improvement.interval.low == 1 && improvement.interval.high == 1)
  }

  @Test func `runs are drawn where each configuration has two, else episodes`() {
    let comparison = RunComparison([[[1, 3], [5, 7]], [[2, 2], [8, 8], [8, 8]]], seed: 1)
    #expect(comparison.unit == .run)
    #expect(comparison.rows.map(\.mean) == [4, 6])
    #expect(comparison.rows.map(\.worst) == [2, 2])
    #expect(comparison.rows.map(\.median) == [4, 8])
    #expect(comparison.rows[0].improvement == nil)
    // Run means 2 and 6 against 2, 8 and 8: (½ + 0 + 4 × 1) / 6.
    #expect(comparison.rows[1].improvement?.value == 4.5 / 6)

    let single = RunComparison([[[1, 3], [5, 7]], [[4, 4]]], seed: 1)
    #expect(single.unit == .episode)
    #expect(single.rows.map(\.runCount) == [2, 1])
    #expect(single.rows.map(\.worst) == [1, 4])
    #expect(single.rows[1].improvement?.value == 0.5)
  }

  @Test func `a summary names mean, middle and ends`() {
    let outcomes = [9.0, 1, 4, 2].map { EpisodeOutcome(episodeReturn: $0, stepCount: 10) }
    let summary = EvaluationSummary(outcomes, seed: 1)
    #expect(summary.statistics.mean == 4)
    #expect(summary.median == 3)
    #expect(summary.worst == 1)
    #expect(summary.best == 9)
    #expect(summary.interval.low >= 1 && summary.interval.high <= 9)
    #expect(summary.certified == 4 - (38.0 / 4).squareRoot())
    let many = Self.uniform(40, seed: 1).map { EpisodeOutcome(episodeReturn: $0, stepCount: 10) }
    #expect(
      EvaluationSummary(many, seed: 1).interval != EvaluationSummary(many, seed: 2).interval)
  }
}

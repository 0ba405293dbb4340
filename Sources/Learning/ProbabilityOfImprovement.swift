/// How likely a score of one configuration is above a score of another, each drawn at random; equal
/// scores count half.
///
/// > P(X > Y) = 1/(NK) Σᵢ Σⱼ S(xᵢ, yⱼ), S = 1 for xᵢ > yⱼ, ½ for xᵢ = yⱼ, else 0
///
/// Source: Agarwal et al., "Deep Reinforcement Learning at the Edge of the Statistical Precipice", NeurIPS
/// 2021, section 4.3 (the Mann-Whitney statistic, here of a single task).
package struct ProbabilityOfImprovement: Hashable, Sendable {
  package let value: Double
  /// Both sides are resampled, each within its own strata.
  package let interval: BootstrapInterval

  /// Of the scores `x` over the scores `y`, both in strata.
  ///
  /// - Precondition: both have scores.
  package init(of x: [[Double]], over y: [[Double]], seed: UInt64, stream: Int) {
    let levels = Set((x + y).flatMap(\.self)).sorted()
    var ranks: [Double: Int] = [:]
    for (rank, level) in levels.enumerated() { ranks[level] = rank }
    let strata = (x + y).map { $0.map { ranks[$0] ?? 0 } }
    value = Self.share(strata, levelCount: levels.count, ownStrata: x.count)
    interval = BootstrapInterval(strata: strata.map(\.count), seed: seed, stream: stream) { drawn in
      let resampled = zip(strata, drawn).map { samples, indices in indices.map { samples[$0] } }
      return Self.share(resampled, levelCount: levels.count, ownStrata: x.count)
    }
  }

  /// By counting how often each level occurs, so that no pair has to be looked at.
  private static func share(_ strata: [[Int]], levelCount: Int, ownStrata: Int) -> Double {
    var (own, other) = (
      [Int](repeating: 0, count: levelCount), [Int](repeating: 0, count: levelCount)
    )
    for rank in strata[..<ownStrata].joined() { own[rank] += 1 }
    for rank in strata[ownStrata...].joined() { other[rank] += 1 }
    var (below, wins, ownCount) = (0, 0.0, 0)
    for rank in 0..<levelCount {
      wins += Double(own[rank]) * (Double(below) + 0.5 * Double(other[rank]))
      below += other[rank]
      ownCount += own[rank]
    }
    return wins / (Double(ownCount) * Double(below))
  }
}

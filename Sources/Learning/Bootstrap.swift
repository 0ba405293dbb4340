internal import Kernels

/// Where a statistic lies with 95 % confidence, by the percentile bootstrap: it is computed again for
/// resamples, each of which draws with replacement as many samples from every stratum as there are.
///
/// Determinism: seed and samples decide every resample; `stream` keeps two bootstraps of one seed apart.
///
/// Source: Efron, "Bootstrap Methods: Another Look at the Jackknife", 1979; strata as in Agarwal et al.,
/// "Deep Reinforcement Learning at the Edge of the Statistical Precipice", NeurIPS 2021, section 4.1.
package struct BootstrapInterval: Hashable, Sendable {
  package let low: Double
  package let high: Double

  /// Resamples that are drawn.
  package static let resampleCount = 2_000
  /// Episodes use the stream words 0 to 15.
  private static let streamWord: UInt32 = 16

  /// Calls `statistic` with what each resample drew: indices of samples, stratum by stratum.
  ///
  /// Complexity: ``resampleCount`` times as many draws as there are samples.
  ///
  /// - Precondition: at least one stratum, none of them empty or of 2³¹ samples.
  package init(
    strata counts: [Int], seed: UInt64, stream: Int = 0, of statistic: ([[Int]]) -> Double
  ) {
    precondition(
      !counts.isEmpty && counts.allSatisfy { (1..<1 << 31).contains($0) }, "samples to draw from")
    let key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    var drawn = counts.map { [Int](repeating: 0, count: $0) }
    var values: [Double] = []
    values.reserveCapacity(Self.resampleCount)
    for resample in 0..<Self.resampleCount {
      for (stratum, count) in counts.enumerated() {
        var block = SIMD4<UInt32>()
        for index in 0..<count {
          if index % 4 == 0 {
            let counter = SIMD4(
              UInt32(resample), UInt32(stratum), Self.streamWord + UInt32(stream),
              UInt32(index / 4))
            block = Philox.block(key: key, counter: counter)
          }
          // The high word of word × count: no draw is likelier than another by more than count × 2⁻³².
          drawn[stratum][index] = Int(block[index % 4].multipliedFullWidth(by: UInt32(count)).high)
        }
      }
      values.append(statistic(drawn))
    }
    values.sort()
    low = Self.quantile(0.025, of: values)
    high = Self.quantile(0.975, of: values)
  }

  /// Of the mean of `strata`'s means.
  package init(meanOf strata: [[Double]], seed: UInt64, stream: Int = 0) {
    self.init(strata: strata.map(\.count), seed: seed, stream: stream) { drawn in
      var sum = 0.0
      for (samples, indices) in zip(strata, drawn) {
        sum += indices.reduce(0.0) { $0 + samples[$1] } / Double(samples.count)
      }
      return sum / Double(strata.count)
    }
  }

  /// Between two neighbours of the sorted values, in proportion.
  static func quantile(_ share: Double, of sorted: [Double]) -> Double {
    let position = share * Double(sorted.count - 1)
    let index = Int(position)
    guard index + 1 < sorted.count else { return sorted[sorted.count - 1] }
    return sorted[index] + (position - Double(index)) * (sorted[index + 1] - sorted[index])
  }
}

extension Span<Float> {
  /// The sum in double precision: eight interleaved chains, added up pairwise.
  package var orderedSum: Double {
    chains { $0 }
  }

  /// Σ (x − centre)² in double precision, in the order of ``orderedSum``.
  package func orderedSumOfSquares(around centre: Double) -> Double {
    chains { ($0 - centre) * ($0 - centre) }
  }

  /// Chain k adds the entries k, k + 8, k + 16, …: one chain alone would wait for each addition.
  @inline(__always)
  private func chains(_ term: (SIMD8<Double>) -> SIMD8<Double>) -> Double {
    var sums = SIMD8<Double>()
    let whole = count / 8 * 8
    var index = 0
    while index < whole {
      sums += term(
        SIMD8<Double>(
          SIMD8<Float>(
            self[index], self[index + 1], self[index + 2], self[index + 3], self[index + 4],
            self[index + 5], self[index + 6], self[index + 7])))
      index += 8
    }
    var rest = SIMD8<Double>()
    for k in whole..<count { rest[k - whole] = Double(self[k]) }
    var last = term(rest)
    for k in count - whole..<8 { last[k] = 0 }
    sums += last
    let four = sums.lowHalf + sums.highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
  }
}

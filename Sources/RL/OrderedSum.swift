internal import Kernels

extension Span<Float> {
  /// The sum in double precision, in an order that depends on the count alone.
  package var orderedSum: Double { Reductions.orderedSum(self) }

  /// Σ (x − centre)² in double precision, in the order of ``orderedSum``.
  package func orderedSumOfSquares(around centre: Double) -> Double {
    Reductions.orderedSumOfSquares(self, around: centre)
  }
}

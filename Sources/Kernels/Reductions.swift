internal import CKernels

/// Whole arrays to one value, and sums of arrays.
package enum Reductions {
  /// Σ x², in double precision.
  ///
  /// Determinism: accumulator k of 16 takes the elements k, k + 16, … in ascending order; then
  /// (k) + (k + 8), + 4, + 2, + 1.
  package static func sumOfSquares(_ values: Span<Float>) -> Double {
    // SAFETY: the kernel reads values.count floats.
    unsafe values.withUnsafeBufferPointer {
      unsafe troupe_sum_of_squares($0.baseAddress, $0.count)
    }
  }

  /// Σ x, in double precision.
  ///
  /// Determinism: chain k of 8 takes the elements k, k + 8, … in ascending order; then (k) + (k + 4), + 2,
  /// + 1.
  package static func orderedSum(_ values: Span<Float>) -> Double {
    // SAFETY: the kernel reads values.count floats.
    unsafe values.withUnsafeBufferPointer { unsafe troupe_ordered_sum($0.baseAddress, $0.count) }
  }

  /// Σ (x − centre)², in double precision and in the order of ``orderedSum(_:)``.
  package static func orderedSumOfSquares(_ values: Span<Float>, around centre: Double) -> Double {
    // SAFETY: the kernel reads values.count floats.
    unsafe values.withUnsafeBufferPointer {
      unsafe troupe_ordered_sum_of_squares($0.baseAddress, $0.count, centre)
    }
  }

  /// Whether no value is infinite or NaN.
  package static func areFinite(_ values: Span<Float>) -> Bool {
    // SAFETY: the kernel reads values.count floats.
    unsafe values.withUnsafeBufferPointer { unsafe troupe_are_finite($0.baseAddress, $0.count) }
  }

  /// Adds `other` to `sum`, element by element.
  package static func accumulate(_ other: Span<Float>, into sum: inout MutableSpan<Float>) {
    precondition(other.count == sum.count, "both arrays are of one length")
    // SAFETY: both arrays hold other.count floats (checked above).
    unsafe other.withUnsafeBufferPointer { other in
      unsafe sum.withUnsafeMutableBufferPointer { sum in
        unsafe troupe_accumulate(other.baseAddress, other.count, sum.baseAddress)
      }
    }
  }
}

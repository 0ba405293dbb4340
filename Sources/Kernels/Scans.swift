internal import CKernels

/// Recursions along a sequence.
package enum Scans {
  /// sums[t] = values[t] × scale + discount × sums[t + 1], from the end backwards.
  ///
  /// Determinism: `fma(discount, sums[t + 1], values[t] * scale)`, from 0.
  package static func discountedSuffixSums(
    of values: Span<Float>, scale: Float, discount: Float, into sums: inout MutableSpan<Float>
  ) {
    precondition(sums.count == values.count, "one sum for each value")
    // SAFETY: both arrays hold values.count floats (checked above).
    unsafe values.withUnsafeBufferPointer { values in
      unsafe sums.withUnsafeMutableBufferPointer { sums in
        unsafe troupe_discounted_suffix_sums(
          values.baseAddress, values.count, scale, discount, sums.baseAddress)
      }
    }
  }
}

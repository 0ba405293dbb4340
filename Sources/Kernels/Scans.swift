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

/// Columns of lanes to the records of their episodes.
package enum Scatter {
  /// destination[positions[l] + row × destinationStride] = source[row × stride + l] for all rows and
  /// the lanes below `laneCount`: appends one column for each lane to that lane's record.
  ///
  /// - Precondition: every place written lies within `destination`.
  package static func columns(
    of source: Span<Float>, rows: Int, laneCount: Int, stride: Int, positions: Span<Int>,
    destinationStride: Int, into destination: inout MutableSpan<Float>
  ) {
    precondition(rows >= 0 && laneCount >= 0 && stride >= laneCount, "a row holds the lanes")
    precondition(positions.count >= laneCount, "one position for each lane")
    guard rows > 0, laneCount > 0 else { return }
    precondition(source.count >= (rows - 1) * stride + laneCount, "the source holds its rows")
    precondition(destinationStride >= 0, "a stride is not negative")
    var lowest = Int.max
    var highest = Int.min
    for lane in 0..<laneCount {
      lowest = min(lowest, positions[lane])
      highest = max(highest, positions[lane])
    }
    precondition(
      lowest >= 0 && highest < destination.count - (rows - 1) * destinationStride,
      "every column lies within the destination")
    // SAFETY: the source holds its rows, and the lowest and the highest place written lie within the
    // destination (checked above).
    unsafe source.withUnsafeBufferPointer { source in
      unsafe positions.withUnsafeBufferPointer { positions in
        unsafe destination.withUnsafeMutableBufferPointer { destination in
          unsafe troupe_scatter_columns(
            source.baseAddress, rows, laneCount, stride, positions.baseAddress, destinationStride,
            destination.baseAddress)
        }
      }
    }
  }
}

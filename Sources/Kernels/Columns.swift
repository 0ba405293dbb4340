internal import CKernels

/// What is done to the first columns of every row of a matrix `[rows][stride]`. No other column is read or
/// written.
package enum Columns {
  /// Copies the columns `0..<laneCount` of `rows` rows.
  package static func copy(
    _ source: Span<Float>, rows: Int, laneCount: Int, stride: Int,
    into destination: inout MutableSpan<Float>, destinationStride: Int
  ) {
    check(rows: rows, laneCount: laneCount, stride: stride, count: source.count)
    check(rows: rows, laneCount: laneCount, stride: destinationStride, count: destination.count)
    // SAFETY: the columns of every row lie within both (checked above).
    unsafe source.withUnsafeBufferPointer { source in
      unsafe destination.withUnsafeMutableBufferPointer { destination in
        unsafe troupe_copy_columns(
          source.baseAddress, rows, laneCount, stride, destination.baseAddress, destinationStride)
      }
    }
  }

  /// (x − mean) × inverse deviation of each row, no operation fused, and no further from 0 than `limit`.
  package static func normalize(
    _ source: Span<Float>, means: Span<Float>, inverseDeviations: Span<Float>, limit: Float,
    laneCount: Int, stride: Int, into destination: inout MutableSpan<Float>
  ) {
    let rows = means.count
    precondition(inverseDeviations.count == rows, "two numbers for each row")
    check(rows: rows, laneCount: laneCount, stride: stride, count: source.count)
    check(rows: rows, laneCount: laneCount, stride: stride, count: destination.count)
    // SAFETY: the columns of every row lie within both matrices, and each row has its two numbers (checked
    // above).
    unsafe source.withUnsafeBufferPointer { source in
      unsafe means.withUnsafeBufferPointer { means in
        unsafe inverseDeviations.withUnsafeBufferPointer { inverses in
          unsafe destination.withUnsafeMutableBufferPointer { destination in
            unsafe troupe_normalize_columns(
              source.baseAddress, rows, laneCount, stride, means.baseAddress, inverses.baseAddress,
              limit, destination.baseAddress)
          }
        }
      }
    }
  }

  /// The same, in place.
  package static func normalize(
    _ matrix: inout MutableSpan<Float>, means: Span<Float>, inverseDeviations: Span<Float>,
    limit: Float, laneCount: Int, stride: Int
  ) {
    let rows = means.count
    precondition(inverseDeviations.count == rows, "two numbers for each row")
    check(rows: rows, laneCount: laneCount, stride: stride, count: matrix.count)
    // SAFETY: as above; each number is read before it is written.
    unsafe means.withUnsafeBufferPointer { means in
      unsafe inverseDeviations.withUnsafeBufferPointer { inverses in
        unsafe matrix.withUnsafeMutableBufferPointer { matrix in
          unsafe troupe_normalize_columns(
            matrix.baseAddress, rows, laneCount, stride, means.baseAddress, inverses.baseAddress,
            limit, matrix.baseAddress)
        }
      }
    }
  }

  private static func check(rows: Int, laneCount: Int, stride: Int, count: Int) {
    precondition(rows >= 0 && laneCount >= 0 && stride >= laneCount, "a row holds the lanes")
    precondition(
      rows == 0 || (rows - 1) * stride + laneCount <= count, "a matrix lies within its buffer")
  }
}

internal import CKernels

/// From ticks, in which all lanes lie side by side, to records, in which the steps of one lane do.
package enum TickRecords {
  /// Ticks that are moved at once: what one lane writes of a row is then a cache line.
  package static var tickCount: Int { Int(TROUPE_RECORDED_TICKS) }

  /// destination[positions[l] + row × destinationStride + t] = ticks[t][row][l] for all
  /// ``tickCount`` ticks, all rows and the lanes below `laneCount`.
  ///
  /// Shape: `ticks` `[tickCount][rows][stride]`.
  ///
  /// - Precondition: the stride is a multiple of 32; every place written lies within `destination`.
  package static func move(
    _ ticks: Span<Float>, rows: Int, laneCount: Int, stride: Int, positions: Span<Int>,
    destinationStride: Int, into destination: inout MutableSpan<Float>
  ) {
    precondition(rows >= 0 && laneCount >= 0 && stride >= laneCount, "a row holds the lanes")
    precondition(stride % 32 == 0, "lanes are padded to whole vectors")
    precondition(ticks.count == tickCount * rows * stride, "the ticks hold their rows")
    precondition(positions.count >= laneCount, "one position for each lane")
    guard rows > 0, laneCount > 0 else { return }
    precondition(destinationStride >= 0, "a stride is not negative")
    var lowest = Int.max
    var highest = Int.min
    for lane in 0..<laneCount {
      lowest = min(lowest, positions[lane])
      highest = max(highest, positions[lane])
    }
    precondition(
      lowest >= 0
        && highest <= destination.count - (rows - 1) * destinationStride - tickCount,
      "every place lies within the destination")
    // SAFETY: the ticks hold all their rows, whose vectors end with the stride, and the lowest and the
    // highest place written lie within the destination (checked above).
    unsafe ticks.withUnsafeBufferPointer { ticks in
      unsafe positions.withUnsafeBufferPointer { positions in
        unsafe destination.withUnsafeMutableBufferPointer { destination in
          unsafe troupe_record_ticks(
            ticks.baseAddress, rows, laneCount, stride, positions.baseAddress, destinationStride,
            destination.baseAddress)
        }
      }
    }
  }
}

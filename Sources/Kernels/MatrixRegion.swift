/// Where a matrix lies within a buffer of several: the checks that make a kernel's pointers valid.
///
/// Matrices are feature-major, `[row][stride]`, lanes contiguous. Several live in one buffer, because
/// spans of disjoint parts of one buffer cannot be had together.
struct MatrixRegion {
  /// Lanes are padded to a multiple of this, so that the kernels never meet a partial vector.
  static let lanePadding = 32

  let offset: Int
  let end: Int

  /// The region of `rows` rows from `offset` on.
  ///
  /// - Precondition: the region lies within `bufferCount` floats, and `stride` holds the padded lanes.
  init(offset: Int, rows: Int, laneCount: Int, stride: Int, bufferCount: Int) {
    precondition(laneCount >= 0, "a lane count is not negative")
    precondition(
      stride % Self.lanePadding == 0 && stride >= Self.padded(laneCount),
      "a stride is a multiple of 32 that holds the padded lanes")
    precondition(rows >= 0 && offset >= 0, "a matrix has rows and an offset")
    self.offset = offset
    end = offset + rows * stride
    precondition(end <= bufferCount, "a matrix lies within its buffer")
  }

  /// `laneCount` rounded up to a multiple of 32.
  static func padded(_ laneCount: Int) -> Int {
    (laneCount + lanePadding - 1) / lanePadding * lanePadding
  }

  /// - Precondition: the regions have no float in common.
  func requireDisjoint(from other: MatrixRegion) {
    precondition(end <= other.offset || other.end <= offset, "matrices do not overlap")
  }
}

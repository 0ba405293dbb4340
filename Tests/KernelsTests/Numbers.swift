import Kernels

/// Reproducible test inputs.
enum Numbers {
  /// Lane counts around every block and tail of the kernels.
  static let laneCounts = [0, 1, 15, 16, 17, 31, 32, 33, 1000]

  /// `count` numbers in `-scale..<scale`, with many bits and no pattern.
  static func floats(_ count: Int, seed: UInt32, scale: Float = 1) -> [Float] {
    (0..<(count + 3) / 4).flatMap { k in
      let block = Philox.block(
        key: SIMD2(seed, 0x7465_7374), counter: SIMD4(UInt32(k), 0, 0, 0))
      return (0..<4).map { (Float(block[$0] >> 8) * 0x1p-23 - 1) * scale }
    }.prefix(count).map { $0 }
  }

  static func words(_ count: Int, seed: UInt32) -> [UInt32] {
    (0..<(count + 3) / 4).flatMap { k in
      let block = Philox.block(
        key: SIMD2(seed, 0x776f_7264), counter: SIMD4(UInt32(k), 0, 0, 0))
      return (0..<4).map { block[$0] }
    }.prefix(count).map { $0 }
  }

  static func padded(_ laneCount: Int) -> Int { (laneCount + 31) / 32 * 32 }
}

/// The bits of some numbers, so that a comparison tells −0 from +0 and finds NaN equal to itself.
func bits(_ values: some Sequence<Float>) -> [UInt32] { values.map(\.bitPattern) }

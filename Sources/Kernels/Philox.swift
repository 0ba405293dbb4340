internal import CKernels

/// Philox4x32-10: random numbers as a function of a key and a counter.
///
/// Source: Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
package enum Philox {
  /// Four random words.
  package static func block(key: SIMD2<UInt32>, counter: SIMD4<UInt32>) -> SIMD4<UInt32> {
    var key = key
    var counter = counter
    for _ in 0..<10 {
      let product0 = UInt64(counter.x) * 0xD251_1F53
      let product1 = UInt64(counter.z) * 0xCD9E_8D57
      counter = SIMD4(
        UInt32(truncatingIfNeeded: product1 >> 32) ^ counter.y ^ key.x,
        UInt32(truncatingIfNeeded: product1),
        UInt32(truncatingIfNeeded: product0 >> 32) ^ counter.w ^ key.y,
        UInt32(truncatingIfNeeded: product0))
      key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
    }
    return counter
  }

  /// One block for each lane, of the counter (version, slot, stream, 16 × step + block).
  ///
  /// Shape: `words` `[4][stride]`, lanes contiguous; only the columns below `laneCount` are written.
  package static func fill(
    key: SIMD2<UInt32>, version: UInt32, stream: UInt32, block: UInt32, slots: Span<UInt32>,
    steps: Span<UInt32>, laneCount: Int, stride: Int, into words: inout MutableSpan<UInt32>
  ) {
    precondition(laneCount >= 0 && stride >= laneCount, "a row holds the lanes")
    precondition(slots.count >= laneCount && steps.count >= laneCount, "a slot and step per lane")
    precondition(words.count >= 4 * stride, "room for four rows of words")
    // SAFETY: slots and steps hold laneCount entries, words four rows (checked above).
    unsafe slots.withUnsafeBufferPointer { slots in
      unsafe steps.withUnsafeBufferPointer { steps in
        unsafe words.withUnsafeMutableBufferPointer { words in
          unsafe troupe_philox_fill(
            key.x, key.y, version, stream, block, slots.baseAddress, steps.baseAddress, laneCount,
            stride, words.baseAddress)
        }
      }
    }
  }
}

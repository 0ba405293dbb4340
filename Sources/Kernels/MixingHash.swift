internal import CKernels

/// A fast 128-bit mixing hash, for content that nobody contrives: it tells a wrong bit from a right
/// one, and is no protection against forgery.
///
/// Two 64-bit lanes each take all of the content, in steps of 16 bytes (first, second), by folding the
/// halves of a 128-bit product: a ← mix(a ⊕ first, second ⊕ secret), b ← mix(b ⊕ second, first ⊕
/// secret′). Every call also mixes in its length, so that the digest tells two calls from one. Content
/// is taken as little-endian bytes.
///
/// Source: the product folding of Wang Yi's wyhash (public domain).
package struct MixingHash: Sendable {
  private var lane0: UInt64 = 0x452_821e_638d_0137
  private var lane1: UInt64 = 0x7be5_466c_f34e_90c6

  package init() {}

  package mutating func combine(_ word: UInt64) {
    lane0 = Self.mix(lane0 ^ word, 0xc0ac_29b7_c97c_50dd)
    lane1 = Self.mix(lane1 ^ word, 0x3f84_d5b5_b547_0917)
  }

  /// - Precondition: no value is NaN.
  package mutating func combine(_ values: Span<Float>) {
    // SAFETY: the kernels read the values' own bytes.
    unsafe values.withUnsafeBufferPointer { values in
      precondition(
        unsafe !troupe_contains_nan(values.baseAddress, values.count), "NaN is refused, not hashed")
    }
    unsafe values.withUnsafeBytes { bytes in
      unsafe troupe_hash_bytes(&lane0, &lane1, bytes.baseAddress, bytes.count)
    }
  }

  package mutating func combine(_ bytes: Span<UInt8>) {
    // SAFETY: the kernel reads bytes.count bytes.
    unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe troupe_hash_bytes(&lane0, &lane1, bytes.baseAddress, bytes.count)
    }
  }

  /// The digest of everything combined so far.
  package func finalize() -> Digest128 {
    // Twice across the lanes, so that every bit of either reaches both halves.
    let a = Self.mix(lane0, lane1 ^ 0x9216_d5d9_8979_fb1b)
    let b = Self.mix(lane1, lane0 ^ 0xd131_0ba6_98df_b5ac)
    return Digest128(
      high: Self.mix(a ^ 0x2ffd_72db_d01a_dfb7, b), low: Self.mix(b ^ 0xb8e1_afed_6a26_7e96, a))
  }

  private static func mix(_ first: UInt64, _ second: UInt64) -> UInt64 {
    let product = first.multipliedFullWidth(by: second)
    return product.low ^ product.high ^ (first << 29 | first >> 35)
  }
}

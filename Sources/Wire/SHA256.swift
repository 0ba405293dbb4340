internal import CSodium

/// The SHA-256 of files and of a run's final parameters, as libsodium computes it.
///
/// Source: FIPS 180-4.
package enum SHA256 {
  /// Bytes of a digest.
  static let byteCount = 32

  /// 64 lowercase hexadecimal digits.
  package static func hexDigest(of bytes: [UInt8]) -> String {
    hexadecimal(bytes: digest(of: bytes[...]))
  }

  /// The digest of the little-endian bytes of `values`, as 64 lowercase hexadecimal digits.
  package static func hexDigest(of values: [Float]) -> String {
    hexDigest(of: ArrayCoding.bytes(of: values))
  }

  static func digest(of bytes: ArraySlice<UInt8>) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: byteCount)
    // SAFETY: libsodium reads as many bytes as the slice has and writes the 32 there is room for.
    let status = unsafe bytes.withUnsafeBufferPointer { source in
      unsafe crypto_hash_sha256(&digest, source.baseAddress, UInt64(source.count))
    }
    precondition(status == 0, "SHA-256 of bytes in memory cannot fail")
    return digest
  }
}

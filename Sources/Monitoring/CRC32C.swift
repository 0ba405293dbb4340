/// The cyclic redundancy check of TFRecord, with the Castagnoli polynomial.
///
/// Source: RFC 3720, appendix B.4.
package enum CRC32C {
  private static let table: [UInt32] = (0..<256).map { index in
    var value = UInt32(index)
    for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1 }
    return value
  }

  package static func checksum(_ bytes: [UInt8]) -> UInt32 {
    let table = table.span
    let bytes = bytes.span
    var value = UInt32.max
    for index in bytes.indices {
      value = table[Int(UInt8(truncatingIfNeeded: value) ^ bytes[index])] ^ value >> 8
    }
    return ~value
  }

  /// As TFRecord stores it, because a checksum over data that hold their checksum is weak.
  package static func masked(_ bytes: [UInt8]) -> UInt32 {
    let value = checksum(bytes)
    return (value >> 15 | value << 17) &+ 0xa282_ead8
  }

  static func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

/// What the preambles of the schema say of an envelope, read without the generated code: that would take a
/// quarter of the time of a short message.
///
/// It judges nothing. An envelope that is not ordinary is read again, as its preamble, to say what is wrong.
struct EnvelopeOutline {
  /// Numbers of the fields that hold a body, in both envelopes.
  private static let bodies: ClosedRange<UInt64> = 8...12

  /// Whether the envelope is of this protocol version and has one body, in one piece.
  let isOrdinary: Bool

  init(_ bytes: [UInt8]) { isOrdinary = Self.isOrdinary(bytes) }

  private static func isOrdinary(_ bytes: [UInt8]) -> Bool {
    var version: UInt64 = 0
    var bodyCount = 0
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let key = varint(&rest) else { return false }
      let field = key >> 3
      // The wire types of protocol buffers.
      switch key & 7 {
      case 0:
        guard let value = varint(&rest) else { return false }
        if field == 1 { version = value }
      case 1:
        guard rest.count >= 8 else { return false }
        rest.removeFirst(8)
      case 2:
        guard let count = varint(&rest), count <= UInt64(rest.count) else { return false }
        rest.removeFirst(Int(count))
        if bodies.contains(field) { bodyCount += 1 }
      case 5:
        guard rest.count >= 4 else { return false }
        rest.removeFirst(4)
      default: return false
      }
    }
    return version == UInt64(WireProtocol.version) && bodyCount == 1
  }

  /// Takes a number of 7 bits a byte, the least significant first; nil unless it ends, within 64 bits.
  private static func varint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 63, by: 7) {
      guard let byte = bytes.popFirst() else { return nil }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }
}

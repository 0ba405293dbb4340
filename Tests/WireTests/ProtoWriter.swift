/// Protobuf by hand, for messages that no encoder of ours writes.
struct ProtoWriter {
  var bytes: [UInt8] = []

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func number(_ field: Int, _ value: UInt64) {
    varint(UInt64(field) << 3)
    varint(value)
  }

  mutating func fixed(_ field: Int, _ value: UInt64) {
    varint(UInt64(field) << 3 | 1)
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  mutating func message(_ field: Int, _ build: (inout ProtoWriter) -> Void) {
    var inner = ProtoWriter()
    build(&inner)
    varint(UInt64(field) << 3 | 2)
    varint(UInt64(inner.bytes.count))
    bytes.append(contentsOf: inner.bytes)
  }

  mutating func digest(_ field: Int) {
    message(field) {
      $0.fixed(1, 1)
      $0.fixed(2, 2)
    }
  }

  mutating func round(_ field: Int, kind: UInt64 = 1) {
    message(field) {
      $0.number(1, 7)
      $0.number(2, kind)
    }
  }

  static func actorEnvelope(
    version: UInt64 = 1, _ build: (inout ProtoWriter) -> Void
  ) -> [UInt8] {
    var writer = ProtoWriter()
    writer.number(1, version)
    writer.fixed(2, 0xabcd)
    build(&writer)
    return writer.bytes
  }

  static func learnerEnvelope(
    version: UInt64 = 1, _ build: (inout ProtoWriter) -> Void
  ) -> [UInt8] {
    var writer = ProtoWriter()
    writer.number(1, version)
    writer.digest(2)
    writer.fixed(3, 5)
    writer.number(4, 6)
    build(&writer)
    return writer.bytes
  }
}

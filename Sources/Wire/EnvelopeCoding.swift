// What both envelopes share: bytes to generated messages and back, and the fields that occur in
// several messages. Decoding checks everything that the protobuf schema cannot say.

internal import Kernels
internal import RL
internal import SwiftProtobuf

func encodedEnvelope(_ message: some SwiftProtobuf.Message) -> [UInt8] {
  do {
    return try message.serializedBytes()
  } catch {
    // Only required fields, which this schema does not have, and 2 GiB of envelope can fail.
    preconditionFailure("an envelope that cannot be encoded: \(error)")
  }
}

/// The bytes of an envelope, unless it is too large.
func envelopeBytes(
  of frame: RawSpan, limits: DecodingLimits
) throws(WireError) -> [UInt8] {
  guard frame.byteCount <= limits.envelopeByteCount else {
    throw .exceedsLimit(
      field: "size of the envelope", limit: UInt64(limits.envelopeByteCount),
      found: UInt64(frame.byteCount))
  }
  return ArrayCoding.bytes(of: frame)
}

/// The message in `bytes`, whose unknown fields are dropped.
func decodedEnvelope<M: SwiftProtobuf.Message>(
  _ type: M.Type, from bytes: [UInt8]
) throws(WireError) -> M {
  var options = BinaryDecodingOptions()
  options.messageDepthLimit = 8
  options.discardUnknownFields = true
  do {
    return try M(serializedBytes: bytes, options: options)
  } catch {
    throw .malformed(field: "envelope", problem: "\(error)", offset: nil)
  }
}

/// - Throws: ``WireError`` unless an envelope has exactly one body, in one piece.
func requireOneBody(_ count: Int) throws(WireError) {
  if count == 0 { throw .missing(field: "body") }
  if count > 1 { throw .invalid(field: "body", found: "\(count) times", allowed: "there once") }
}

// MARK: Fields that occur in several messages

extension ProtoDigest {
  init(_ digest: Digest128) {
    self.init()
    high = digest.high
    low = digest.low
  }

  var value: Digest128 { Digest128(high: high, low: low) }
}

extension ProtoRound {
  /// - Precondition: a training or an evaluation round; other streams are never on the wire.
  init(_ round: RoundID) {
    self.init()
    version = round.version.rawValue
    switch round.kind {
    case .training: kind = .training
    case .evaluation: kind = .evaluation
    case .standaloneEvaluation, .initialization:
      preconditionFailure("\(round.kind) has no rounds")
    }
  }

  func value(_ field: @autoclosure () -> String) throws(WireError) -> RoundID {
    let kind: StreamKind
    switch self.kind {
    case .training: kind = .training
    case .evaluation: kind = .evaluation
    case .unspecified, .UNRECOGNIZED: throw unknownValue("\(field()).kind", self.kind)
    }
    return RoundID(version: PolicyVersion(version), kind: kind)
  }
}

func unknownValue(_ field: String, _ found: some SwiftProtobuf.Enum) -> WireError {
  .invalid(field: field, found: "\(found.rawValue)", allowed: "a value of this protocol version")
}

/// The field's name, here and elsewhere, is made only where an error says it: a message names thousands.
///
/// - Throws: ``WireError/exceedsLimit(field:limit:found:)`` unless `value` is at most `limit`.
func bounded(
  _ value: some FixedWidthInteger & UnsignedInteger, by limit: Int,
  _ field: @autoclosure () -> String
) throws(WireError) -> Int {
  guard value <= limit else {
    throw .exceedsLimit(field: field(), limit: UInt64(limit), found: UInt64(value))
  }
  return Int(value)
}

/// - Throws: ``WireError/exceedsLimit(field:limit:found:)`` if the text is too long.
func bounded(
  _ text: String, _ field: String, _ limits: DecodingLimits
) throws(WireError) -> String {
  _ = try bounded(UInt(text.utf8.count), by: limits.textByteCount, "length of \(field)")
  return text
}

/// `text` without what is beyond the length that decoders accept.
func cut(_ text: String) -> String {
  guard text.utf8.count > DecodingLimits.greatestTextByteCount else { return text }
  var result = ""
  var byteCount = 0
  for character in text.unicodeScalars {
    byteCount += UTF8.width(character)
    if byteCount > DecodingLimits.greatestTextByteCount { break }
    result.unicodeScalars.append(character)
  }
  return result
}

extension SlotSet {
  var encodedRanges: [ProtoSlotRange] {
    ranges.map { range in
      var result = ProtoSlotRange()
      result.first = UInt32(range.lowerBound)
      result.count = UInt32(range.count)
      return result
    }
  }

  /// The set of slots in `encoded`: ranges that ascend, do not overlap and are not empty.
  init(
    decoding encoded: [ProtoSlotRange], below slotCount: Int,
    _ field: @autoclosure () -> String
  ) throws(WireError) {
    var end: UInt64 = 0
    for (i, range) in encoded.enumerated() {
      let (first, count) = (UInt64(range.first), UInt64(range.count))
      guard count >= 1, first >= end else {
        throw .invalid(
          field: "\(field())[\(i)]", found: "\(count) slots from \(first)",
          allowed: "at least 1 slot, from \(end) on")
      }
      end = first + count
      guard end <= slotCount else {
        throw .exceedsLimit(field: "\(field())[\(i)]", limit: UInt64(slotCount), found: end)
      }
    }
    self = Self.union(of: encoded[...])
  }

  /// By halves: the union of two sets takes time in the number of their ranges.
  private static func union(of ranges: ArraySlice<ProtoSlotRange>) -> SlotSet {
    guard let range = ranges.first else { return SlotSet() }
    if ranges.count == 1 {
      return SlotSet(Int(range.first)..<Int(range.first) + Int(range.count))
    }
    let middle = ranges.startIndex + ranges.count / 2
    return union(of: ranges[..<middle]).union(union(of: ranges[middle...]))
  }
}

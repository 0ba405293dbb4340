/// A 128-bit hash: equal contents have equal digests, and different contents different ones unless
/// somebody contrives otherwise.
public struct Digest128: Hashable, Sendable {
  public let high: UInt64
  public let low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads exactly 32 hexadecimal digits, the high half first.
  public init?(hex: String) {
    var words: [UInt64] = [0, 0]
    var digitCount = 0
    for character in hex.utf8 {
      let digit: UInt8
      switch character {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = character - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = character - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = character - UInt8(ascii: "A") + 10
      default: return nil
      }
      guard digitCount < 32 else { return nil }
      words[digitCount / 16] = words[digitCount / 16] << 4 | UInt64(digit)
      digitCount += 1
    }
    guard digitCount == 32 else { return nil }
    self.init(high: words[0], low: words[1])
  }

  /// The sixteen bytes of ``littleEndianBytes``; nil for any other number of bytes.
  public init?(littleEndianBytes bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    var words: [UInt64] = [0, 0]
    for (k, byte) in bytes.enumerated() {
      words[k / 8] |= UInt64(byte) << UInt64(k % 8 * 8)
    }
    self.init(high: words[1], low: words[0])
  }

  /// Sixteen bytes, those of the low half first.
  public var littleEndianBytes: [UInt8] {
    [low, high].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
    }
  }

  /// The hash of the values' bits.
  ///
  /// - Precondition: no value is NaN, for equal NaNs may have unequal bits.
  package static func hash(of values: Span<Float>) -> Digest128 {
    var hash = MixingHash()
    hash.combine(values)
    return hash.finalize()
  }
}

extension Digest128: CustomStringConvertible {
  /// 32 hexadecimal digits, the high half first.
  public var description: String {
    [high, low].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}

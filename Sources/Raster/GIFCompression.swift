/// The variable-length code that GIF compresses indices with.
///
/// Source: Welch, "A Technique for High-Performance Data Compression", IEEE Computer 17 (6), 1984, as the GIF
/// specification's appendix F uses it.
enum GIFCompression {
  private static let symbolBits = 8
  private static let clear = 1 << symbolBits
  private static let end = clear + 1
  private static let codeLimit = 4096

  /// The image data of these indices: the size of a symbol, blocks of at most 255 bytes, and an empty one.
  ///
  /// - Precondition: there is an index.
  static func blocks(of indices: [UInt8]) -> [UInt8] {
    precondition(!indices.isEmpty, "a picture has pixels")
    var bits = BitStream()
    // The code of what a code stands for followed by a symbol; 0 where there is none.
    var successors = [UInt16](repeating: 0, count: codeLimit << symbolBits)
    var used: [Int] = []
    var next = end + 1
    var width = symbolBits + 1
    bits.append(clear, bitCount: width)
    var prefix = Int(indices[0])
    for symbol in indices.dropFirst() {
      let key = prefix << symbolBits | Int(symbol)
      if successors[key] != 0 {
        prefix = Int(successors[key])
        continue
      }
      bits.append(prefix, bitCount: width)
      if next < codeLimit {
        successors[key] = UInt16(next)
        used.append(key)
        if next == 1 << width { width += 1 }
        next += 1
      } else {
        bits.append(clear, bitCount: width)
        for key in used { successors[key] = 0 }
        used.removeAll(keepingCapacity: true)
        next = end + 1
        width = symbolBits + 1
      }
      prefix = Int(symbol)
    }
    bits.append(prefix, bitCount: width)
    // The decoder, which learns each code one step later, has made one more by now.
    if next < codeLimit, next == 1 << width { width += 1 }
    bits.append(end, bitCount: width)
    let bytes = bits.bytes
    var blocks: [UInt8] = [UInt8(symbolBits)]
    for start in stride(from: 0, to: bytes.count, by: 255) {
      let block = bytes[start..<min(start + 255, bytes.count)]
      blocks.append(UInt8(block.count))
      blocks += block
    }
    return blocks + [0]
  }

  /// Codes in a row, each from its lowest bit on.
  private struct BitStream {
    private var full: [UInt8] = []
    private var pending = 0
    private var pendingCount = 0

    mutating func append(_ code: Int, bitCount: Int) {
      pending |= code << pendingCount
      pendingCount += bitCount
      while pendingCount >= 8 {
        full.append(UInt8(pending & 255))
        pending >>= 8
        pendingCount -= 8
      }
    }

    var bytes: [UInt8] { pendingCount > 0 ? full + [UInt8(pending & 255)] : full }
  }
}

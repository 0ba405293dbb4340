/// Several frames as one sequence of bytes, so that whatever mutates bytes mutates frames and their number:
/// the number of frames, the length of each in two bytes, little end first, and the frames. Whatever is
/// missing is empty.
enum FramedInput {
  static func bytes(of frames: [[UInt8]]) -> [UInt8] {
    var result = [UInt8(frames.count)]
    for frame in frames {
      result += [
        UInt8(truncatingIfNeeded: frame.count), UInt8(truncatingIfNeeded: frame.count >> 8),
      ]
    }
    return result + frames.joined()
  }

  static func frames(of bytes: ArraySlice<UInt8>) -> [[UInt8]] {
    guard let count = bytes.first.map({ min(Int($0), 64) }) else { return [] }
    let lengths = bytes.dropFirst().prefix(2 * count)
    var rest = bytes.dropFirst(1 + 2 * count)
    return (0..<count).map { i in
      let at = lengths.startIndex + 2 * i
      let length =
        at + 1 < lengths.endIndex ? Int(lengths[at]) | Int(lengths[at + 1]) << 8 : 0
      defer { rest = rest.dropFirst(length) }
      return Array(rest.prefix(length))
    }
  }
}

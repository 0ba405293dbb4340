// Arrays travel as they lie in memory. This file holds Wire's unsafe expressions: bulk copies between
// bytes of any alignment and arrays of numbers. Every function checks sizes first.

#if _endian(big)
  #error("messages and files are little-endian; a big-endian host would need byte swaps here")
#endif

/// Numbers whose bytes in memory are their bytes on the wire.
protocol FixedWidthNumber: BitwiseCopyable {}
extension Float: FixedWidthNumber {}
extension Double: FixedWidthNumber {}
extension Int64: FixedWidthNumber {}
extension UInt8: FixedWidthNumber {}

enum ArrayCoding {
  /// The numbers whose bytes `frame` holds.
  ///
  /// - Precondition: `frame` holds a whole number of them.
  static func array<T: FixedWidthNumber>(of type: T.Type = T.self, from frame: RawSpan) -> [T] {
    let (count, rest) = frame.byteCount.quotientAndRemainder(dividingBy: MemoryLayout<T>.size)
    precondition(rest == 0, "whole numbers only")
    // SAFETY: the new storage has room for count values, exactly frame.byteCount bytes (checked
    // above); every bit pattern is a value of these types; copyMemory takes any alignment.
    return unsafe [T](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      unsafe frame.withUnsafeBytes { source in
        unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: source)
      }
      initializedCount = count
    }
  }

  /// The numbers whose bytes are those of `bytes` in `range`.
  ///
  /// - Precondition: a whole number of them within `bytes`.
  static func array<T: FixedWidthNumber>(from bytes: [UInt8], in range: Range<Int>) -> [T] {
    // SAFETY: bytes of bytes, all initialised; `extracting` checks the range.
    unsafe array(from: bytes.span.bytes.extracting(range))
  }

  /// The bytes of `values`.
  static func bytes<T: FixedWidthNumber>(of values: [T]) -> [UInt8] {
    // SAFETY: the bytes of initialised trivial values, copied while the array is borrowed.
    unsafe values.withUnsafeBytes { unsafe [UInt8]($0) }
  }

  /// Appends the bytes of `values`.
  static func append<T: FixedWidthNumber>(_ values: [T], to bytes: inout [UInt8]) {
    // SAFETY: as above.
    unsafe values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  /// One byte for each discrete action.
  ///
  /// - Precondition: every action is a whole number in 0...255.
  static func bytes(ofActions actions: [Float]) -> [UInt8] {
    // SAFETY: every index is below the count, which is also the capacity.
    unsafe [UInt8](unsafeUninitializedCapacity: actions.count) { buffer, initializedCount in
      // The last bits of 2^23 + n are those of n. Not UInt8(action): its traps keep the loop scalar,
      // 2.2 ns an action instead of 0.1.
      for i in 0..<actions.count {
        unsafe buffer[i] = UInt8(truncatingIfNeeded: (actions[i] + 0x1p23).bitPattern)
      }
      initializedCount = actions.count
    }
  }

  /// Discrete actions from one byte each, or nil if one is not below `count`.
  ///
  /// Complexity: two vectorised passes.
  static func actions(fromBytes frame: RawSpan, below count: Int) -> [Float]? {
    let actionCount = frame.byteCount
    // SAFETY: every index is below the byte count, which is also the capacity.
    return unsafe frame.withUnsafeBytes { source in
      var greatest: UInt8 = 0
      for i in 0..<actionCount {
        greatest = unsafe max(greatest, source.loadUnaligned(fromByteOffset: i, as: UInt8.self))
      }
      if greatest >= count { return nil }
      return unsafe [Float](unsafeUninitializedCapacity: actionCount) { buffer, initializedCount in
        // Not source[i]: its check keeps the loop scalar, 1.4 ns an action instead of 0.25.
        for i in 0..<actionCount {
          unsafe buffer[i] = Float(source.loadUnaligned(fromByteOffset: i, as: UInt8.self))
        }
        initializedCount = actionCount
      }
    }
  }

  /// Discrete actions from four bytes each, or nil if one is not in `0..<count`.
  ///
  /// - Precondition: `frame` holds a whole number of them.
  static func actions(fromWords frame: RawSpan, below count: Int) -> [Float]? {
    precondition(frame.byteCount % 4 == 0, "whole numbers only")
    let actionCount = frame.byteCount / 4
    // SAFETY: every load ends within the frame; the capacity is the number of loads.
    return unsafe frame.withUnsafeBytes { source in
      // Taken as unsigned, a negative index is too great.
      var greatest: UInt32 = 0
      for i in 0..<actionCount {
        greatest = unsafe max(
          greatest, source.loadUnaligned(fromByteOffset: 4 * i, as: UInt32.self))
      }
      if greatest >= count { return nil }
      return unsafe [Float](unsafeUninitializedCapacity: actionCount) { buffer, initializedCount in
        for i in 0..<actionCount {
          unsafe buffer[i] = Float(source.loadUnaligned(fromByteOffset: 4 * i, as: UInt32.self))
        }
        initializedCount = actionCount
      }
    }
  }

  /// A copy of all bytes of `frame`.
  static func bytes(of frame: RawSpan) -> [UInt8] { array(from: frame) }
}

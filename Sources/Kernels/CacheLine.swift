/// Where vectors should begin. An array's numbers begin in the middle of a cache line, and a vector of 64
/// bytes that lies across two lines is loaded as two: the parameter gradients of 256 units then run at
/// three quarters of their speed.
package enum CacheLine {
  /// Floats of one line.
  package static let floatCount = 16

  /// The first entry of a buffer that begins a line, 0 to 15. Of an array it stays as long as the array is
  /// not copied; nothing but speed depends on it.
  package static func firstEntry(of buffer: Span<Float>) -> Int {
    // SAFETY: the address is looked at, nothing is read through it.
    let address = unsafe buffer.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    return Int((0 &- address) % UInt(4 * floatCount)) / 4
  }
}

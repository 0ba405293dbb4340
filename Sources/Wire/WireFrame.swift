/// One frame of a multipart message that is to be sent.
///
/// Float arrays stay what they are, so that a socket can send them without a copy.
package enum WireFrame: Hashable, Sendable {
  case bytes([UInt8])
  /// Sent as little-endian 32-bit floats: as they lie in memory.
  case floats([Float])

  package var byteCount: Int {
    switch self {
    case .bytes(let bytes): bytes.count
    case .floats(let floats): 4 * floats.count
    }
  }
}

/// The frames of one received multipart message.
package protocol FrameSource: ~Copyable {
  var frameCount: Int { get }

  /// Lends the bytes of a frame to `body`, of any alignment.
  ///
  /// Callers keep `index` within `0..<frameCount`.
  func withFrame<R>(
    _ index: Int, _ body: (RawSpan) throws(WireError) -> R
  ) throws(WireError) -> R
}

extension [[UInt8]]: FrameSource {
  package var frameCount: Int { count }

  package func withFrame<R>(
    _ index: Int, _ body: (RawSpan) throws(WireError) -> R
  ) throws(WireError) -> R {
    let frame = self[index]
    // SAFETY: bytes of bytes, all initialised; the array outlives the call.
    return unsafe try body(frame.span.bytes)
  }
}

extension [WireFrame] {
  /// The bytes of every frame as a socket would send them.
  package var bytes: [[UInt8]] {
    map { frame in
      switch frame {
      case .bytes(let bytes): bytes
      case .floats(let floats): ArrayCoding.bytes(of: floats)
      }
    }
  }
}

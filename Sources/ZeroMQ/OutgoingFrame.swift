import CZeroMQ

#if _endian(big)
  #error("arrays travel as they lie in memory, and the wire format is little endian")
#endif

/// One frame of a message to send, made of an array.
///
/// An array of 16 KiB or more is not copied: libzmq sends from the array's own memory and lets go of it
/// when the last receiver has it. A frame can be sent any number of times and to any number of sockets.
package struct OutgoingFrame: Sendable {
  /// From this size on a frame is sent by reference. A reference costs an allocation and a callback on
  /// the I/O thread, whatever the size; a smaller copy is not worth that.
  package static let zeroCopyByteCount = 16_384

  let storage: ArrayStorage

  package init(bytes: [UInt8]) { storage = ArrayStorage(bytes) }
  /// Little-endian 32-bit integers.
  package init(integers: [Int32]) { storage = ArrayStorage(integers) }
  /// Little-endian 32-bit floats.
  package init(floats: [Float]) { storage = ArrayStorage(floats) }

  package var byteCount: Int { unsafe storage.bytes.count }

  /// What stays alive while libzmq still refers to this frame's memory.
  package var owner: AnyObject { storage }
}

/// Keeps one array, and so its memory, alive.
@safe final class ArrayStorage: Sendable {
  private let array: any Sendable
  // SAFETY: points into `array`, an immutable property of this object. A Swift array's elements lie in
  // a heap object of their own that does not move; other owners of the same array copy before they
  // write, because this reference makes theirs not unique.
  nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

  init<Element: BitwiseCopyable & Sendable>(_ array: [Element]) {
    self.array = array
    // SAFETY: see `bytes`.
    unsafe bytes = unsafe array.withUnsafeBytes { unsafe $0 }
  }

  /// Makes the libzmq message of this array, by reference if it is large.
  ///
  /// - Throws: `ZeroMQError` when there is no memory.
  func initialize(_ message: UnsafeMutablePointer<zmq_msg_t>) throws(ZeroMQError) {
    guard unsafe bytes.count >= OutgoingFrame.zeroCopyByteCount else {
      return try unsafe zmq_msg_t.initialize(message, copying: bytes)
    }
    let reference = unsafe Unmanaged.passRetained(self)
    // SAFETY: libzmq never writes to a message's data, so the cast to a mutable pointer is harmless. The
    // reference taken above is given back exactly once: by the callback, which libzmq calls once when
    // the last copy of the message is closed, or below if the message was not made.
    let status = unsafe zmq_msg_init_data(
      message, UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count,
      { _, hint in
        if let hint = unsafe hint { unsafe Unmanaged<ArrayStorage>.fromOpaque(hint).release() }
      }, reference.toOpaque())
    guard status == 0 else {
      unsafe reference.release()
      throw .last(.send)
    }
  }
}

extension zmq_msg_t {
  /// Makes a message that holds a copy of the bytes.
  static func initialize(
    _ message: UnsafeMutablePointer<zmq_msg_t>, copying bytes: UnsafeRawBufferPointer
  ) throws(ZeroMQError) {
    // SAFETY: `message` is uninitialized memory that the caller owns; the data pointer is valid for
    // exactly the size asked for.
    guard unsafe zmq_msg_init_size(message, bytes.count) == 0 else { throw .last(.send) }
    if let source = bytes.baseAddress, bytes.count > 0 {
      unsafe zmq_msg_data(message).copyMemory(from: source, byteCount: bytes.count)
    }
  }
}

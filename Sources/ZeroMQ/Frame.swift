import CZeroMQ

/// One received frame, in the memory that libzmq received it into.
///
/// It never changes, so it may be read by several threads at once.
@safe package final class Frame: Sendable {
  // SAFETY: set once, written to by nobody after `receive`, and freed in deinit alone. libzmq counts the
  // references of the memory behind it atomically, so any thread may be the one that lets go.
  nonisolated(unsafe) private let message: UnsafeMutablePointer<zmq_msg_t>

  /// An empty frame to receive into.
  init() {
    unsafe message = .allocate(capacity: 1)
    // SAFETY: zmq_msg_init cannot fail; the memory was just allocated.
    _ = unsafe zmq_msg_init(message)
  }

  /// Receives the next frame of the socket; false when there is none.
  ///
  /// - Precondition: nothing was received into this frame yet.
  func receive(from handle: SocketHandle) throws(ZeroMQError) -> Bool {
    try unsafe handle.retrying(.receive) { socket in
      // SAFETY: the socket is open and the message initialized.
      unsafe zmq_msg_recv(message, socket, ZMQ_DONTWAIT)
    }
  }

  /// Makes the uninitialized `target` a second message of the same bytes, which are counted, not copied.
  func share(into target: UnsafeMutablePointer<zmq_msg_t>) throws(ZeroMQError) {
    // SAFETY: the caller owns the uninitialized memory; the source is initialized until deinit, and libzmq
    // changes nothing of it but the count of its references, which is atomic.
    _ = unsafe zmq_msg_init(target)
    guard unsafe zmq_msg_copy(target, message) == 0 else { throw .last(.send) }
  }

  /// Whether more frames of the same message follow.
  var isFollowed: Bool {
    // SAFETY: the message is initialized until deinit.
    unsafe zmq_msg_more(message) != 0
  }

  package var byteCount: Int {
    // SAFETY: the message is initialized until deinit.
    unsafe zmq_msg_size(message)
  }

  /// The key of the peer that sent it, if it came over a connection that speaks CURVE.
  package var senderKey: CurvePublicKey? {
    // SAFETY: the message is initialized until deinit, and with it the text, which is copied here.
    guard let text = unsafe zmq_msg_gets(message, "User-Id") else { return nil }
    return unsafe CurvePublicKey(z85: String(cString: text))
  }

  /// Where the connection it came over begins: an IP address, or for ipc `localhost:UID:GID:PID` of the process
  /// at its other end, as the kernel knows it. Nil where libzmq does not know.
  package var senderAddress: String? {
    // SAFETY: the message is initialized until deinit, and with it the text, which is copied here.
    guard let text = unsafe zmq_msg_gets(message, "Peer-Address") else { return nil }
    return unsafe String(cString: text)
  }

  /// Lends the bytes to `body`, without a copy. Their address may be odd: load unaligned.
  package func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // SAFETY: the data is valid and constant until deinit, which the borrow of self outlives.
    let bytes = unsafe UnsafeRawBufferPointer(start: zmq_msg_data(message), count: byteCount)
    return try unsafe body(bytes.bytes)
  }

  /// A copy of the bytes.
  package func copyBytes() -> [UInt8] {
    withBytes { bytes in
      // SAFETY: the pointer is used inside the closure only.
      unsafe bytes.withUnsafeBytes { unsafe Array($0) }
    }
  }

  deinit {
    // SAFETY: the message was initialized by `init` and nobody else refers to it.
    _ = unsafe zmq_msg_close(message)
    unsafe message.deallocate()
  }
}

/// What one call of `receive` took off a socket.
package enum Reception: Sendable {
  /// A whole message, in order.
  case message([Frame])
  /// A message of more frames than allowed, thrown away but for the first, which tells the sender.
  case tooManyFrames(first: Frame, count: Int)
}

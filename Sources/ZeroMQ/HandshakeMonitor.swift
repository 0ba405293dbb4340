import CZeroMQ

/// Hears how the handshakes of a connecting socket end. libzmq itself says nothing to the socket: a peer
/// that is not let in waits for ever.
package struct HandshakeMonitor: ~Copyable {
  package enum Event: Hashable, Sendable {
    case succeeded
    /// The peer does not accept this key. libzmq gives the connection up for good.
    case keyRefused
    /// One side speaks CURVE and the other does not. libzmq gives the connection up for good.
    case mechanismMismatch
    /// The connection ended during the handshake, as it does where the peer's own key is another one.
    case broken
    /// A connection is over, whether it was ever complete or not.
    case ended
  }

  private let socket: Socket

  /// Watches a socket of the context; to be made before it connects.
  package init(of watched: borrowing Socket, in context: Context) throws(ZeroMQError) {
    let address = "inproc://troupe.handshakes.\(watched.handle.uniqueNumber)"
    try watched.handle.monitor(at: address, events: Int32(monitored))
    let socket = try Socket(.pair, in: context, options: [.linger(.zero)])
    try socket.handle.connect(inproc: address)
    self.socket = socket
  }

  /// The next event that is there now.
  package borrowing func next() throws(ZeroMQError) -> Event? {
    while let reception = try socket.receive(maximumFrameCount: 2) {
      // The first frame is the event's number in 16 bits and its value in 32.
      guard case .message(let frames) = reception, let bytes = frames.first?.copyBytes(),
        bytes.count >= 2
      else { continue }
      switch Int(bytes[0]) | Int(bytes[1]) << 8 {
      case Int(ZMQ_EVENT_HANDSHAKE_SUCCEEDED): return .succeeded
      case Int(ZMQ_EVENT_HANDSHAKE_FAILED_AUTH): return .keyRefused
      case Int(ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL): return .mechanismMismatch
      case Int(ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL): return .broken
      case Int(ZMQ_EVENT_DISCONNECTED): return .ended
      default: continue
      }
    }
    return nil
  }
}

private let monitored =
  ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH
  | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL
  | ZMQ_EVENT_DISCONNECTED

import CZeroMQ
import Glibc

/// One socket with one owner, on one thread at a time. Nothing it does waits.
package struct Socket: ~Copyable {
  package enum Kind: Hashable, Sendable {
    case xpub
    case sub
    /// Of a relay: passes on what others subscribe to.
    case xsub
    case push
    case pull
    /// Of the `Authenticator`.
    case reply
    /// Of a `HandshakeMonitor`.
    case pair

    var number: Int32 {
      switch self {
      case .xpub: ZMQ_XPUB
      case .sub: ZMQ_SUB
      case .xsub: ZMQ_XSUB
      case .push: ZMQ_PUSH
      case .pull: ZMQ_PULL
      case .reply: ZMQ_REP
      case .pair: ZMQ_PAIR
      }
    }
  }

  package enum SendResult: Hashable, Sendable {
    /// Every frame is queued.
    case sent
    /// No frame is queued: the mark is reached, or nobody is connected. Send the message again later.
    case wouldBlock
  }

  let handle: SocketHandle

  /// Makes a socket with exactly these options; the roles' own are in SocketOptions.swift.
  ///
  /// - Throws: `ZeroMQError` when an option is refused, for a socket with other options than meant is
  ///   worse than none.
  package init(
    _ kind: Kind, in context: Context, options: [SocketOption], security: SocketSecurity = .none
  ) throws(ZeroMQError) {
    let handle = try SocketHandle(kind: kind, context: context)
    do {
      try handle.secure(security)
      for option in options { try handle.set(option) }
    } catch {
      try handle.close()
      throw error
    }
    self.handle = handle
  }

  deinit {
    // Nobody is left to hear of a failure.
    do { try handle.close() } catch {}
  }

  /// Closes the socket; what it still holds is sent in the background until its linger has passed.
  package consuming func close() throws(ZeroMQError) { try handle.close() }

  /// The address in use, with the port that was chosen if it was bound to `*`.
  package var endpoint: Endpoint? { handle.endpoint }

  /// The value libzmq uses for an option, in libzmq's unit.
  package borrowing func value(of option: SocketOption) throws(ZeroMQError) -> Int64 {
    try handle.value(of: option)
  }

  /// Changes the mark of a socket in use, for the connections that it has and those to come.
  package borrowing func setSendHighWaterMark(_ messageCount: Int) throws(ZeroMQError) {
    try handle.set(.sendHighWaterMark(messageCount))
  }

  /// Listens at the address; ``endpoint`` is then the real one.
  ///
  /// - Throws: `ZeroMQError`, `isAddressInUse` when somebody else listens there, ipc paths included.
  package borrowing func bind(_ endpoint: Endpoint) throws(ZeroMQError) {
    try handle.bind(endpoint)
  }

  /// Ends all connections and listens at the same address again: libzmq cannot end a single one. Peers
  /// reconnect by themselves. Returns when the address is bound again, some milliseconds later.
  ///
  /// - Throws: `ZeroMQError` when somebody else took the address within that time.
  package borrowing func rebind() throws(ZeroMQError) { try handle.rebind() }

  /// Connects, and reconnects whenever the connection is lost. Returns before there is a connection.
  package borrowing func connect(_ endpoint: Endpoint) throws(ZeroMQError) {
    try handle.connect(endpoint)
  }

  /// Drops the connection, which may have ended for good, and begins anew.
  package borrowing func reconnect() throws(ZeroMQError) { try handle.reconnect() }

  /// Asks for the messages that begin with these bytes. Sent again at every reconnection, but not before
  /// the socket's own thread next touches it.
  package borrowing func subscribe(to topic: [UInt8]) throws(ZeroMQError) {
    try handle.set(ZMQ_SUBSCRIBE, to: topic, operation: .subscribe)
  }

  package borrowing func unsubscribe(from topic: [UInt8]) throws(ZeroMQError) {
    try handle.set(ZMQ_UNSUBSCRIBE, to: topic, operation: .unsubscribe)
  }

  /// Queues one message, whole or not at all.
  ///
  /// - Precondition: there is at least one frame.
  /// - Throws: `ZeroMQError`, `terminated` after the context's shutdown.
  package borrowing func send(_ frames: [OutgoingFrame]) throws(ZeroMQError) -> SendResult {
    precondition(!frames.isEmpty, "a message has at least one frame")
    var result = SendResult.sent
    for index in frames.indices {
      let isLast = index == frames.count - 1
      // SAFETY: the message is initialized exactly once, which is what the closure is for.
      let isQueued = try unsafe handle.send(isFollowed: !isLast) { message throws(ZeroMQError) in
        try unsafe frames[index].storage.initialize(message)
      }
      if isQueued { continue }
      if index == 0 { return .wouldBlock }
      // The connection ended in the middle of the message. libzmq has taken back the frames before this
      // one and swallows those after it, up to the last: leaving them out would make it swallow the next
      // message instead.
      result = .wouldBlock
    }
    return result
  }

  /// Queues a message that was received, whole or not at all, without a copy of its bytes.
  ///
  /// - Precondition: there is at least one frame.
  /// - Throws: as ``send(_:)``.
  package borrowing func forward(_ frames: [Frame]) throws(ZeroMQError) -> SendResult {
    precondition(!frames.isEmpty, "a message has at least one frame")
    var result = SendResult.sent
    for index in frames.indices {
      // SAFETY: the message is initialized exactly once, which is what the closure is for.
      let isQueued = try unsafe handle.send(isFollowed: index < frames.count - 1) {
        message throws(ZeroMQError) in try unsafe frames[index].share(into: message)
      }
      if isQueued { continue }
      if index == 0 { return .wouldBlock }
      // As in `send`: what is left has to be handed over, to be swallowed.
      result = .wouldBlock
    }
    return result
  }

  /// Queues a message of one frame, copied.
  package borrowing func send(_ bytes: Span<UInt8>) throws(ZeroMQError) -> SendResult {
    // SAFETY: the message is initialized exactly once, with bytes that are copied inside the closure.
    let isQueued = try unsafe handle.send(isFollowed: false) { message throws(ZeroMQError) in
      try unsafe bytes.withUnsafeBytes { bytes throws(ZeroMQError) in
        try unsafe zmq_msg_t.initialize(message, copying: bytes)
      }
    }
    return isQueued ? .sent : .wouldBlock
  }

  /// Takes the next message, or nil when there is none.
  ///
  /// libzmq bounds the size of a frame but not their number: the frames beyond the maximum are counted
  /// and freed one by one.
  ///
  /// - Throws: `ZeroMQError`, `terminated` after the context's shutdown.
  package borrowing func receive(maximumFrameCount: Int) throws(ZeroMQError) -> Reception? {
    precondition(maximumFrameCount >= 1)
    var frames: [Frame] = []
    var first: Frame?
    var count = 0
    while true {
      let frame = Frame()
      first = first ?? frame
      guard try frame.receive(from: handle) else {
        // All frames of a message arrive together, so this can only be the first.
        return nil
      }
      count += 1
      if count <= maximumFrameCount { frames.append(frame) } else { frames = [] }
      guard frame.isFollowed else { break }
    }
    guard count > maximumFrameCount, let first else { return .message(frames) }
    return .tooManyFrames(first: first, count: count)
  }
}

extension SocketHandle {
  /// Queues one frame; false when it would block. The message is always left empty and closed.
  fileprivate func send(
    isFollowed: Bool,
    _ initialize: (UnsafeMutablePointer<zmq_msg_t>) throws(ZeroMQError) -> Void
  ) throws(ZeroMQError) -> Bool {
    var message = zmq_msg_t()
    // SAFETY: the message stays at one address for the whole closure. libzmq empties it when the frame is
    // queued; otherwise closing it frees what it holds. Closing an empty message does nothing.
    return try unsafe withUnsafeMutablePointer(to: &message) { message throws(ZeroMQError) in
      try unsafe initialize(message)
      defer { _ = unsafe zmq_msg_close(message) }
      return try unsafe retrying(.send) { socket in
        unsafe zmq_msg_send(message, socket, ZMQ_DONTWAIT | (isFollowed ? ZMQ_SNDMORE : 0))
      }
    }
  }
}

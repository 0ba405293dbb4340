import CZeroMQ
import Glibc

// Every option of every socket of a run is chosen in this file and nowhere else, each with its reason.

/// One option, with its value and unit.
package enum SocketOption: Hashable, Sendable {
  /// Unit: whole messages, per peer.
  case sendHighWaterMark(Int)
  /// Unit: whole messages, per peer.
  case receiveHighWaterMark(Int)
  /// Unit: bytes of one received frame. A larger one ends the connection, without a word to this side.
  case maximumFrameByteCount(Int)
  /// Whether a full XPUB queue refuses the message for everyone instead of dropping it for that peer.
  case refusesWhenFull(Bool)
  /// Whether XPUB reports every subscription and unsubscription, not just a topic's first and last.
  case reportsEverySubscription(Bool)
  /// Whether messages are queued only for connections that are complete.
  case queuesForCompleteConnectionsOnly(Bool)
  /// Unit: whole milliseconds that a closed socket goes on sending in the background.
  case linger(Duration)
  /// Unit: whole milliseconds between the pings sent to a peer.
  case heartbeatInterval(Duration)
  /// Unit: whole milliseconds without traffic after which this side ends the connection.
  case heartbeatTimeout(Duration)
  /// Unit: whole tenths of a second after which the peer ends a connection that brings nothing.
  case heartbeatTimeToLive(Duration)
  /// Unit: whole milliseconds that a handshake may take.
  case handshakeLimit(Duration)
  /// Unit: whole milliseconds before the first attempt to reconnect.
  case reconnectInterval(Duration)
  /// Unit: whole milliseconds; the interval doubles from attempt to attempt up to this.
  case reconnectIntervalLimit(Duration)
  /// Unit: whole milliseconds after which one attempt to connect is given up.
  case connectTimeout(Duration)
  /// Whether names and addresses may be IPv6.
  case usesIPv6(Bool)
}

extension Socket {
  /// The learner's sender: policies to all actors, welcomes and leases to one.
  ///
  /// `highWaterMark` is what may wait for one peer: see ``PublishingMark``.
  package static func learnerPublisher(
    in context: Context, boundTo endpoint: Endpoint, highWaterMark: Int = PublishingMark.least,
    linger: Duration, security: SocketSecurity = .none
  ) throws(ZeroMQError) -> Socket {
    let socket = try Socket(
      .xpub, in: context,
      options: [
        // A full queue drops the newest message and keeps the oldest.
        .sendHighWaterMark(highWaterMark),
        // One slow actor must not stop the others' policy; what it misses, a later message repeats.
        .refusesWhenFull(false),
        // Each actor's own coming and going is a hint, though its topics were subscribed to before.
        .reportsEverySubscription(true),
        // The longest subscription is 24 bytes: 0 or 1, `actor/`, 16 digits, `/`.
        .maximumFrameByteCount(security.controlFrameByteCount),
        // Subscriptions not read yet, of at most 64 bytes each; the learner reads 64 a turn.
        .receiveHighWaterMark(1000),
      ] + listening(endpoint, linger: linger), security: security)
    try socket.bind(endpoint)
    return socket
  }

  /// The learner's receiver: everything that actors say.
  ///
  /// `maximumFrameByteCount` is the bound that the welcome states, without what CURVE adds. `highWaterMark` times the size of a batch is what one actor may have waiting here.
  ///
  /// Neither bounds a message that never ends: libzmq keeps its frames until the last one is there
  /// (measured: 500 frames of 1 MiB at a mark of 2). Only the list of allowed keys keeps such a peer out.
  package static func learnerReceiver(
    in context: Context, boundTo endpoint: Endpoint, maximumFrameByteCount: Int,
    highWaterMark: Int, security: SocketSecurity = .none
  ) throws(ZeroMQError) -> Socket {
    let socket = try Socket(
      .pull, in: context,
      options: [
        .maximumFrameByteCount(security.wireByteCount(ofFrame: maximumFrameByteCount)),
        .receiveHighWaterMark(highWaterMark),
        // PULL sends nothing, so nothing lingers.
      ] + listening(endpoint, linger: .zero), security: security)
    try socket.bind(endpoint)
    return socket
  }

  /// An actor's receiver, without any subscription yet and not yet connected.
  package static func actorSubscriber(
    in context: Context, for endpoint: Endpoint, security: SocketSecurity = .none
  ) throws(ZeroMQError) -> Socket {
    try Socket(
      .sub, in: context,
      options: [
        // What is beyond it waits at the other end: while `step` does not return, this process's I/O thread
        // goes on receiving, and each policy is some megabytes of versions that nobody will play.
        .receiveHighWaterMark(16),
        // The largest policy accepted, 268 million parameters. Without a bound a frame's header alone
        // makes libzmq allocate what it announces.
        .maximumFrameByteCount(1 << 30),
      ] + connecting(endpoint, linger: .zero), security: security)
  }

  /// The same, connected.
  package static func actorSubscriber(
    in context: Context, connectedTo endpoint: Endpoint, security: SocketSecurity = .none
  ) throws(ZeroMQError) -> Socket {
    let socket = try actorSubscriber(in: context, for: endpoint, security: security)
    try socket.connect(endpoint)
    return socket
  }

  /// An actor's sender, not yet connected.
  ///
  /// `highWaterMark` times the size of a batch is what this actor may have waiting.
  package static func actorSender(
    in context: Context, for endpoint: Endpoint, highWaterMark: Int, linger: Duration,
    security: SocketSecurity = .none
  ) throws(ZeroMQError) -> Socket {
    try Socket(
      .push, in: context,
      options: [
        .sendHighWaterMark(highWaterMark),
        // What is queued while the learner is away arrives when it is back. Trajectories of an older
        // version are harmless then: admission is by content.
        .queuesForCompleteConnectionsOnly(false),
        // A PULL socket sends nothing beyond the handshake.
        .maximumFrameByteCount(security.controlFrameByteCount),
      ] + connecting(endpoint, linger: linger), security: security)
  }

  /// The same, connected.
  package static func actorSender(
    in context: Context, connectedTo endpoint: Endpoint, highWaterMark: Int, linger: Duration,
    security: SocketSecurity = .none
  ) throws(ZeroMQError) -> Socket {
    let socket = try actorSender(
      in: context, for: endpoint, highWaterMark: highWaterMark, linger: linger, security: security)
    try socket.connect(endpoint)
    return socket
  }

  /// What every socket needs beside its keys.
  private static func common(_ endpoint: Endpoint, linger: Duration) -> [SocketOption] {
    let everywhere: [SocketOption] = [
      // Never libzmq's default to decide how long the process takes to end.
      .linger(linger),
      // Who connects and says nothing holds a descriptor this long; libzmq's own limit is 30 s. A
      // handshake takes four messages, on a line that loses some of them, too.
      .handshakeLimit(.seconds(10)),
    ]
    guard endpoint.isTCP else { return everywhere }
    return everywhere + [
      // A cut network says nothing: without a heartbeat neither side ever noticed one (measured with a
      // cut of 3 s). A connection is given up after 6 s of silence, three pings.
      .heartbeatInterval(.seconds(2)), .heartbeatTimeout(.seconds(6)),
      .heartbeatTimeToLive(.seconds(6)),
    ]
  }

  static func listening(_ endpoint: Endpoint, linger: Duration) -> [SocketOption] {
    common(endpoint, linger: linger) + [.usesIPv6(endpoint.listensWithIPv6)]
  }

  static func connecting(_ endpoint: Endpoint, linger: Duration) -> [SocketOption] {
    common(endpoint, linger: linger) + [
      .usesIPv6(endpoint.isReachedWithIPv6),
      // Soon enough for a learner that restarts, seldom enough for a thousand actors without one.
      .reconnectInterval(.milliseconds(10)), .reconnectIntervalLimit(.seconds(5)),
      // TCP repeats a lost connection request after 1, 2, 4 … 64 s; a healed network is not waited for
      // that long.
      .connectTimeout(.seconds(5)),
    ]
  }
}

// MARK: - How libzmq writes them

extension SocketOption {
  package var name: String { row.name }

  /// The value in libzmq's unit.
  package var number: Int64 { row.value }

  fileprivate var row: (option: Int32, name: String, value: Int64, isWide: Bool) {
    func row(_ option: Int32, _ name: String, _ value: Int, isWide: Bool = false)
      -> (Int32, String, Int64, Bool)
    { (option, name, Int64(value), isWide) }
    func row(_ option: Int32, _ name: String, _ value: Bool) -> (Int32, String, Int64, Bool) {
      (option, name, value ? 1 : 0, false)
    }
    func row(_ option: Int32, _ name: String, _ value: Duration) -> (Int32, String, Int64, Bool) {
      (option, name, Int64(value / .milliseconds(1)), false)
    }
    return switch self {
    case .sendHighWaterMark(let value): row(ZMQ_SNDHWM, "ZMQ_SNDHWM", value)
    case .receiveHighWaterMark(let value): row(ZMQ_RCVHWM, "ZMQ_RCVHWM", value)
    case .maximumFrameByteCount(let value):
      row(ZMQ_MAXMSGSIZE, "ZMQ_MAXMSGSIZE", value, isWide: true)
    case .refusesWhenFull(let value): row(ZMQ_XPUB_NODROP, "ZMQ_XPUB_NODROP", value)
    case .reportsEverySubscription(let value):
      row(ZMQ_XPUB_VERBOSER, "ZMQ_XPUB_VERBOSER", value)
    case .queuesForCompleteConnectionsOnly(let value):
      row(ZMQ_IMMEDIATE, "ZMQ_IMMEDIATE", value)
    case .linger(let value): row(ZMQ_LINGER, "ZMQ_LINGER", value)
    case .heartbeatInterval(let value): row(ZMQ_HEARTBEAT_IVL, "ZMQ_HEARTBEAT_IVL", value)
    case .heartbeatTimeout(let value): row(ZMQ_HEARTBEAT_TIMEOUT, "ZMQ_HEARTBEAT_TIMEOUT", value)
    case .heartbeatTimeToLive(let value): row(ZMQ_HEARTBEAT_TTL, "ZMQ_HEARTBEAT_TTL", value)
    case .handshakeLimit(let value): row(ZMQ_HANDSHAKE_IVL, "ZMQ_HANDSHAKE_IVL", value)
    case .reconnectInterval(let value): row(ZMQ_RECONNECT_IVL, "ZMQ_RECONNECT_IVL", value)
    case .reconnectIntervalLimit(let value):
      row(ZMQ_RECONNECT_IVL_MAX, "ZMQ_RECONNECT_IVL_MAX", value)
    case .connectTimeout(let value): row(ZMQ_CONNECT_TIMEOUT, "ZMQ_CONNECT_TIMEOUT", value)
    case .usesIPv6(let value): row(ZMQ_IPV6, "ZMQ_IPV6", value)
    }
  }
}

extension SocketHandle {
  func set(_ option: SocketOption) throws(ZeroMQError) {
    let row = option.row
    guard row.isWide || Int32(exactly: row.value) != nil else {
      throw ZeroMQError(.setOption, subject: row.name, code: EINVAL)
    }
    var wide = row.value
    var narrow = Int32(truncatingIfNeeded: row.value)
    // SAFETY: the socket is open; libzmq copies the 8 or 4 bytes during the call.
    let status =
      row.isWide
      ? unsafe zmq_setsockopt(raw, row.option, &wide, MemoryLayout<Int64>.size)
      : unsafe zmq_setsockopt(raw, row.option, &narrow, MemoryLayout<Int32>.size)
    guard status == 0 else { throw .last(.setOption, subject: row.name) }
  }

  func value(of option: SocketOption) throws(ZeroMQError) -> Int64 {
    let row = option.row
    var wide: Int64 = 0
    var narrow: Int32 = 0
    var count = row.isWide ? MemoryLayout<Int64>.size : MemoryLayout<Int32>.size
    // SAFETY: the destination has `count` bytes, and libzmq writes no more.
    let status =
      row.isWide
      ? unsafe zmq_getsockopt(raw, row.option, &wide, &count)
      : unsafe zmq_getsockopt(raw, row.option, &narrow, &count)
    guard status == 0 else { throw .last(.readOption, subject: row.name) }
    return row.isWide ? wide : Int64(narrow)
  }

  /// Sets an option that is a string of bytes.
  func set(
    _ option: Int32, to bytes: [UInt8], operation: ZeroMQError.Operation
  ) throws(ZeroMQError) {
    // SAFETY: the socket is open; libzmq copies the bytes during the call.
    let status = unsafe bytes.withUnsafeBytes { bytes in
      unsafe zmq_setsockopt(raw, option, bytes.baseAddress, bytes.count)
    }
    guard status == 0 else { throw .last(operation, subject: endpoint?.description) }
  }

  /// The last address bound, as libzmq writes it.
  func lastEndpoint() throws(ZeroMQError) -> String {
    var text = [CChar](repeating: 0, count: 512)
    var count = text.count
    // SAFETY: the destination has `count` bytes, and libzmq writes no more, a NUL included.
    let status = unsafe text.withUnsafeMutableBytes { text in
      unsafe zmq_getsockopt(raw, ZMQ_LAST_ENDPOINT, text.baseAddress, &count)
    }
    guard status == 0 else { throw .last(.readOption, subject: "ZMQ_LAST_ENDPOINT") }
    return String(
      decoding: text.prefix(max(count - 1, 0)).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

import CZeroMQ
import Glibc

/// Decides which keys may connect to the sockets of a context: the handler of ZAP (RFC 27), on a thread
/// of its own.
///
/// It must exist before a socket with keys is bound, and as long as one is.
@safe package final class Authenticator: Sendable {
  /// What is asked for the sockets of this package, and for no others.
  package static let domain = "troupe"

  /// Somebody who wants to connect.
  package struct Request: Hashable, Sendable {
    package let key: CurvePublicKey
    /// IP address of the peer; empty where there is none.
    package let address: String
  }

  /// Outlives the thread, whose socket is one of its own.
  private let context: Context
  // SAFETY: both are set once and used by deinit alone.
  nonisolated(unsafe) private let thread: UnsafeMutableRawPointer
  private let stopDescriptor: Int32

  /// Starts to answer. `allows` is called on the authenticator's thread, once for each handshake.
  ///
  /// - Throws: `ZeroMQError` when the context has a handler already, or without memory or descriptors.
  package init(
    in context: Context, allows: @escaping @Sendable (Request) -> Bool
  ) throws(ZeroMQError) {
    let socket = try Socket(.reply, in: context, options: [.linger(.zero)])
    try socket.handle.bind(inproc: "inproc://zeromq.zap.01")
    var ends: [Int32] = [-1, -1]
    // SAFETY: two descriptors are written, the size of the array.
    let status = unsafe socketpair(
      AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends)
    guard status == 0 else { throw ZeroMQError(.makeSocket, code: errno) }
    let loop = AuthenticatorLoop(socket: socket, stopDescriptor: ends[0], allows: allows)
    let argument = unsafe Unmanaged.passRetained(loop)
    // SAFETY: the reference taken above is given back by the thread, or below if there is none.
    let thread = unsafe zmq_threadstart(
      { argument in
        guard let argument = unsafe argument else { return }
        unsafe Unmanaged<AuthenticatorLoop>.fromOpaque(argument).takeRetainedValue().run()
      }, argument.toOpaque())
    guard let thread = unsafe thread else {
      unsafe argument.release()
      _ = close(ends[1])
      throw .last(.makeSocket)
    }
    self.context = context
    unsafe self.thread = unsafe thread
    stopDescriptor = ends[1]
  }

  deinit {
    // The thread sees the end of the pair, closes its socket and returns.
    _ = close(stopDescriptor)
    // SAFETY: the thread was started by init and is waited for here alone.
    unsafe zmq_threadclose(thread)
  }
}

/// What the authenticator's thread works with.
private final class AuthenticatorLoop {
  private var socket: Socket?
  private let stopDescriptor: Int32
  private let allows: @Sendable (Authenticator.Request) -> Bool

  init(
    socket: consuming Socket, stopDescriptor: Int32,
    allows: @escaping @Sendable (Authenticator.Request) -> Bool
  ) {
    self.socket = consume socket
    self.stopDescriptor = stopDescriptor
    self.allows = allows
  }

  deinit { _ = close(stopDescriptor) }

  /// Answers until the other end of the pair is closed, or the context shut down.
  func run() {
    guard let socket = socket.take() else { return }
    var poller = Poller()
    let socketKey = poller.add(socket, for: .readable)
    let stopKey = poller.add(fileDescriptor: stopDescriptor, for: .readable)
    do throws(ZeroMQError) {
      while true {
        let ready = try poller.wait(atMost: nil)
        if ready.isReadable(stopKey) { return }
        guard ready.isReadable(socketKey) else { continue }
        try answer(on: socket)
      }
    } catch {
      // The context ends. Whatever else it may be, without answers nobody is let in.
    }
  }

  private func answer(on socket: borrowing Socket) throws(ZeroMQError) {
    guard let reception = try socket.receive(maximumFrameCount: 16) else { return }
    let frames: [[UInt8]]
    switch reception {
    case .message(let received): frames = received.map { $0.copyBytes() }
    case .tooManyFrames: frames = []
    }
    let request = Self.request(frames)
    let isAllowed = request.map(allows) ?? false
    let identifier = frames.count > 1 ? frames[1] : []
    let user = isAllowed ? request.map { Array("\($0.key)".utf8) } ?? [] : []
    let status = isAllowed ? ("200", "welcome") : ("400", "this key is not on the list")
    // The user is what the learner reads of each message that comes over the connection.
    let reply = [
      version, identifier, Array(status.0.utf8), Array(status.1.utf8), user, [],
    ]
    _ = try socket.send(reply.map { OutgoingFrame(bytes: $0) })
  }

  /// The request, if it is of CURVE and for this domain: version, request id, domain, address,
  /// routing id, mechanism, key.
  private static func request(_ frames: [[UInt8]]) -> Authenticator.Request? {
    guard frames.count == 7, frames[0] == version,
      frames[2] == Array(Authenticator.domain.utf8), frames[5] == Array("CURVE".utf8),
      frames[6].count == 32
    else { return nil }
    return Authenticator.Request(
      key: CurvePublicKey(bytes: frames[6]), address: String(decoding: frames[3], as: UTF8.self))
  }
}

private let version = Array("1.0".utf8)

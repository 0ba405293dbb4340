import Synchronization
import Testing
import ZeroMQ

// Real sockets over TCP and ipc: who is let in, and what becomes of who is not.
@Suite struct AuthenticationTests {
  /// A receiver with keys, and the list that decides who may send to it.
  final class Door: Sendable {
    let allowed = Mutex<Set<CurvePublicKey>>([])
    let asked = Mutex<[Authenticator.Request]>([])

    func admits(_ request: Authenticator.Request) -> Bool {
      asked.withLock { $0.append(request) }
      return allowed.withLock { $0.contains(request.key) }
    }
  }

  let learner: CurveKeyPair
  let actor: CurveKeyPair
  let door = Door()
  let directory: TemporaryDirectory

  init() throws {
    learner = try .generate()
    actor = try .generate()
    directory = try TemporaryDirectory()
  }

  private func endpoint(_ transport: String) throws -> Endpoint {
    transport == "ipc" ? try directory.endpoint("socket") : try Endpoint("tcp://127.0.0.1:*")
  }

  private func receiver(_ context: Context, at endpoint: Endpoint) throws -> Socket {
    try Socket.learnerReceiver(
      in: context, boundTo: endpoint, maximumFrameByteCount: 1000, highWaterMark: 10,
      security: .server(learner))
  }

  private func sender(
    _ context: Context, to endpoint: Endpoint, security: SocketSecurity
  ) throws -> Socket {
    try Socket.actorSender(
      in: context, connectedTo: endpoint, highWaterMark: 10, linger: .zero, security: security)
  }

  @Test("an allowed key is let in, and each message names it", arguments: ["tcp", "ipc"])
  func allowed(transport: String) throws {
    door.allowed.withLock { _ = $0.insert(actor.publicKey) }
    let context = try Context()
    let authenticator = try Authenticator(in: context, allows: door.admits)
    let receiver = try receiver(context, at: endpoint(transport))
    let sender = try sender(
      Context(), to: address(of: receiver),
      security: .client(actor, server: learner.publicKey))
    // The largest frame that the receiver promised to take.
    let frames = [bytes("one"), [UInt8](repeating: 7, count: 1000)]
    try send(frames.map { OutgoingFrame(bytes: $0) }, to: sender)
    guard case .message(let received) = try reception(from: receiver, maximumFrameCount: 2) else {
      throw DeadlinePassed()
    }
    #expect(received.map { $0.copyBytes() } == frames)
    #expect(received.map(\.senderKey) == [actor.publicKey, actor.publicKey])
    #expect(door.asked.withLock { $0.map(\.key) } == [actor.publicKey])
    withExtendedLifetime(authenticator) {}
  }

  @Test("a subscription names its key, too")
  func subscription() throws {
    door.allowed.withLock { _ = $0.insert(actor.publicKey) }
    let context = try Context()
    let authenticator = try Authenticator(in: context, allows: door.admits)
    let publisher = try Socket.learnerPublisher(
      in: context, boundTo: endpoint("tcp"), linger: .zero, security: .server(learner))
    let subscriber = try Socket.actorSubscriber(
      in: Context(), connectedTo: address(of: publisher),
      security: .client(actor, server: learner.publicKey))
    try subscriber.subscribe(to: bytes("actor/0123456789abcdef/"))
    guard case .message(let frames) = try reception(from: publisher, maximumFrameCount: 1) else {
      throw DeadlinePassed()
    }
    #expect(frames.map(\.senderKey) == [actor.publicKey])
    withExtendedLifetime(authenticator) {}
  }

  enum Stranger: String, CaseIterable {
    case unknownKey, noKey, otherLearner, withoutHandler
  }

  @Test("nobody else is let in", arguments: Stranger.allCases, ["tcp", "ipc"])
  func strangers(stranger: Stranger, transport: String) throws {
    let context = try Context()
    // Without a handler the door stays shut.
    var authenticator: Authenticator?
    if stranger != .withoutHandler {
      if stranger != .unknownKey { door.allowed.withLock { _ = $0.insert(actor.publicKey) } }
      authenticator = try Authenticator(in: context, allows: door.admits)
    }
    let receiver = try receiver(context, at: endpoint(transport))
    let security: SocketSecurity =
      switch stranger {
      case .unknownKey, .withoutHandler:
        .client(actor, server: learner.publicKey)
      case .noKey: .none
      case .otherLearner: .client(actor, server: actor.publicKey)
      }
    let outside = try Context()
    let sender = try Socket.actorSender(
      in: outside, for: address(of: receiver), highWaterMark: 10, linger: .zero,
      security: security)
    let monitor = try HandshakeMonitor(of: sender, in: outside)
    try sender.connect(address(of: receiver))
    _ = try sender.send([OutgoingFrame(bytes: bytes("let me in"))])
    let event = try next(monitor)
    switch stranger {
    case .unknownKey: #expect(event == .keyRefused)
    // Whoever notices first breaks off, and the other side may not hear why.
    case .noKey: #expect([.mechanismMismatch, .broken].contains(event))
    case .otherLearner, .withoutHandler: #expect(event == .broken)
    }
    #expect(
      try reception(from: receiver, within: .milliseconds(200), maximumFrameCount: 1) == nil)
    withExtendedLifetime(authenticator) {}
  }

  @Test("a receiver without keys does not take an actor with keys for one without")
  func keysAgainstNone() throws {
    let receiver = try Socket.receiver(Context(), at: "tcp://127.0.0.1:*")
    let outside = try Context()
    let sender = try Socket.actorSender(
      in: outside, for: address(of: receiver), highWaterMark: 10, linger: .zero,
      security: .client(actor, server: learner.publicKey))
    let monitor = try HandshakeMonitor(of: sender, in: outside)
    try sender.connect(address(of: receiver))
    _ = try sender.send([OutgoingFrame(bytes: bytes("secret"))])
    #expect([.mechanismMismatch, .broken].contains(try next(monitor)))
    #expect(
      try reception(from: receiver, within: .milliseconds(100), maximumFrameCount: 1) == nil)
  }

  @Test("who was refused for good is let in after a new beginning, once its key is allowed")
  func allowedLater() throws {
    let context = try Context()
    let authenticator = try Authenticator(in: context, allows: door.admits)
    let receiver = try receiver(context, at: endpoint("tcp"))
    let outside = try Context()
    let sender = try Socket.actorSender(
      in: outside, for: address(of: receiver), highWaterMark: 10, linger: .zero,
      security: .client(actor, server: learner.publicKey))
    let monitor = try HandshakeMonitor(of: sender, in: outside)
    try sender.connect(address(of: receiver))
    #expect(try next(monitor) == .keyRefused)
    door.allowed.withLock { _ = $0.insert(actor.publicKey) }
    try sender.reconnect()
    #expect(try next(monitor) == .succeeded)
    try send([OutgoingFrame(bytes: bytes("at last"))], to: sender)
    #expect(try receive(from: receiver) == [bytes("at last")])
    withExtendedLifetime(authenticator) {}
  }

  @Test("a socket that binds anew ends every connection, and takes back who is allowed")
  func rebinding() throws {
    for transport in ["tcp", "ipc"] {
      let removed = try CurveKeyPair.generate()
      door.allowed.withLock { $0 = [actor.publicKey, removed.publicKey] }
      let context = try Context()
      let authenticator = try Authenticator(in: context, allows: door.admits)
      let receiver = try receiver(context, at: endpoint(transport))
      let first = try address(of: receiver)
      let senders = [
        try RebindingPeer(to: first, key: actor, learner: learner.publicKey),
        try RebindingPeer(to: first, key: removed, learner: learner.publicKey),
      ]
      for sender in senders {
        try sender.send("before")
        #expect(try receive(from: receiver) == [bytes("before")])
      }
      for _ in 0..<3 {
        door.allowed.withLock { $0 = [actor.publicKey] }
        let start = ContinuousClock.now
        try receiver.rebind()
        #expect(receiver.endpoint == first)
        var isBack = false
        while !isBack {
          try #require(ContinuousClock.now - start < deadline)
          for sender in senders { try sender.trySend("after") }
          guard
            case .message(let frames) = try reception(
              from: receiver, within: .milliseconds(10), maximumFrameCount: 1)
          else { continue }
          // What the removed one had sent before is still there, under its name.
          isBack = frames.first?.senderKey == actor.publicKey
        }
        print("rebind over \(transport): back after \(ContinuousClock.now - start)")
      }
      // From now on only the other one is heard.
      let end = ContinuousClock.now + .milliseconds(300)
      while ContinuousClock.now < end {
        for sender in senders { try sender.trySend("later") }
        guard
          case .message(let frames) = try reception(
            from: receiver, within: .milliseconds(10), maximumFrameCount: 1)
        else { continue }
        #expect(frames.first?.senderKey == actor.publicKey)
      }
      withExtendedLifetime(authenticator) {}
    }
  }

  @Test("a second handler in a context is refused, and contexts come and go")
  func lifetimes() throws {
    for _ in 0..<20 {
      let context = try Context()
      let authenticator = try Authenticator(in: context, allows: door.admits)
      #expect(throws: ZeroMQError.self) { _ = try Authenticator(in: context, allows: door.admits) }
      withExtendedLifetime(authenticator) {}
    }
  }

  private func next(_ monitor: borrowing HandshakeMonitor) throws -> HandshakeMonitor.Event {
    let end = ContinuousClock.now + deadline
    while ContinuousClock.now < end {
      if let event = try monitor.next(), event != .ended { return event }
      pause()
    }
    throw DeadlinePassed()
  }
}

/// A sender with a context of its own, held by reference so that several fit into an array.
private final class RebindingPeer {
  private let socket: Socket

  init(to endpoint: Endpoint, key: CurveKeyPair, learner: CurvePublicKey) throws {
    socket = try Socket.actorSender(
      in: Context(), connectedTo: endpoint, highWaterMark: 10, linger: .zero,
      security: .client(key, server: learner))
  }

  func send(_ text: String) throws {
    try ZeroMQTests.send([OutgoingFrame(bytes: bytes(text))], to: socket)
  }

  func trySend(_ text: String) throws {
    _ = try socket.send([OutgoingFrame(bytes: bytes(text))])
  }
}

internal import Logging
internal import ZeroMQ

/// What an actor with keys connects with.
struct ActorKeys: Sendable {
  let own: CurveKeyPair
  let learner: CurvePublicKey

  /// Nil where the sockets are open.
  ///
  /// - Throws: exit 64 if the address needs keys and there are none; 65 if they cannot be used.
  init?(
    _ security: LinkSecurity, for endpoint: Endpoint, logger: Logger
  ) throws(RoleFailure) {
    guard let directory = try security.keyDirectory(for: endpoint, logger: logger) else {
      return nil
    }
    (own, learner) = try directory.actorKeys()
  }
}

/// Watches whether one socket of an actor is let in. Where libzmq gives a connection up for good, this
/// begins it anew every few seconds: the key may be put on the list meanwhile.
struct DoorWatch: ~Copyable {
  private static let pause = Duration.seconds(2)
  /// Connections that end during the handshake may do so because the learner is just going.
  private static let brokenLimit = 5

  private let monitor: HandshakeMonitor
  private let keys: ActorKeys?
  private var brokenCount = 0
  private var reconnectAt: Duration?
  /// Whether there is a connection, as of the last look.
  private(set) var isOpen = false

  /// To be made before the socket connects.
  init(
    of socket: borrowing Socket, in context: Context, keys: ActorKeys?
  ) throws(RoleFailure) {
    monitor = try reportingSocketErrors { () throws(ZeroMQError) in
      try HandshakeMonitor(of: socket, in: context)
    }
    self.keys = keys
  }

  /// Why the socket was turned away, if it was since the last look.
  mutating func look(
    at socket: borrowing Socket, now: Duration
  ) throws(RoleFailure) -> String? {
    var reason: String?
    while let event = try nextEvent() {
      switch event {
      case .succeeded:
        isOpen = true
        brokenCount = 0
        reconnectAt = nil
      case .ended: isOpen = false
      case .keyRefused:
        reason =
          "the learner does not accept this actor's key \(keys.map { "\($0.own.publicKey)" } ?? ""); "
          + "put it into the learner's allowed/ directory"
        reconnectAt = now + Self.pause
      case .mechanismMismatch:
        reason =
          keys == nil
          ? "the learner asks for a key; start this actor with --keys DIR"
          : "the learner was started without keys, and this actor with them"
        reconnectAt = now + Self.pause
      case .broken:
        brokenCount += 1
        if brokenCount % Self.brokenLimit == 0 {
          reason =
            keys == nil
            ? "whoever listens there breaks off each handshake; if it is a learner with keys, start this "
              + "actor with --keys DIR"
            : "whoever listens there breaks off each handshake; learner.public is not its key, or it was "
              + "started without keys"
        }
      }
    }
    if let time = reconnectAt, now >= time {
      reconnectAt = nil
      try reportingSocketErrors { () throws(ZeroMQError) in try socket.reconnect() }
    }
    return reason
  }

  private func nextEvent() throws(RoleFailure) -> HandshakeMonitor.Event? {
    try reportingSocketErrors { () throws(ZeroMQError) in try monitor.next() }
  }
}

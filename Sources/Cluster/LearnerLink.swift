internal import Kernels
internal import RL
internal import Wire
internal import ZeroMQ

/// The learner's two sockets: messages out to the actors, messages and hints in from them.
struct LearnerLink: ~Copyable {
  /// One message taken off the receiver.
  enum Incoming {
    case message(ActorMessage, sender: Peer, byteCount: Int)
    /// Not a message of this protocol; counted and dropped.
    case malformed(WireError, sender: Peer, byteCount: Int)
    /// Of a key that may not, or no longer, take part; not even looked into.
    case outcast(CurvePublicKey?, byteCount: Int)
  }

  /// What a wait found. A socket is read only when it has something: an empty attempt costs libzmq
  /// system calls.
  struct Ready {
    let signals: Bool
    let verifications: Bool
    let messages: Bool
    let events: Bool
    let keys: Bool
  }

  /// Messages read per turn of the loop, so that no flood keeps the learner from its other work.
  static let messagesPerTurn = 256
  private static let eventsPerTurn = 64
  /// Bytes that one actor may have waiting at the learner.
  private static let waitingByteLimit = 8 << 20

  let endpoint: Endpoint
  let greatestFrameByteCount: Int
  private let context: Context
  private let keys: LearnerKeys?
  private let authenticator: Authenticator?
  private let publisher: Socket
  private let receiver: Socket
  private var poller: Poller
  private let publisherKey: Poller.Key
  private let receiverKey: Poller.Key
  private let signalsKey: Poller.Key
  private let wakeUpKey: Poller.Key
  private let allowListKey: Poller.Key?
  private let run: RunID
  private let incarnation: Incarnation
  private let shape: TrajectoryShape
  private var sequence: UInt64 = 0

  /// Binds both sockets. With `keys` they speak CURVE, and nobody else than those on its list is let in.
  init(
    bind endpoint: Endpoint, keys: LearnerKeys?, run: RunID, incarnation: Incarnation,
    policyByteCount: Int, shape: TrajectoryShape, stepLimit: Int, signals: Int32, wakeUp: Int32
  ) throws(RoleFailure) {
    let greatestFrameByteCount = TrajectoryBatching.greatestFrameByteCount(
      shape: shape, stepLimit: stepLimit)
    let context = try reportingSocketErrors { () throws(ZeroMQError) in try Context() }
    // Before any socket is bound: from then on handshakes ask it.
    let authenticator = try reportingSocketErrors { () throws(ZeroMQError) in
      try keys.map { keys throws(ZeroMQError) in
        try Authenticator(in: context) { keys.doorkeeper.admits($0) }
      }
    }
    let security = keys.map { SocketSecurity.server($0.own) } ?? .none
    let publisher = try reportingSocketErrors { () throws(ZeroMQError) in
      try Socket.learnerPublisher(
        in: context, boundTo: endpoint,
        highWaterMark: PublishingMark.messageCount(policyByteCount: policyByteCount),
        linger: .milliseconds(1000), security: security)
    }
    let bound = publisher.endpoint ?? endpoint
    let pushEndpoint = try pushEndpoint(of: bound)
    let receiver = try reportingSocketErrors { () throws(ZeroMQError) in
      try Socket.learnerReceiver(
        in: context, boundTo: pushEndpoint, maximumFrameByteCount: greatestFrameByteCount,
        highWaterMark: max(2, Self.waitingByteLimit / greatestFrameByteCount), security: security)
    }
    var poller = Poller()
    publisherKey = poller.add(publisher, for: .readable)
    receiverKey = poller.add(receiver, for: .readable)
    signalsKey = poller.add(fileDescriptor: signals, for: .readable)
    wakeUpKey = poller.add(fileDescriptor: wakeUp, for: .readable)
    allowListKey = keys.flatMap { keys in
      let descriptor = keys.allowList.descriptor
      return descriptor < 0 ? nil : poller.add(fileDescriptor: descriptor, for: .readable)
    }
    self.run = run
    self.incarnation = incarnation
    self.shape = shape
    self.greatestFrameByteCount = greatestFrameByteCount
    self.endpoint = bound
    self.context = context
    self.keys = keys
    self.authenticator = authenticator
    self.publisher = publisher
    self.receiver = receiver
    self.poller = poller
  }

  mutating func wait(atMost limit: Duration) throws(RoleFailure) -> Ready {
    let ready = try reportingSocketErrors { () throws(ZeroMQError) in
      try poller.wait(atMost: limit)
    }
    return Ready(
      signals: ready.isReadable(signalsKey), verifications: ready.isReadable(wakeUpKey),
      messages: ready.isReadable(receiverKey), events: ready.isReadable(publisherKey),
      keys: allowListKey.map { ready.isReadable($0) } ?? false)
  }

  /// Ends all connections; whoever may connect is back at once.
  func endConnections() throws(RoleFailure) {
    try reportingSocketErrors { () throws(ZeroMQError) in
      try publisher.rebind()
      try receiver.rebind()
    }
  }

  mutating func send(_ body: LearnerMessage.Body, to topic: Topic) throws(RoleFailure) {
    sequence += 1
    let message = LearnerMessage(
      topic: topic, run: run, incarnation: incarnation, sequence: sequence, body: body)
    // A message that finds a queue full is lost, as any may be; a later one of its kind will do.
    try reportingSocketErrors { () throws(ZeroMQError) in
      _ = try publisher.send(message.encode().map(\.outgoing))
    }
  }

  /// The next message that is there now; nil if there is none.
  func nextMessage() throws(RoleFailure) -> Incoming? {
    let reception = try reception(
      from: receiver, maximumFrameCount: ActorMessage.greatestFrameCount)
    switch reception {
    case nil: return nil
    case .tooManyFrames(let first, let count):
      guard let sender = peer(of: [first]) else {
        return .outcast(first.senderKey, byteCount: first.byteCount)
      }
      let error = WireError.frameCount(expected: ActorMessage.greatestFrameCount, found: count)
      return .malformed(error, sender: sender, byteCount: first.byteCount)
    case .message(let frames):
      let byteCount = frames.reduce(0) { $0 + $1.byteCount }
      guard let sender = peer(of: frames) else {
        return .outcast(frames.first?.senderKey, byteCount: byteCount)
      }
      do throws(WireError) {
        let message = try ActorMessage(decoding: ReceivedMessage(frames: frames), shape: shape)
        return .message(message, sender: sender, byteCount: byteCount)
      } catch {
        return .malformed(error, sender: sender, byteCount: byteCount)
      }
    }
  }

  /// Comings and goings of subscribers, as hints; frames of any other form are passed over.
  /// The sender is nil where libzmq does not name it, as when a connection ended.
  func takeEvents() throws(RoleFailure) -> [(event: Wire.SubscriptionEvent, sender: Peer?)] {
    var taken: [(event: Wire.SubscriptionEvent, sender: Peer?)] = []
    for _ in 0..<Self.eventsPerTurn {
      guard let reception = try reception(from: publisher, maximumFrameCount: 1) else { break }
      guard case .message(let frames) = reception, let frame = frames.first else { continue }
      // What libzmq itself reports when a connection ends has no sender.
      let sender = frame.senderKey == nil ? nil : peer(of: frames)
      guard frame.senderKey == nil || sender != nil else { continue }
      let event = frame.withBytes { bytes in try? Wire.SubscriptionEvent(decoding: bytes) }
      if let event { taken.append((event, sender)) }
    }
    return taken
  }

  /// The sender; nil if it may not take part at this moment: its connection may be older than its removal.
  private func peer(of frames: [Frame]) -> Peer? {
    guard let keys else { return .address(frames.first?.senderAddress ?? "") }
    return frames.first?.senderKey.flatMap { keys.allowList.peer($0) }
  }

  private func reception(
    from socket: borrowing Socket, maximumFrameCount: Int
  ) throws(RoleFailure) -> Reception? {
    try reportingSocketErrors { () throws(ZeroMQError) in
      try socket.receive(maximumFrameCount: maximumFrameCount)
    }
  }
}

/// Runs `body` and turns its error into a reason for a role to stop.
func reportingSocketErrors<Result: ~Copyable>(
  _ body: () throws(ZeroMQError) -> Result
) throws(RoleFailure) -> Result {
  do throws(ZeroMQError) {
    return try body()
  } catch {
    throw RoleFailure(error.isAddressInUse ? .tryAgain : .unavailable, "\(error)")
  }
}

/// A role's address.
func endpoint(_ text: String) throws(RoleFailure) -> Endpoint {
  do throws(EndpointError) {
    return try Endpoint(text)
  } catch {
    throw RoleFailure(.usage, "\(error)")
  }
}

/// The address of the second socket: of the learner's PULL, which actors push to.
func pushEndpoint(of endpoint: Endpoint) throws(RoleFailure) -> Endpoint {
  do throws(EndpointError) {
    return try endpoint.pushEndpoint
  } catch {
    throw RoleFailure(.usage, "\(error)")
  }
}

/// How much one push carries.
enum TrajectoryBatching {
  /// An actor pushes as soon as it has this much: enough to make the cost of a message small, little
  /// enough for the learner to begin while others play.
  static let byteCount = 256 << 10

  /// The largest frame that an honest actor sends: a batch, or one episode that is longer.
  static func greatestFrameByteCount(shape: TrajectoryShape, stepLimit: Int) -> Int {
    2 * byteCount + shape.greatestFrameByteCount(stepCount: stepLimit)
  }
}

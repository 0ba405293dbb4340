internal import RL
internal import Wire
internal import ZeroMQ

/// A relay's four sockets: two to the learner, or to the relay before it, and two to actors.
///
/// Messages pass whole and unread, but for what welcomes say: the bound on frames, since a larger one would end
/// the one connection that all actors behind the relay share, and the size of a policy.
struct RelayLink: ~Copyable {
  /// What passed, and what did not.
  struct Counts: Hashable, Sendable {
    var toActors = 0
    var toLearner = 0
    /// Subscriptions and their ends.
    var events = 0
    /// Of keys that may no longer take part, of too many frames, or too large.
    var dropped = 0
  }

  /// Messages passed per turn and direction, so that neither keeps the other waiting.
  private static let messagesPerTurn = 256

  let endpoint: Endpoint
  private(set) var counts = Counts()
  /// Connected to whoever is before it.
  var isOpen: Bool { subscriberDoor.isOpen }

  private let context: Context
  private let keys: LearnerKeys?
  private let authenticator: Authenticator?
  private let subscriber: Socket
  private let sender: Socket
  private let publisher: Socket
  private let receiver: Socket
  private var subscriberDoor: DoorWatch
  private var senderDoor: DoorWatch
  private var poller: Poller
  private let receiverKey: Poller.Key
  private let senderKey: Poller.Key
  private let allowListKey: Poller.Key?
  /// Taken from an actor, and not yet taken by the learner's connection.
  private var waiting: [Frame]?
  private var greatestFrameByteCount = Int.max
  private var publishingMark = PublishingMark.least

  /// Binds towards actors, and connects towards the learner, which succeeds also while there is none.
  init(
    connect: Endpoint, keys own: ActorKeys?, bind: Endpoint, admitting keys: LearnerKeys?,
    signals: Int32
  ) throws(RoleFailure) {
    let context = try reportingSocketErrors { () throws(ZeroMQError) in try Context() }
    let authenticator = try reportingSocketErrors { () throws(ZeroMQError) in
      try keys.map { keys throws(ZeroMQError) in
        try Authenticator(in: context) { keys.doorkeeper.admits($0) }
      }
    }
    let inward = keys.map { SocketSecurity.server($0.own) } ?? .none
    let publisher = try reportingSocketErrors { () throws(ZeroMQError) in
      try Socket.relayPublisher(
        in: context, boundTo: bind, linger: .milliseconds(1000), security: inward)
    }
    let bound = publisher.endpoint ?? bind
    let boundPush = try pushEndpoint(of: bound)
    let receiver = try reportingSocketErrors { () throws(ZeroMQError) in
      try Socket.relayReceiver(in: context, boundTo: boundPush, security: inward)
    }
    let outward = own.map { SocketSecurity.client($0.own, server: $0.learner) } ?? .none
    let connectPush = try pushEndpoint(of: connect)
    let subscriber = try reportingSocketErrors { () throws(ZeroMQError) in
      try Socket.relaySubscriber(in: context, for: connect, security: outward)
    }
    let sender = try reportingSocketErrors { () throws(ZeroMQError) in
      try Socket.relaySender(
        in: context, for: connectPush, linger: .milliseconds(1000), security: outward)
    }
    let subscriberDoor = try DoorWatch(of: subscriber, in: context, keys: own)
    let senderDoor = try DoorWatch(of: sender, in: context, keys: own)
    try reportingSocketErrors { () throws(ZeroMQError) in
      try subscriber.connect(connect)
      try sender.connect(connectPush)
    }
    var poller = Poller()
    _ = poller.add(subscriber, for: .readable)
    _ = poller.add(publisher, for: .readable)
    receiverKey = poller.add(receiver, for: .readable)
    senderKey = poller.add(sender, for: [])
    _ = poller.add(fileDescriptor: signals, for: .readable)
    allowListKey = keys.flatMap { keys in
      let descriptor = keys.allowList.descriptor
      return descriptor < 0 ? nil : poller.add(fileDescriptor: descriptor, for: .readable)
    }
    endpoint = bound
    self.context = context
    self.keys = keys
    self.authenticator = authenticator
    self.subscriber = subscriber
    self.sender = sender
    self.publisher = publisher
    self.receiver = receiver
    self.subscriberDoor = subscriberDoor
    self.senderDoor = senderDoor
    self.poller = poller
  }

  /// Waits for anything to pass; says whether the list of keys may have changed.
  mutating func wait(atMost limit: Duration) throws(RoleFailure) -> Bool {
    // With a message that the learner's side does not take, nothing is read from actors: they wait, too.
    poller.setInterest(waiting == nil ? .readable : [], for: receiverKey)
    poller.setInterest(waiting == nil ? [] : .writable, for: senderKey)
    let ready = try reportingSocketErrors { () throws(ZeroMQError) in
      try poller.wait(atMost: limit)
    }
    return allowListKey.map { ready.isReadable($0) } ?? false
  }

  /// As of an actor's link: nil as long as there is no new reason.
  mutating func lookAtDoors(now: Duration) throws(RoleFailure) -> String? {
    let first = try subscriberDoor.look(at: subscriber, now: now)
    let second = try senderDoor.look(at: sender, now: now)
    return first ?? second
  }

  /// Ends the connections of all actors; whoever may connect is back at once.
  func endConnections() throws(RoleFailure) {
    try reportingSocketErrors { () throws(ZeroMQError) in
      try publisher.rebind()
      try receiver.rebind()
    }
  }

  /// Passes on what is there now, up to a bound in each direction.
  mutating func pass() throws(RoleFailure) {
    try passEvents()
    try passToLearner()
    try passToActors()
  }

  private mutating func passToActors() throws(RoleFailure) {
    for _ in 0..<Self.messagesPerTurn {
      guard
        let reception = try reception(
          from: subscriber, maximumFrameCount: LearnerMessage.greatestFrameCount)
      else { return }
      guard case .message(let frames) = reception else {
        counts.dropped += 1
        continue
      }
      try heedWelcome(in: frames)
      // Of an actor whose queue is full the message is lost, as at the learner.
      _ = try forward(frames, to: publisher)
      counts.toActors += 1
    }
  }

  private mutating func passToLearner() throws(RoleFailure) {
    for _ in 0..<Self.messagesPerTurn {
      if let frames = waiting.take() {
        guard try forward(frames, to: sender) == .sent else {
          waiting = frames
          return
        }
        counts.toLearner += 1
      }
      guard
        let reception = try reception(
          from: receiver, maximumFrameCount: ActorMessage.greatestFrameCount)
      else { return }
      guard case .message(let frames) = reception, isHeard(frames),
        frames.allSatisfy({ $0.byteCount <= greatestFrameByteCount })
      else {
        counts.dropped += 1
        continue
      }
      waiting = frames
    }
  }

  /// Subscriptions to the two topics of the protocol pass; any other would ask for what is not an actor's.
  private mutating func passEvents() throws(RoleFailure) {
    for _ in 0..<Self.messagesPerTurn {
      guard let reception = try reception(from: publisher, maximumFrameCount: 1) else { return }
      guard case .message(let frames) = reception, let frame = frames.first,
        // What libzmq itself reports when a connection ends has no sender.
        frame.senderKey == nil || isHeard(frames),
        frame.withBytes({ (try? Wire.SubscriptionEvent(decoding: $0)) != nil })
      else {
        counts.dropped += 1
        continue
      }
      _ = try forward(frames, to: subscriber)
      counts.events += 1
    }
  }

  /// Takes from a welcome what bounds the frames of actors and how large a policy is.
  ///
  /// Welcomes alone have arrays and are addressed to one actor.
  private mutating func heedWelcome(in frames: [Frame]) throws(RoleFailure) {
    guard frames.count > 2, frames[0].byteCount > Topic.policy.bytes.count,
      let message = try? LearnerMessage(decoding: ReceivedMessage(frames: frames)),
      case .welcome(let welcome) = message.body
    else { return }
    greatestFrameByteCount = welcome.greatestFrameByteCount
    let mark = PublishingMark.messageCount(policyByteCount: frames[2].byteCount)
    guard mark != publishingMark else { return }
    publishingMark = mark
    try reportingSocketErrors { () throws(ZeroMQError) in
      try publisher.setSendHighWaterMark(mark)
    }
  }

  private func isHeard(_ frames: [Frame]) -> Bool {
    guard let keys else { return true }
    return frames.first?.senderKey.map(keys.allowList.allows) ?? false
  }

  private func forward(
    _ frames: [Frame], to socket: borrowing Socket
  ) throws(RoleFailure) -> Socket.SendResult {
    try reportingSocketErrors { () throws(ZeroMQError) in try socket.forward(frames) }
  }

  private func reception(
    from socket: borrowing Socket, maximumFrameCount: Int
  ) throws(RoleFailure) -> Reception? {
    try reportingSocketErrors { () throws(ZeroMQError) in
      try socket.receive(maximumFrameCount: maximumFrameCount)
    }
  }
}

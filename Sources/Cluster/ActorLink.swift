internal import Logging
internal import RL
internal import Wire
internal import ZeroMQ

/// An actor's two sockets: what the learner says to everyone and to this actor in, and pushes out.
struct ActorLink: ~Copyable {
  /// Bytes that may wait in the sending socket.
  private static let waitingByteLimit = 8 << 20

  private let context: Context
  private let subscriber: Socket
  private let sender: Socket
  private var subscriberDoor: DoorWatch
  private var senderDoor: DoorWatch
  private var poller: Poller
  private let subscriberKey: Poller.Key
  private let senderKey: Poller.Key
  private let actor: ActorID

  /// Connects, which succeeds also while there is no learner.
  ///
  /// `descriptors` end a wait as well: signals, and the pipe to a parent.
  init(
    connect endpoint: Endpoint, keys: ActorKeys?, actor: ActorID, descriptors: [Int32]
  ) throws(RoleFailure) {
    let pushEndpoint = try pushEndpoint(of: endpoint)
    let context = try reportingSocketErrors { () throws(ZeroMQError) in try Context() }
    let security = keys.map { SocketSecurity.client($0.own, server: $0.learner) } ?? .none
    let subscriber = try reportingSocketErrors { () throws(ZeroMQError) in
      let subscriber = try Socket.actorSubscriber(in: context, for: endpoint, security: security)
      try subscriber.subscribe(to: Topic.policy.bytes)
      try subscriber.subscribe(to: Topic.actor(actor).bytes)
      return subscriber
    }
    let sender = try reportingSocketErrors { () throws(ZeroMQError) in
      try Socket.actorSender(
        in: context, for: pushEndpoint,
        highWaterMark: Self.waitingByteLimit / (2 * TrajectoryBatching.byteCount),
        linger: .milliseconds(1000), security: security)
    }
    let subscriberDoor = try DoorWatch(of: subscriber, in: context, keys: keys)
    let senderDoor = try DoorWatch(of: sender, in: context, keys: keys)
    try reportingSocketErrors { () throws(ZeroMQError) in
      try subscriber.connect(endpoint)
      try sender.connect(pushEndpoint)
    }
    var poller = Poller()
    subscriberKey = poller.add(subscriber, for: .readable)
    senderKey = poller.add(sender, for: [])
    for descriptor in descriptors { _ = poller.add(fileDescriptor: descriptor, for: .readable) }
    self.actor = actor
    self.context = context
    self.subscriber = subscriber
    self.sender = sender
    self.subscriberDoor = subscriberDoor
    self.senderDoor = senderDoor
    self.poller = poller
  }

  /// Waits for a message of the learner, a wake-up or, if `toSend`, for room to send.
  mutating func wait(atMost limit: Duration, toSend: Bool) throws(RoleFailure) {
    poller.setInterest(toSend ? .writable : [], for: senderKey)
    try reportingSocketErrors { () throws(ZeroMQError) in _ = try poller.wait(atMost: limit) }
  }

  /// Whether both sockets were let in, as of the last look at the doors.
  var isOpen: Bool { subscriberDoor.isOpen && senderDoor.isOpen }

  /// Begins anew where the learner turned a connection down for good, and gives the reason: nil as long as
  /// there is none that is new.
  mutating func lookAtDoors(now: Duration) throws(RoleFailure) -> String? {
    let first = try subscriberDoor.look(at: subscriber, now: now)
    let second = try senderDoor.look(at: sender, now: now)
    return first ?? second
  }

  /// The next message that is there now; nil when there is none. Anything that is not a message of this
  /// protocol is passed over.
  func receive() throws(RoleFailure) -> LearnerMessage? {
    try reportingSocketErrors { () throws(ZeroMQError) in
      while let reception = try subscriber.receive(
        maximumFrameCount: LearnerMessage.greatestFrameCount)
      {
        guard case .message(let frames) = reception else { continue }
        if let message = try? LearnerMessage(decoding: ReceivedMessage(frames: frames)) {
          return message
        }
      }
      return nil
    }
  }

  /// False when there is no room: the message is to be sent again later.
  func send(_ body: ActorMessage.Body, run: RunID?) throws(RoleFailure) -> Bool {
    let message = ActorMessage(actor: actor, run: run, body: body)
    return try reportingSocketErrors { () throws(ZeroMQError) in
      try sender.send(message.encode().map(\.outgoing)) == .sent
    }
  }
}

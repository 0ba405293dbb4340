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
  private var poller = Poller()
  private let subscriberKey: Poller.Key
  private let senderKey: Poller.Key
  private let wakeKeys: [Poller.Key]
  private let actor: ActorID

  /// Connects, which succeeds also while there is no learner.
  ///
  /// `descriptors` end a wait as well: signals, and the pipe to a parent.
  init(
    connect endpoint: Endpoint, actor: ActorID, descriptors: [Int32]
  ) throws(RoleFailure) {
    self.actor = actor
    do throws(ZeroMQError) {
      context = try Context()
      subscriber = try .actorSubscriber(in: context, connectedTo: endpoint)
      try subscriber.subscribe(to: Topic.policy.bytes)
      try subscriber.subscribe(to: Topic.actor(actor).bytes)
      sender = try .actorSender(
        in: context, connectedTo: endpoint.pushEndpoint,
        highWaterMark: Self.waitingByteLimit / (2 * TrajectoryBatching.byteCount),
        linger: .milliseconds(1000))
    } catch {
      throw RoleFailure(.unavailable, "\(error)")
    }
    subscriberKey = poller.add(subscriber, for: .readable)
    senderKey = poller.add(sender, for: [])
    var keys: [Poller.Key] = []
    for descriptor in descriptors {
      keys.append(poller.add(fileDescriptor: descriptor, for: .readable))
    }
    wakeKeys = keys
  }

  /// Waits for a message of the learner, a wake-up or, if `toSend`, for room to send.
  mutating func wait(atMost limit: Duration, toSend: Bool) throws(RoleFailure) {
    poller.setInterest(toSend ? .writable : [], for: senderKey)
    do throws(ZeroMQError) {
      _ = try poller.wait(atMost: limit)
    } catch {
      throw RoleFailure(.unavailable, "\(error)")
    }
  }

  /// The next message that is there now; nil when there is none. Anything that is not a message of this
  /// protocol is passed over.
  func receive() throws(RoleFailure) -> LearnerMessage? {
    do throws(ZeroMQError) {
      while let reception = try subscriber.receive(maximumFrameCount: 3) {
        guard case .message(let frames) = reception else { continue }
        if let message = try? LearnerMessage(decoding: ReceivedMessage(frames: frames)) {
          return message
        }
      }
      return nil
    } catch {
      throw RoleFailure(.unavailable, "\(error)")
    }
  }

  /// False when there is no room: the message is to be sent again later.
  func send(_ body: ActorMessage.Body, run: RunID?) throws(RoleFailure) -> Bool {
    let message = ActorMessage(actor: actor, run: run, body: body)
    do throws(ZeroMQError) {
      return try sender.send(message.encode().map(\.outgoing)) == .sent
    } catch {
      throw RoleFailure(.unavailable, "\(error)")
    }
  }
}

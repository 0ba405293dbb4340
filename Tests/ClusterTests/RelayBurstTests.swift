import Cluster
import Glibc
import Kernels
import Logging
import RL
import Testing
import Wire
import ZeroMQ

// What a learner sends to hundreds of actors at once, through relays, where all of them share one connection.
@Suite struct RelayBurstTests {
  /// As many as a learner reads in one turn of its loop, and so may answer in one.
  private static let actorCount = 256

  @Test(
    "leases for 256 actors at once all pass, through one relay and through two", arguments: [1, 2])
  func burst(relayCount: Int) throws {
    let directory = try TemporaryDirectory()
    let addresses = (0...relayCount).map { "ipc://\(directory.path)/\($0)" }
    let context = try Context()
    let publisher = try Socket.learnerPublisher(
      in: context, boundTo: Endpoint(addresses[0]),
      highWaterMark: PublishingMark.messageCount(policyByteCount: 20 << 10), linger: .zero)
    // They end by themselves when their patience with a learner that is gone is over.
    for (connect, bind) in zip(addresses, addresses.dropFirst()) {
      _ = RoleThread {
        var relay = try RelayProcess(
          role: RelayRole(
            connect: connect, bind: bind, patience: .seconds(10), connectSecurity: .local,
            bindSecurity: .local), logger: CapturedLog().logger)
        try relay.run()
      }
    }
    // One socket hears for all of them; it drops nothing, and what it does not read waits before it.
    let actors = (1...UInt64(Self.actorCount)).map { ActorID($0) }
    let subscriber = try Socket.actorSubscriber(
      in: context, connectedTo: Endpoint(addresses[relayCount]))
    for actor in actors { try subscriber.subscribe(to: Topic.actor(actor).bytes) }
    try Self.await("all subscriptions", at: publisher, count: Self.actorCount)

    // A welcome tells the relays how large a policy is.
    let round = RoundID(version: PolicyVersion(0), kind: .training)
    let policy = LearnerMessage.Policy(
      round: round, slotCount: 16, digest: Digest128(high: 0, low: 0),
      parameters: [Float](repeating: 0, count: 5 << 10), firstLeases: [])
    try Self.send(
      .welcome(
        LearnerMessage.Welcome(
          configuration: SmallRun.configuration, policy: policy, lease: nil,
          greatestFrameByteCount: 1 << 20, suggestedLaneCount: nil)), to: actors[0],
      by: publisher)
    #expect(try Self.receive(from: subscriber, count: 1) == 1)

    for actor in actors {
      let lease = Lease(number: 1, round: round, slots: SlotSet(0..<1))
      try Self.send(.lease(lease), to: actor, by: publisher)
    }
    #expect(try Self.receive(from: subscriber, count: Self.actorCount) == Self.actorCount)
  }

  private static func send(
    _ body: LearnerMessage.Body, to actor: ActorID, by publisher: borrowing Socket
  ) throws {
    let message = LearnerMessage(
      topic: .actor(actor), run: RunID(Digest128(high: 1, low: 1)), incarnation: Incarnation(1),
      sequence: 1, body: body)
    let frames = message.encode().map { frame in
      switch frame {
      case .bytes(let bytes): OutgoingFrame(bytes: bytes)
      case .floats(let floats): OutgoingFrame(floats: floats)
      }
    }
    #expect(try publisher.send(frames) == .sent)
  }

  /// Messages that come until there are `count`, or until nothing comes for long enough.
  private static func receive(from socket: borrowing Socket, count: Int) throws -> Int {
    var poller = Poller()
    _ = poller.add(socket, for: .readable)
    var received = 0
    while received < count, try !poller.wait(atMost: .seconds(2)).isEmpty {
      while case .message = try socket.receive(maximumFrameCount: 4) { received += 1 }
    }
    return received
  }

  private static func await(
    _ awaited: String, at publisher: borrowing Socket, count: Int
  ) throws {
    var poller = Poller()
    _ = poller.add(publisher, for: .readable)
    let end = ContinuousClock.now + .seconds(20)
    var seen = 0
    while seen < count {
      guard ContinuousClock.now < end else { throw DeadlinePassed(awaited: awaited) }
      _ = try poller.wait(atMost: .milliseconds(50))
      while case .message = try publisher.receive(maximumFrameCount: 1) { seen += 1 }
    }
  }
}

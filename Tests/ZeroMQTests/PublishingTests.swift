import Testing
import ZeroMQ

@Suite struct PublishingTests {
  let context: Context
  let directory: TemporaryDirectory
  init() throws {
    context = try Context()
    directory = try TemporaryDirectory()
  }

  @Test(
    "every subscription is reported, also of a topic that others have", arguments: [true, false])
  func verboser(overTCP: Bool) throws {
    let publisher = try Socket.publisher(
      context, at: overTCP ? "tcp://127.0.0.1:*" : "ipc://\(directory.file("socket"))")
    let first = try Socket.subscriber(context, to: address(of: publisher))
    try first.subscribe(to: bytes("policy/"))
    var event = try nextEvent(of: publisher)
    #expect(event.kind == .subscribe && event.topic == bytes("policy/"))
    let second = try Socket.subscriber(context, to: address(of: publisher))
    try second.subscribe(to: bytes("policy/"))
    event = try nextEvent(of: publisher)
    #expect(event.kind == .subscribe && event.topic == bytes("policy/"))
    try first.unsubscribe(from: bytes("policy/"))
    event = try nextEvent(of: publisher)
    #expect(event.kind == .unsubscribe && event.topic == bytes("policy/"))
    // A connection that ends unsubscribes.
    try second.close()
    event = try nextEvent(of: publisher)
    #expect(event.kind == .unsubscribe && event.topic == bytes("policy/"))
  }

  @Test("a topic that ends in a slash reaches one actor only")
  func prefixes() throws {
    let publisher = try Socket.publisher(context, at: "tcp://127.0.0.1:*")
    let short = try Socket.subscriber(context, to: address(of: publisher))
    let long = try Socket.subscriber(context, to: address(of: publisher))
    try short.subscribe(to: bytes("actor/00000000000000a1/"))
    try long.subscribe(to: bytes("actor/00000000000000a1"))
    _ = try nextEvent(of: publisher)
    _ = try nextEvent(of: publisher)
    for topic in ["actor/00000000000000a12/", "actor/00000000000000b1/", "actor/00000000000000a1/"]
    {
      #expect(
        try publisher.send([OutgoingFrame(bytes: bytes(topic)), OutgoingFrame(bytes: [1])]) == .sent
      )
    }
    #expect(try receive(from: short) == [bytes("actor/00000000000000a1/"), [1]])
    #expect(try receive(from: long) == [bytes("actor/00000000000000a12/"), [1]])
    #expect(try receive(from: long) == [bytes("actor/00000000000000a1/"), [1]])
    #expect(try short.receive(maximumFrameCount: 9).map { _ in true } == nil)
  }

  @Test("a subscriber that does not read costs a bounded queue and stops nobody")
  func slowSubscriber() throws {
    let publisher = try Socket.publisher(context, at: "ipc://\(directory.file("socket"))")
    let slow = try Socket.subscriber(context, to: address(of: publisher))
    try slow.subscribe(to: [])
    _ = try nextEvent(of: publisher)
    let policy = [Float](repeating: 0, count: 1 << 18)
    weak var owner: AnyObject?
    var alive = 0
    var owners: [Weak] = []
    for _ in 0..<200 {
      let frame = OutgoingFrame(floats: policy)
      owner = frame.owner
      owners.append(Weak(owner))
      #expect(try publisher.send([OutgoingFrame(bytes: [0]), frame]) == .sent)
    }
    alive = owners.count { $0.object != nil }
    // 16 at the mark, and the few that the I/O thread is writing.
    #expect(alive <= 20)
    var received = 0
    while case .message? = try reception(
      from: slow, within: .milliseconds(200), maximumFrameCount: 2)
    { received += 1 }
    #expect((16...60).contains(received))
  }

  @Test(
    "a mark that is raised holds for connections that are there already", arguments: [true, false])
  func raisedMark(isRaised: Bool) throws {
    let publisher = try Socket.publisher(context, at: "ipc://\(directory.file("socket"))")
    let slow = try Socket.subscriber(context, to: address(of: publisher))
    try slow.subscribe(to: [])
    _ = try nextEvent(of: publisher)
    if isRaised { try publisher.setSendHighWaterMark(1000) }
    // Each larger than what the kernel buffers, so that only the queue can hold them.
    let policy = OutgoingFrame(floats: [Float](repeating: 0, count: 1 << 18))
    for _ in 0..<200 { #expect(try publisher.send([policy]) == .sent) }
    var received = 0
    while case .message? = try reception(
      from: slow, within: .milliseconds(200), maximumFrameCount: 1)
    { received += 1 }
    #expect(isRaised ? received == 200 : received < 60)
  }

  @Test("a frame that is neither subscription nor unsubscription is no event")
  func foreignFrames() throws {
    let receiver = try Socket.receiver(context, at: "ipc://\(directory.file("socket"))")
    let sender = try Socket.sender(context, to: address(of: receiver))
    for message: [[UInt8]] in [[[]], [[2, 65]], [[255]], [[1, 65], [1]]] {
      try send(message.map { OutgoingFrame(bytes: $0) }, to: sender)
      guard case .message(let frames)? = try reception(from: receiver, maximumFrameCount: 2)
      else { throw DeadlinePassed() }
      #expect(SubscriptionEvent(frames) == nil)
    }
    try send([OutgoingFrame(bytes: [1])], to: sender)
    guard case .message(let frames)? = try reception(from: receiver, maximumFrameCount: 1)
    else { throw DeadlinePassed() }
    #expect(SubscriptionEvent(frames)?.kind == .subscribe)
    #expect(SubscriptionEvent(frames)?.topic == [])
  }
}

private struct Weak {
  weak var object: AnyObject?
  init(_ object: AnyObject?) { self.object = object }
}

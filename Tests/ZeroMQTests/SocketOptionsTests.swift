import Testing
import ZeroMQ

@Suite struct SocketOptionsTests {
  let context: Context
  init() throws { context = try Context() }

  static let everywhere: [SocketOption] = [
    .sendHighWaterMark(16), .receiveHighWaterMark(7), .maximumFrameByteCount(64),
    .maximumFrameByteCount(1 << 40), .queuesForCompleteConnectionsOnly(false),
    .queuesForCompleteConnectionsOnly(true), .linger(.zero), .linger(.milliseconds(1000)),
    .heartbeatInterval(.seconds(2)), .heartbeatTimeout(.seconds(6)),
    .heartbeatTimeToLive(.seconds(6)), .reconnectInterval(.milliseconds(10)),
    .reconnectIntervalLimit(.seconds(5)), .handshakeLimit(.seconds(10)),
    .connectTimeout(.seconds(5)), .usesIPv6(true),
    .usesIPv6(false),
  ]

  @Test("an option reads back as set", arguments: everywhere)
  func readsBack(option: SocketOption) throws {
    let socket = try Socket(.push, in: context, options: [option])
    #expect(try socket.value(of: option) == option.number)
  }

  // libzmq 4.3.4 answers EINVAL when either is read; SocketTests shows what they do.
  @Test("the options of XPUB are accepted", arguments: [true, false])
  func ofXPUB(value: Bool) throws {
    _ = try Socket(
      .xpub, in: context, options: [.refusesWhenFull(value), .reportsEverySubscription(value)])
  }

  @Test("an option that libzmq refuses throws and names it")
  func refused() throws {
    let error = #expect(throws: ZeroMQError.self) {
      _ = try Socket(.push, in: context, options: [.sendHighWaterMark(-1)])
    }
    #expect(error?.operation == .setOption)
    #expect(error?.description == "cannot set ZMQ_SNDHWM: invalid argument")
    #expect(throws: ZeroMQError.self) {
      _ = try Socket(.push, in: context, options: [.sendHighWaterMark(1 << 32)])
    }
    #expect(throws: ZeroMQError.self) {
      _ = try Socket(.push, in: context, options: [.reportsEverySubscription(true)])
    }
  }

  @Test("the learner's sockets have the options of the design")
  func learner() throws {
    let publisher = try Socket.learnerPublisher(
      in: context, boundTo: Endpoint("tcp://127.0.0.1:*"), linger: .milliseconds(1000))
    for option: SocketOption in [
      .sendHighWaterMark(16), .maximumFrameByteCount(64), .linger(.milliseconds(1000)),
      .heartbeatInterval(.seconds(2)), .heartbeatTimeout(.seconds(6)),
      .heartbeatTimeToLive(.seconds(6)),
    ] {
      #expect(try publisher.value(of: option) == option.number, "\(option)")
    }
    let receiver = try Socket.learnerReceiver(
      in: context, boundTo: Endpoint("tcp://127.0.0.1:*"), maximumFrameByteCount: 12345,
      highWaterMark: 3)
    for option: SocketOption in [
      .maximumFrameByteCount(12345), .receiveHighWaterMark(3), .linger(.zero),
      .heartbeatInterval(.seconds(2)),
    ] {
      #expect(try receiver.value(of: option) == option.number, "\(option)")
    }
  }

  @Test(
    "the publisher's mark bounds the bytes of policies that wait, within bounds of its own",
    arguments: [
      (0, 1000), (456, 1000), (20 << 10, 1000), (268_000, 250), (1 << 20, 64), (4 << 20, 16),
      (1 << 30, 16),
    ])
  func publishingMark(policyByteCount: Int, messageCount: Int) throws {
    #expect(PublishingMark.messageCount(policyByteCount: policyByteCount) == messageCount)
    let publisher = try Socket.learnerPublisher(
      in: context, boundTo: Endpoint("tcp://127.0.0.1:*"),
      highWaterMark: PublishingMark.messageCount(policyByteCount: policyByteCount), linger: .zero)
    #expect(try publisher.value(of: .sendHighWaterMark(0)) == Int64(messageCount))
  }

  @Test("an actor's sockets have the options of the design")
  func actor() throws {
    let endpoint = try Endpoint("tcp://127.0.0.1:5555")
    let sender = try Socket.actorSender(
      in: context, connectedTo: endpoint, highWaterMark: 5, linger: .zero)
    for option: SocketOption in [
      .sendHighWaterMark(5), .queuesForCompleteConnectionsOnly(false), .linger(.zero),
      .reconnectInterval(.milliseconds(10)), .reconnectIntervalLimit(.seconds(5)),
      .heartbeatInterval(.seconds(2)), .heartbeatTimeout(.seconds(6)),
      .connectTimeout(.seconds(5)),
    ] {
      #expect(try sender.value(of: option) == option.number, "\(option)")
    }
    let subscriber = try Socket.actorSubscriber(in: context, connectedTo: endpoint)
    for option: SocketOption in [
      .receiveHighWaterMark(16), .maximumFrameByteCount(1 << 30), .linger(.zero),
      .reconnectInterval(.milliseconds(10)), .reconnectIntervalLimit(.seconds(5)),
    ] {
      #expect(try subscriber.value(of: option) == option.number, "\(option)")
    }
  }

  @Test(
    "IPv6 is used where there is no IPv4 address",
    arguments: [
      ("tcp://127.0.0.1:5555", false), ("tcp://localhost:5555", false), ("tcp://[::1]:5555", true),
    ])
  func family(endpoint: String, usesIPv6: Bool) throws {
    let subscriber = try Socket.actorSubscriber(in: context, connectedTo: Endpoint(endpoint))
    #expect(try subscriber.value(of: .usesIPv6(true)) == (usesIPv6 ? 1 : 0))
  }

  @Test("a learner that listens on every interface is reached by IPv4 and by IPv6")
  func everyInterface() throws {
    let receiver = try Socket.receiver(context, at: "tcp://*:*")
    guard case .tcp("*", let port?) = receiver.endpoint?.transport else { throw DeadlinePassed() }
    for host in ["127.0.0.1", "localhost", "[::1]"] {
      let sender = try Socket.sender(context, to: Endpoint("tcp://\(host):\(port)"))
      try send([OutgoingFrame(bytes: bytes(host))], to: sender)
      #expect(try receive(from: receiver) == [bytes(host)])
    }
  }
}

import Glibc
import Testing
import ZeroMQ

@Suite struct SocketTests {
  let context: Context
  let directory: TemporaryDirectory
  init() throws {
    context = try Context()
    directory = try TemporaryDirectory()
  }

  static let transports = ["tcp://127.0.0.1:*", "ipc"]

  func text(_ transport: String) -> String {
    transport == "ipc" ? "ipc://\(directory.file("socket"))" : transport
  }

  @Test("frames of every size arrive whole and in order", arguments: transports)
  func roundTrip(transport: String) throws {
    let receiver = try Socket.receiver(context, at: text(transport))
    let sender = try Socket.sender(context, to: address(of: receiver))
    let sizes = [0, 1, 8, 33, 255, 256, 8191, 8192, 16_383, 16_384, 16_385, 5 << 20, 0]
    let frames = sizes.map { size in (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) } }
    try send(frames.map { OutgoingFrame(bytes: $0) }, to: sender)
    #expect(try receive(from: receiver) == frames)
  }

  @Test("arrays of numbers travel as little-endian bytes", arguments: [3, 10_000])
  func numbers(count: Int) throws {
    let receiver = try Socket.receiver(context, at: text("ipc"))
    let sender = try Socket.sender(context, to: address(of: receiver))
    let floats = (0..<count).map { Float($0) * 0.37 }
    let integers = (0..<count).map { Int32($0) &* -77_777 }
    try send([OutgoingFrame(floats: floats), OutgoingFrame(integers: integers)], to: sender)
    guard case .message(let frames)? = try reception(from: receiver, maximumFrameCount: 2) else {
      throw DeadlinePassed()
    }
    let received = frames[0].withBytes { bytes in
      // SAFETY: every bit pattern is a Float, and the load is checked against the end.
      (0..<count).map { unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
    #expect(received == floats)
    #expect(
      frames[1].copyBytes()
        == integers.flatMap { integer in
          (0..<4).map { UInt8(truncatingIfNeeded: integer >> (8 * $0)) }
        })
  }

  @Test("a message of one span is sent")
  func span() throws {
    let receiver = try Socket.receiver(context, at: text("ipc"))
    let sender = try Socket.sender(context, to: address(of: receiver))
    #expect(try sender.send(bytes("hello").span) == .sent)
    #expect(try sender.send([UInt8]().span) == .sent)
    #expect(try receive(from: receiver) == [bytes("hello")])
    #expect(try receive(from: receiver) == [[]])
  }

  @Test("nothing to receive is nil, not an error")
  func nothing() throws {
    let receiver = try Socket.receiver(context, at: text("ipc"))
    #expect(try receiver.receive(maximumFrameCount: 1) == nil)
  }

  @Test("a frame knows the process that sent it over ipc, and the address over TCP")
  func senderAddress() throws {
    for (transport, expected) in [
      ("ipc", "localhost:\(geteuid()):\(getegid()):\(getpid())"),
      ("tcp://127.0.0.1:*", "127.0.0.1"),
    ] {
      let receiver = try Socket.receiver(context, at: text(transport))
      let sender = try Socket.sender(context, to: address(of: receiver))
      try send([OutgoingFrame(bytes: bytes("one"))], to: sender)
      guard case .message(let frames)? = try reception(from: receiver, maximumFrameCount: 1)
      else { throw DeadlinePassed() }
      #expect(frames.first?.senderAddress == expected)
    }
  }

  @Test("a message of too many frames is thrown away whole and counted")
  func tooManyFrames() throws {
    let receiver = try Socket.receiver(context, at: text("ipc"))
    let sender = try Socket.sender(context, to: address(of: receiver))
    try send((0..<101).map { OutgoingFrame(bytes: [UInt8($0)]) }, to: sender)
    try send([OutgoingFrame(bytes: bytes("next"))], to: sender)
    guard
      case .tooManyFrames(let first, count: 101)? = try reception(
        from: receiver, maximumFrameCount: 100)
    else { throw DeadlinePassed() }
    #expect(first.copyBytes() == [0])
    #expect(try receive(from: receiver, maximumFrameCount: 1) == [bytes("next")])
  }

  @Test("a send without a peer queues up to the mark, then blocks and queues nothing")
  func mark() throws {
    let endpoint = try directory.endpoint("socket")
    let sender = try Socket.sender(context, to: endpoint, highWaterMark: 3)
    for number in 0..<3 {
      #expect(
        try sender.send([OutgoingFrame(bytes: [UInt8(number)]), OutgoingFrame(bytes: [9])]) == .sent
      )
    }
    #expect(try sender.send([OutgoingFrame(bytes: [3]), OutgoingFrame(bytes: [9])]) == .wouldBlock)
    #expect(try sender.send([3].span) == .wouldBlock)
    let receiver = try Socket.receiver(context, at: endpoint.description)
    for number in 0..<3 { #expect(try receive(from: receiver) == [[UInt8(number)], [9]]) }
    try send([OutgoingFrame(bytes: [4])], to: sender)
    #expect(try receive(from: receiver) == [[4]])
  }

  @Test("memory that was sent without a copy is let go once it has arrived")
  func zeroCopy() throws {
    weak var owner: AnyObject?
    let floats = [Float](repeating: 1.5, count: 1 << 20)
    do {
      let context = try Context()
      let receiver = try Socket.receiver(context, at: text("ipc"))
      let sender = try Socket.sender(context, to: address(of: receiver))
      do {
        let frame = OutgoingFrame(floats: floats)
        owner = frame.owner
        // Twice in one message and once in another: three references, given back one by one.
        try send([frame, frame], to: sender)
        try send([frame], to: sender)
      }
      #expect(try receive(from: receiver).map(\.count) == [4 << 20, 4 << 20])
      #expect(try receive(from: receiver).map(\.count) == [4 << 20])
      try sender.close()
      try receiver.close()
    }
    // The context has ended, and its I/O thread with it.
    #expect(owner == nil)
    #expect(floats.allSatisfy { $0 == 1.5 })
  }

  @Test("memory of a message that was never sent is let go")
  func zeroCopyUnsent() throws {
    weak var refused: AnyObject?
    weak var queued: AnyObject?
    do {
      let context = try Context()
      let sender = try Socket.sender(context, to: directory.endpoint("nobody"), highWaterMark: 1)
      let first = OutgoingFrame(bytes: [UInt8](repeating: 1, count: 20_000))
      let second = OutgoingFrame(bytes: [UInt8](repeating: 2, count: 20_000))
      queued = first.owner
      refused = second.owner
      #expect(try sender.send([first]) == .sent)
      #expect(try sender.send([second, second]) == .wouldBlock)
    }
    #expect(queued == nil)
    #expect(refused == nil)
  }

  @Test("a frame too large for the receiver ends the connection and delivers nothing")
  func oversize() throws {
    let receiver = try Socket.receiver(
      context, at: "tcp://127.0.0.1:*", maximumFrameByteCount: 1000)
    let hostile = try Socket.sender(context, to: address(of: receiver))
    try send(
      [OutgoingFrame(bytes: [1]), OutgoingFrame(bytes: [UInt8](repeating: 0, count: 1001))],
      to: hostile)
    // Sent on the connection that replaces the one that ended: that it arrives first shows that nothing
    // of the message before it was kept.
    let honest = try Socket.sender(context, to: address(of: receiver))
    try send([OutgoingFrame(bytes: [UInt8](repeating: 7, count: 1000))], to: honest)
    #expect(try receive(from: receiver) == [[UInt8](repeating: 7, count: 1000)])
    #expect(try reception(from: receiver, within: .milliseconds(200), maximumFrameCount: 9) == nil)
  }

  @Test("a call on a context that was shut down says so")
  func terminated() throws {
    let receiver = try Socket.receiver(context, at: text("ipc"))
    context.shutdown()
    let error = #expect(throws: ZeroMQError.self) { try receiver.receive(maximumFrameCount: 1) }
    #expect(error?.reason == .terminated)
  }

  @Test("running out of file descriptors is an error, not the end of the process")
  func descriptors() async {
    await #expect(processExitsWith: .success) {
      for free in 1...40 {
        // The lowest descriptor that is free, and so the number of those in use.
        let lowest = dup(0)
        close(lowest)
        var limit = rlimit(rlim_cur: rlim_t(Int(lowest) + free), rlim_max: 1024)
        // SAFETY: the limit is ours. In this process nothing else runs.
        try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
        do {
          let context = try Context()
          let socket = try Socket.publisher(context, at: "tcp://127.0.0.1:*")
          try socket.close()
          try #require(free > 16)
        } catch let error as ZeroMQError {
          try #require(error.reason == .outOfFileDescriptors)
          try #require(free < 40)
        }
      }
    }
  }
}

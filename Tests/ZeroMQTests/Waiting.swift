import Glibc
import Testing
import ZeroMQ

/// Longer than anything here takes on a loaded machine; a test that reaches it has failed.
let deadline = Duration.seconds(20)

struct DeadlinePassed: Error {}

/// Waits for one message.
func receive(
  from socket: borrowing Socket, within limit: Duration = deadline, maximumFrameCount: Int = 1000
) throws -> [[UInt8]] {
  guard
    case .message(let frames) = try reception(
      from: socket, within: limit, maximumFrameCount: maximumFrameCount)
  else { throw DeadlinePassed() }
  return frames.map { $0.copyBytes() }
}

func reception(
  from socket: borrowing Socket, within limit: Duration = deadline, maximumFrameCount: Int
) throws -> Reception? {
  var poller = Poller()
  _ = poller.add(socket, for: .readable)
  guard try !poller.wait(atMost: limit).isEmpty else { return nil }
  return try socket.receive(maximumFrameCount: maximumFrameCount)
}

/// Waits until a message can be queued, and queues it.
func send(_ frames: [OutgoingFrame], to socket: borrowing Socket) throws {
  var poller = Poller()
  _ = poller.add(socket, for: .writable)
  guard try !poller.wait(atMost: deadline).isEmpty else { throw DeadlinePassed() }
  try #require(try socket.send(frames) == .sent)
}

func nextEvent(of publisher: borrowing Socket) throws -> SubscriptionEvent {
  guard case .message(let frames) = try reception(from: publisher, maximumFrameCount: 1),
    let event = SubscriptionEvent(frames)
  else { throw DeadlinePassed() }
  return event
}

/// Where the socket really is.
func address(of socket: borrowing Socket) throws -> Endpoint {
  guard let endpoint = socket.endpoint else { throw DeadlinePassed() }
  return endpoint
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// A directory of this test alone, removed with everything in it.
final class TemporaryDirectory {
  let path: String

  init() throws {
    var template = Array("/tmp/troupe-test-XXXXXX".utf8CString)
    // SAFETY: the template is a NUL-terminated array of our own, and is overwritten in place.
    let made = unsafe mkdtemp(&template)
    unsafe try #require(made != nil)
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }
  func endpoint(_ name: String) throws -> Endpoint { try Endpoint("ipc://\(file(name))") }

  deinit {
    // SAFETY: opendir's result is checked and closed; an entry is read before the next call.
    if let directory = unsafe opendir(path) {
      while let entry = unsafe readdir(directory) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
          unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { pointer in
            unsafe String(cString: pointer)
          }
        }
        unsafe unlink(file(name))
      }
      unsafe closedir(directory)
    }
    unsafe rmdir(path)
  }
}

extension Socket {
  /// The four sockets of a run with the values that the tests do not care about.
  static func publisher(_ context: Context, at endpoint: String) throws -> Socket {
    try learnerPublisher(in: context, boundTo: Endpoint(endpoint), linger: .zero)
  }

  static func receiver(
    _ context: Context, at endpoint: String, maximumFrameByteCount: Int = 16 << 20,
    highWaterMark: Int = 10
  ) throws -> Socket {
    try learnerReceiver(
      in: context, boundTo: Endpoint(endpoint), maximumFrameByteCount: maximumFrameByteCount,
      highWaterMark: highWaterMark)
  }

  static func sender(
    _ context: Context, to endpoint: Endpoint, highWaterMark: Int = 10
  ) throws -> Socket {
    try actorSender(
      in: context, connectedTo: endpoint, highWaterMark: highWaterMark, linger: .zero)
  }

  static func subscriber(_ context: Context, to endpoint: Endpoint) throws -> Socket {
    try actorSubscriber(in: context, connectedTo: endpoint)
  }
}

/// A millisecond, without a socket to wait for.
func pause() { _ = poll(nil, 0, 1) }

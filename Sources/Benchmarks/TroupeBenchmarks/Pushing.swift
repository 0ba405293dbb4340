import CBenchmarks
import Wire
import Workloads
import ZeroMQ

/// The other end of the transport benchmarks: a process that pushes, in C or with this program's modules.
enum Pushing {
  static let rawCommand = "push-raw"
  static let command = "push"

  enum Content: String {
    /// One frame of zeros, sent by reference.
    case frame
    /// A batch of trajectories, encoded anew each time as an actor does.
    case trajectories
  }

  /// `push-raw ENDPOINT SIZE COUNT` or `push CONTENT ENDPOINT SIZE COUNT`.
  static func run(_ arguments: ArraySlice<String>) throws {
    var rest = arguments
    let isRaw = rest.popFirst() == rawCommand
    let content = isRaw ? nil : rest.popFirst().flatMap { Content(rawValue: $0) }
    guard let endpoint = rest.popFirst(), let size = rest.popFirst().flatMap({ Int($0) }),
      let count = rest.popFirst().flatMap({ Int($0) }), isRaw || content != nil
    else {
      throw BenchmarkError("push-raw ENDPOINT SIZE COUNT, or push CONTENT ENDPOINT SIZE COUNT")
    }
    guard let content else {
      // SAFETY: the string is read during the call only.
      let error = unsafe bench_raw_push(endpoint, size, Int64(count))
      if error != 0 { throw BenchmarkError("libzmq's error \(error)") }
      return
    }
    let context = try Context()
    let sender = try Socket.actorSender(
      in: context, connectedTo: Endpoint(endpoint),
      highWaterMark: TransportSection.waitingCount(size),
      linger: .seconds(10))
    var poller = Poller()
    let key = poller.add(sender, for: .writable)
    let message = PushedEpisodes.message(byteCount: size)
    let zeros = [UInt8](repeating: 0, count: size)
    for _ in 0...count {
      let frames: [OutgoingFrame] =
        switch content {
        case .frame: [OutgoingFrame(bytes: zeros)]
        case .trajectories: message.encode().map(\.outgoing)
        }
      while try sender.send(frames) == .wouldBlock {
        while try !poller.wait(atMost: .seconds(1)).isWritable(key) {}
      }
    }
  }
}

extension WireFrame {
  /// As the roles hand it to a socket.
  fileprivate var outgoing: OutgoingFrame {
    switch self {
    case .bytes(let bytes): OutgoingFrame(bytes: bytes)
    case .floats(let floats): OutgoingFrame(floats: floats)
    }
  }
}

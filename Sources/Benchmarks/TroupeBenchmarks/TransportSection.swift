import CBenchmarks
import Wire
import Workloads
import ZeroMQ

/// One process pushes to another over ipc: libzmq alone in C, this program's sockets, and what a learner
/// does that takes trajectories in and drops them. Measured in turn, compared turn by turn.
enum TransportSection {
  /// Messages that may wait at each end, as the roles choose them: 8 MiB of the largest.
  static func waitingCount(_ byteCount: Int) -> Int { max(2, (8 << 20) / (2 * byteCount)) }

  static func measure(_ effort: Effort) throws -> [Figure] {
    var figures: [Figure] = []
    // Half a second each, for the kernel takes a quarter to spread four threads over two processors; and often, for
    // it spreads them one way or another, which makes a factor of two.
    let sizes = [("64 KiB", 64 << 10, 512), ("256 KiB", 256 << 10, 1024), ("1 MiB", 1 << 20, 1536)]
    for (name, size, mebibytes) in sizes {
      let count = ((effort.isQuick ? 128 : mebibytes) << 20) / size
      var (raw, sockets, learner): ([Double], [Double], [Double]) = ([], [], [])
      for _ in 0..<(effort.isQuick ? 2 : 15) {
        raw.append(try rawRate(size: size, count: count))
        sockets.append(try rate(.frame, size: size, count: count))
        learner.append(try rate(.trajectories, size: size, count: count))
      }
      figures.append(Figure("\(name), libzmq in C", raw.map { $0 / 1e6 }, "MB/s"))
      figures.append(
        Figure(
          "\(name), sockets", ratios(sockets, raw), "% of C", goal: .atLeast(80),
          note: "\(shortText(median(sockets) / 1e6)) MB/s"))
      figures.append(
        Figure(
          "\(name), trajectories encoded, sent, decoded", ratios(learner, raw), "% of C",
          goal: .atLeast(80), note: "\(shortText(median(learner) / 1e6)) MB/s"))
    }
    return figures
  }

  private static func ratios(_ values: [Double], _ others: [Double]) -> [Double] {
    zip(values, others).map { $0 / $1 * 100 }
  }

  private static func rawRate(size: Int, count: Int) throws -> Double {
    let scratch = try Scratch()
    let endpoint = "ipc://" + scratch.path("raw")
    var pusher = try Program(
      Program.own(), [Pushing.rawCommand, endpoint, "\(size)", "\(count)"], scratch: scratch)
    // SAFETY: the string is read during the call only.
    let seconds = unsafe bench_raw_pull(endpoint, size, Int64(count))
    guard seconds > 0 else { throw BenchmarkError("libzmq did not carry every message") }
    try pusher.wait()
    return Double(size * count) / seconds
  }

  private static func rate(_ content: Pushing.Content, size: Int, count: Int) throws -> Double {
    let scratch = try Scratch()
    let endpoint = "ipc://" + scratch.path("push")
    let context = try Context()
    let receiver = try Socket.learnerReceiver(
      in: context, boundTo: Endpoint(endpoint), maximumFrameByteCount: 2 * size,
      highWaterMark: waitingCount(size))
    var poller = Poller()
    _ = poller.add(receiver, for: .readable)
    var pusher = try Program(
      Program.own(), [Pushing.command, content.rawValue, endpoint, "\(size)", "\(count)"],
      scratch: scratch)
    var received = 0
    var byteCount = 0
    var start = 0.0
    var sum: UInt8 = 0
    while received <= count {
      guard let reception = try receiver.receive(maximumFrameCount: 5) else {
        guard try !poller.wait(atMost: .seconds(10)).isEmpty else {
          throw BenchmarkError("nothing was pushed for 10 s: \(pusher.said)")
        }
        continue
      }
      guard case .message(let frames) = reception else {
        throw BenchmarkError("a message had too many frames")
      }
      received += 1
      if received == 1 {
        start = Stopwatch.wallSeconds
      } else {
        byteCount += frames.reduce(0) { $0 + $1.byteCount }
      }
      switch content {
      case .frame: sum &+= touch(frames)
      case .trajectories:
        _ = try ActorMessage(decoding: Frames(frames: frames), shape: PushedEpisodes.shape)
      }
    }
    let seconds = Stopwatch.wallSeconds - start
    try pusher.wait()
    return Double(byteCount) / seconds + Double(sum & 0)
  }

  /// Reads each page, as the loop in C does.
  private static func touch(_ frames: [Frame]) -> UInt8 {
    frames.reduce(0) { sum, frame in
      frame.withBytes { bytes in
        var sum = sum
        for offset in stride(from: 0, to: bytes.byteCount, by: 4096) {
          // SAFETY: any byte is a UInt8, and the offset is below the count.
          sum &+= unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
        }
        return sum
      }
    }
  }

  /// Received frames as the decoder takes them.
  private struct Frames: FrameSource {
    let frames: [Frame]
    var frameCount: Int { frames.count }

    func withFrame<R>(
      _ index: Int, _ body: (RawSpan) throws(WireError) -> R
    ) throws(WireError) -> R {
      try frames[index].withBytes(body)
    }
  }
}

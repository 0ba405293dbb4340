import Kernels
import RL
import Wire
import Workloads

/// Bytes a second of one core from values to frames and back.
enum WireSection {
  static func measure(_ effort: Effort) throws -> [Figure] {
    var figures: [Figure] = []
    for (name, byteCount) in [("128 KiB", 128 << 10), ("1 MiB", 1 << 20)] {
      let message = PushedEpisodes.message(byteCount: byteCount)
      let frames = message.encode().bytes
      let size = Double(frames.reduce(0) { $0 + $1.count })
      figures.append(
        Figure(
          "trajectories of \(name), encoding",
          (0..<effort.repetitions).map { _ in
            Stopwatch.rate(seconds: effort.seconds) {
              size * (message.encode().isEmpty ? 0 : 1)
            } / 1e9
          }, "GB/s"))
      figures.append(
        Figure(
          "trajectories of \(name), decoding",
          try (0..<effort.repetitions).map { _ in
            let decoded = try ActorMessage(decoding: frames, shape: PushedEpisodes.shape)
            guard decoded == message else { throw BenchmarkError("a message came back changed") }
            return Stopwatch.rate(seconds: effort.seconds) {
              let back = try? ActorMessage(decoding: frames, shape: PushedEpisodes.shape)
              return back == nil ? 0 : size
            } / 1e9
          }, "GB/s"))
    }
    return try figures + policies(effort)
  }

  private static func policies(_ effort: Effort) throws -> [Figure] {
    let snapshot = TrainedPolicy.large.snapshot
    let message = LearnerMessage(
      topic: .policy, run: RunID(snapshot.digest), incarnation: Incarnation(1), sequence: 1,
      body: .policy(
        LearnerMessage.Policy(
          round: RoundID(version: snapshot.version, kind: .training), slotCount: 262,
          digest: snapshot.digest, parameters: snapshot.parameters, firstLeases: [])))
    let frames = message.encode().bytes
    let size = Double(frames.reduce(0) { $0 + $1.count })
    guard try LearnerMessage(decoding: frames) == message else {
      throw BenchmarkError("a message came back changed")
    }
    return [
      Figure(
        "policy 4→256→256→2, encoding",
        (0..<effort.repetitions).map { _ in
          Stopwatch.rate(seconds: effort.seconds) {
            size * (message.encode().isEmpty ? 0 : 1)
          } / 1e9
        }, "GB/s", note: "its array is sent where it lies"),
      Figure(
        "policy 4→256→256→2, decoding",
        (0..<effort.repetitions).map { _ in
          Stopwatch.rate(seconds: effort.seconds) {
            (try? LearnerMessage(decoding: frames)) != nil ? size : 0
          } / 1e9
        }, "GB/s"),
    ]
  }
}

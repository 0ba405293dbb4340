import CBenchmarks

/// A `train` command watched from outside: its metrics, and what its processes use.
struct TrainingRun {
  /// One line of `metrics.jsonl`, as far as it is needed.
  struct Update {
    let elapsedSeconds: Double
    let steps: Double
    let meanLength: Double
    let waitingShare: Double
  }

  /// What the processes had used when `metrics.jsonl` was so long.
  private struct Usage {
    let metricsBytes: Int
    let learnerSeconds: Double
    let actorSeconds: Double
  }

  private(set) var updates: [Update] = []
  /// Length of the metrics when the update at the same index was written.
  private var metricsBytes: [Int] = []
  private var usages: [Usage] = []
  private var mostActors: Int32 = 0
  private(set) var learnerPeakBytes: Int64 = 0
  private(set) var actorPeakBytes: Int64 = 0
  /// From the start of the process to the first line of its metrics.
  private(set) var secondsToFirstUpdate: Double?
  /// From the start of the process to its end.
  private(set) var seconds = 0.0
  /// The policy that the run ended with, in the format of `policy.safetensors`.
  private(set) var policyFile: [UInt8]?
  /// The end of what the command printed.
  private(set) var said = ""

  /// Runs the command to its end, looking every `interval` seconds whether it has ended and, if
  /// `watchesUsage`, what its processes use.
  init(
    _ command: String, _ arguments: [String], interval: Double, watchesUsage: Bool,
    limit: Double = 120
  ) throws {
    let scratch = try Scratch()
    let directory = scratch.path("run")
    let metrics = "\(directory)/metrics.jsonl"
    let start = Stopwatch.wallSeconds
    var program = try Program(
      command, ["train"] + arguments + ["--run-dir", directory, "--log-level", "warning"],
      scratch: scratch)
    while program.isRunning {
      bench_sleep(interval)
      // SAFETY: the string is read during the call only.
      if secondsToFirstUpdate == nil, unsafe bench_file_bytes(metrics) > 0 {
        secondsToFirstUpdate = Stopwatch.wallSeconds - start
      }
      if watchesUsage { look(at: program.process, metrics: metrics) }
      guard Stopwatch.wallSeconds - start < limit else {
        throw BenchmarkError("a run took longer than \(Int(limit)) s: \(program.said)")
      }
    }
    seconds = Stopwatch.wallSeconds - start
    try program.wait()
    said = program.said
    policyFile = FileContents.bytes(of: "\(directory)/policy.safetensors")
    read(metrics)
  }

  /// What this takes is missing in the run, so the metrics are read when that is over.
  private mutating func look(at learner: Int32, metrics: String) {
    let learnerSeconds = bench_process_seconds(learner)
    var actorSeconds = 0.0
    var index: Int32 = 0
    while case let actor = bench_child(learner, index), actor > 0 {
      actorSeconds += max(0, bench_process_seconds(actor))
      actorPeakBytes = max(actorPeakBytes, bench_peak_resident_bytes(actor))
      index += 1
    }
    learnerPeakBytes = max(learnerPeakBytes, bench_peak_resident_bytes(learner))
    // At the end the actors go before the learner.
    guard index > 0, index >= mostActors else { return }
    mostActors = index
    // SAFETY: the string is read during the call only.
    let length = unsafe bench_file_bytes(metrics)
    usages.append(
      Usage(
        metricsBytes: Int(max(0, length)), learnerSeconds: learnerSeconds,
        actorSeconds: actorSeconds))
  }

  private mutating func read(_ path: String) {
    guard let text = FileContents.text(of: path) else { return }
    var length = 0
    for line in text.split(separator: "\n") {
      length += line.utf8.count + 1
      metricsBytes.append(length)
      updates.append(
        Update(
          elapsedSeconds: Self.number("elapsed_seconds", in: line),
          steps: Self.number("environment_steps", in: line),
          meanLength: Self.number("mean_length", in: line),
          waitingShare: Self.number("learner_waiting_share", in: line)))
    }
  }

  /// The number of one key of a line.
  private static func number(_ key: String, in line: Substring) -> Double {
    guard let range = line.firstRange(of: "\"\(key)\":") else { return .nan }
    let text = line[range.upperBound...].prefix { $0 != "," && $0 != "}" }
    return Double(text) ?? .nan
  }

  /// Steps a second of the updates from `first` on, several pieces of equal length.
  func stepRates(from first: Int, pieces: Int) -> [Double] {
    let size = (updates.count - first) / pieces
    return (0..<pieces).map { piece in
      let range = first + piece * size..<first + (piece + 1) * size
      let steps = updates[range].reduce(0) { $0 + $1.steps }
      return steps
        / (updates[range.upperBound - 1].elapsedSeconds
          - updates[range.lowerBound - 1].elapsedSeconds)
    }
  }

  /// Processor nanoseconds a step of the updates from `first` on.
  func nanosecondsPerStep(from first: Int) -> (learner: Double, actors: Double)? {
    let counted = usages.map { usage in
      (usage, updateCount: metricsBytes.prefix { $0 <= usage.metricsBytes }.count)
    }
    guard let (begin, firstUpdate) = counted.first(where: { $0.updateCount >= first }),
      let (end, lastUpdate) = counted.last, lastUpdate > firstUpdate
    else { return nil }
    let steps = updates[firstUpdate..<lastUpdate].reduce(0) { $0 + $1.steps }
    return (
      (end.learnerSeconds - begin.learnerSeconds) / steps * 1e9,
      (end.actorSeconds - begin.actorSeconds) / steps * 1e9
    )
  }
}

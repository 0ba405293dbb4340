import Learning
import Monitoring
import RL

/// What all sinks of metrics take of a run: `metrics.jsonl`, the event file, `/metrics` and the dashboard,
/// against the processor time of an update of CartPole with its preset, which is a short one.
enum MetricsSection {
  static func measure(_ effort: Effort, troupe: String) throws -> [Figure] {
    let scratch = try Scratch()
    let file = MetricsFile(path: scratch.path("metrics.jsonl")) { print($0) }
    let events = EventFile(directory: scratch.path(""), host: "bench") { print($0) }
    let live = LiveRun()
    let instruments = RunMetrics(
      registry: live.registry, run: "bench", environment: "cartpole", seed: 1)
    let sinks: [(name: String, write: (UpdateReport) -> Void)] = [
      ("metrics.jsonl", { file.append($0) }), ("event file", { events.append($0) }),
      ("/metrics", { instruments.record($0) }), ("dashboard", { live.note($0) }),
    ]
    var figures: [Figure] = []
    var report = report
    for sink in sinks {
      let times = (0..<effort.repetitions).map { _ in
        1e6
          / Stopwatch.rate(seconds: effort.seconds) {
            for _ in 0..<50 {
              report.version = report.version.next
              sink.write(report)
            }
            return 50
          }
      }
      figures.append(Figure(sink.name, times, "µs/update"))
    }
    let sum = figures.reduce(0) { $0 + $1.median }
    figures.append(Figure("all of them", [sum], "µs/update"))
    return figures + [try share(of: sum, effort, troupe)]
  }

  private static func share(
    of microseconds: Double, _ effort: Effort, _ troupe: String
  ) throws -> Figure {
    let warmUp = 40
    let run = try TrainingRun(
      troupe,
      [
        "cartpole", "--schedule", "linear", "--schedule-updates", "\(warmUp)", "--until-return",
        "none", "--evaluate-every", "none", "--updates", "\(effort.isQuick ? 300 : 1500)", "--http",
        "0",
      ], interval: 0.1, watchesUsage: true)
    guard let used = run.nanosecondsPerStep(from: warmUp) else {
      throw BenchmarkError("the run was over before it was looked at")
    }
    let last = run.updates[warmUp...]
    let steps = last.reduce(0) { $0 + $1.steps } / Double(last.count)
    let update = (used.learner + used.actors) * steps / 1000
    return Figure(
      "of an update of CartPole's preset", [microseconds / update * 100],
      "% of its processor time", goal: .atMost(1),
      note: "\(shortText(update)) µs for \(shortText(steps)) steps")
  }

  /// As most are: nothing but the value function is missing.
  private static var report: UpdateReport {
    var report = UpdateReport(
      version: .initial, returns: (0..<32).map { 400.0 + Double($0) / 3 }, environmentSteps: 13_165)
    report.elapsedSeconds = 12.345678912
    report.roundSeconds = 0.002345678
    report.entropy = 0.4567891234
    report.kl = 0.001234567891
    report.gradientNorm = 3.456789123
    report.gradientSignalToNoise = 1.2345678912
    report.baselineVarianceCut = 0.3456789123
    report.learningRate = 0.03
    report.actors = 2
    report.learnerWaitingShare = 0.5678912345
    report.learnerComputingShare = 0.1234567891
    report.learnerBroadcastingShare = 0.01234567891
    report.actorWaitingShare = 0.4567891234
    report.receivedBytes = 345_678
    report.waitingMessages = 3
    return report
  }
}

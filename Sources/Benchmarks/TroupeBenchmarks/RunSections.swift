import CBenchmarks

/// Rounds a second where a round is eight episodes of one step: what is left is coordination.
enum CoordinationSection {
  static func measure(_ effort: Effort) throws -> [Figure] {
    let pieces = 5
    let count = effort.isQuick ? 1000 : 8000
    let cpu = bench_children_seconds()
    let run = try TrainingRun(
      Program.own(),
      [
        "one-step", "--actors", "2", "--episodes-per-update", "8", "--updates",
        "\(count + 200)", "--hidden", "16", "--evaluate-every", "none", "--until-return", "none",
        "--checkpoint-every", "1000000",
      ], interval: 0.05, watchesUsage: false)
    let rounds = run.stepRates(from: 200, pieces: pieces).map { $0 / 8 }
    let used = (bench_children_seconds() - cpu) / Double(count + 200)
    return [
      Figure(
        "8 one-step episodes, 2 actors, ipc", rounds, "rounds/s", goal: .atLeast(3000),
        note: "\(shortText(used * 1e6)) µs of processor a round")
    ]
  }
}

/// CartPole from the start of the process to its end with the verdict of 100 evaluation episodes.
enum SolvingSection {
  static func measure(_ effort: Effort, troupe: String) throws -> [Figure] {
    var seconds: [Double] = []
    var updates: [Double] = []
    var steps: [Double] = []
    for seed in 1...(effort.isQuick ? 3 : 10) {
      let run = try TrainingRun(
        troupe, ["cartpole", "--seed", "\(seed)", "--json"], interval: 0.001, watchesUsage: false)
      guard run.said.contains("\"solved\":true") else {
        throw BenchmarkError("seed \(seed) did not solve CartPole: \(run.said)")
      }
      seconds.append(run.seconds)
      updates.append(Double(run.updates.count))
      steps.append(run.updates.reduce(0) { $0 + $1.steps })
    }
    let worst = seconds.reduce(0, max)
    return [
      Figure("CartPole solved, median of seeds", seconds, "s", goal: .atMost(0.25)),
      Figure("CartPole solved, worst seed", [worst], "s", goal: .atMost(0.5)),
      Figure("updates", updates, ""), Figure("training steps", steps, "steps"),
    ]
  }
}

/// From the start of the process to the first update.
enum StartUpSection {
  static func measure(_ effort: Effort, troupe: String) throws -> [Figure] {
    let runs = try (0..<(effort.isQuick ? 3 : 11)).map { _ in
      try TrainingRun(
        troupe, ["cartpole", "--updates", "1"], interval: 0.0005, watchesUsage: false)
    }
    return [
      Figure(
        "first update", runs.compactMap(\.secondsToFirstUpdate).map { $0 * 1000 }, "ms",
        goal: .atMost(100)),
      Figure("the whole run of one update", runs.map { $0.seconds * 1000 }, "ms"),
    ]
  }
}

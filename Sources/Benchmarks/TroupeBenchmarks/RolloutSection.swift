import Workloads

/// Steps a second of one actor's loop without its sockets: policy, environment, record.
enum RolloutSection {
  static func measure(_ effort: Effort) throws -> [Figure] {
    var figures: [Figure] = []
    for trained in TrainedPolicy.all {
      for laneCount in [32, 64, 128, 256] {
        var player = EndlessRollout(trained, laneCount: laneCount)
        try player.play(steps: laneCount * 600)
        var rates: [Double] = []
        for _ in 0..<effort.repetitions {
          let steps = player.stepCount
          let start = Stopwatch.threadSeconds
          while Stopwatch.threadSeconds - start < 2 * effort.seconds {
            try player.play(steps: 16 * laneCount)
          }
          rates.append(
            Double(player.stepCount - steps) / (Stopwatch.threadSeconds - start))
        }
        figures.append(
          Figure(
            "\(trained.name), \(laneCount) lanes", rates, "steps/s",
            note: "\(shortText(1e9 / median(rates))) ns/step"))
      }
      figures.append(try allocations(trained))
    }
    return figures
  }

  /// Allocations a tick once every buffer has its size, ends of episodes included.
  private static func allocations(_ trained: TrainedPolicy) throws -> Figure {
    var player = EndlessRollout(trained, laneCount: 64)
    try player.play(steps: 64 * 1500)
    let count = try Allocations.count { try player.play(steps: 64 * 1000) }
    return Figure(
      "\(trained.name), allocations in 1000 ticks", [Double(count)], "", goal: .atMost(0))
  }
}

import Environments
import Policies
import RL

/// Steps a second of one actor's loop without its sockets: policy, environment, record.
enum RolloutSection {
  static func measure(_ effort: Effort) throws -> [Figure] {
    var figures: [Figure] = []
    for trained in TrainedPolicy.all {
      for laneCount in [32, 64, 128, 256] {
        var player = Player(trained, laneCount: laneCount)
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
    var player = Player(trained, laneCount: 64)
    try player.play(steps: 64 * 1500)
    let count = try Stopwatch.allocations { try player.play(steps: 64 * 1000) }
    return Figure(
      "\(trained.name), allocations in 1000 ticks", [Double(count)], "", goal: .atMost(0))
  }

  /// A rollout that never runs out of slots and throws its episodes away.
  private struct Player {
    private var rollout: Rollout<MLPPolicy>
    private var block = TrajectoryBlock(observationSize: 4, actionSize: 1)
    private var slot = 0

    init(_ trained: TrainedPolicy, laneCount: Int) {
      rollout = Rollout(
        environment: CartPole.self, policy: trained.policy, laneLimit: laneCount, seed: 2)
      rollout.begin(
        RoundID(version: trained.snapshot.version, kind: .training), snapshot: trained.snapshot)
    }

    var stepCount: Int { rollout.stepCount }

    mutating func play(steps: Int) throws {
      let end = rollout.stepCount + steps
      while rollout.stepCount < end {
        var ticks = 16
        try rollout.advance(
          while: { byteCount in
            ticks -= 1
            return ticks > 0 && byteCount < 128 << 10
          },
          nextSlot: {
            slot += 1
            return slot
          }, finished: { _ in true }, into: &block)
        if block.byteCount >= 128 << 10 { block.removeAll() }
      }
    }
  }
}

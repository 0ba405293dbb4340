import Learning
import Policies
import RL
import Workloads

/// Steps a second of the learner without its sockets: check of every log-probability, weights, backward
/// pass, update; a round of 262 episodes that has been received whole.
enum GradientSection {
  private static let slotCount = 262

  static func measure(_ effort: Effort) throws -> [Figure] {
    var figures: [Figure] = []
    for trained in TrainedPolicy.all {
      let blocks = trained.play(slotCount: slotCount)
      let stepCount = blocks.reduce(0) { $0 + $1.stepCount }
      for (name, baseline) in [
        ("streaming", Baseline.standardize), ("per step", Baseline.leaveOneOutPerStep),
      ] {
        for threadCount in [1, 2] {
          let learner = learner(trained, baseline, threadCount: threadCount)
          var rates: [Double] = []
          var used: [Double] = []
          for repetition in 0...effort.longRepetitions {
            var learner = learner
            let start = (Stopwatch.wallSeconds, Stopwatch.processSeconds)
            _ = learner.update(with: blocks)
            let seconds = Stopwatch.wallSeconds - start.0
            guard repetition > 0 else { continue }
            rates.append(Double(stepCount) / seconds)
            used.append((Stopwatch.processSeconds - start.1) / Double(stepCount) * 1e9)
          }
          figures.append(
            Figure(
              "\(trained.name), \(name), \(threadCount) thread\(threadCount == 1 ? "" : "s")",
              rates, "steps/s",
              note: "\(shortText(median(used))) processor ns/step"))
        }
      }
      figures += allocations(trained, blocks, stepCount: stepCount)
    }
    return figures
  }

  private static func learner(
    _ trained: TrainedPolicy, _ baseline: Baseline, threadCount: Int
  ) -> Learner<MLPPolicy> {
    let configuration = LearnerConfiguration(
      episodesPerUpdate: slotCount, baseline: baseline, discount: 0.99,
      normalizeAdvantages: baseline.needsRound, learningRate: 0)
    return Learner(
      policy: trained.policy, configuration: configuration, snapshot: trained.snapshot,
      optimizer: Optimizer(
        configuration: configuration, parameterCount: trained.policy.parameterCount),
      queue: WorkQueue(threadCount: threadCount))
  }

  /// Of the loop over tiles, and of a whole update.
  private static func allocations(
    _ trained: TrainedPolicy, _ blocks: [TrajectoryBlock], stepCount: Int
  ) -> [Figure] {
    var learner = learner(trained, .leaveOneOutPerStep, threadCount: 1)
    let ready = learner
    _ = learner.update(with: blocks)
    learner = ready
    let whole = Allocations.count { _ = learner.update(with: blocks) }
    let passes = TilePasses(trained)
    passes.run(tiles: 1)
    let tile = Allocations.count { passes.run(tiles: 100) }
    return [
      Figure(
        "\(trained.name), allocations in 100 tiles", [Double(tile)], "", goal: .atMost(0)),
      Figure(
        "\(trained.name), allocations in an update", [Double(whole)], "",
        note: "\(shortText(Double(whole) / Double(stepCount / 256))) per tile"),
    ]
  }
}

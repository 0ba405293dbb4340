import Learning
import Policies
import RL

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
    let whole = Stopwatch.allocations { _ = learner.update(with: blocks) }
    let tile = tileAllocations(trained)
    return [
      Figure(
        "\(trained.name), allocations in 100 tiles", [Double(tile)], "", goal: .atMost(0)),
      Figure(
        "\(trained.name), allocations in an update", [Double(whole)], "",
        note: "\(shortText(Double(whole) / Double(stepCount / 256))) per tile"),
    ]
  }

  private static func tileAllocations(_ trained: TrainedPolicy) -> Int {
    let policy = trained.policy
    let width = RoundPartition.tileSize
    var numbers = TestNumbers()
    let observations = numbers.floats(4 * width)
    let actions = (0..<width).map { Float($0 % 2) }
    var logProbabilities = [Float](repeating: 0, count: width)
    var entropies = logProbabilities
    var gradient = [Float](repeating: 0, count: policy.parameterCount)
    var workspace = policy.makeWorkspace(laneCapacity: width)
    let parameters = trained.snapshot.parameters
    func run(tiles: Int) {
      for _ in 0..<tiles {
        var logView = logProbabilities.mutableSpan
        var entropyView = entropies.mutableSpan
        policy.evaluate(
          observations: observations.span, actions: actions.span, laneCount: width, stride: width,
          parameters: parameters.span, workspace: &workspace, into: &logView,
          entropies: &entropyView)
        var view = gradient.mutableSpan
        policy.accumulateScore(
          actions: actions.span, laneCount: width, stride: width, parameters: parameters.span,
          weights: actions.span, entropyWeight: 0, workspace: &workspace, into: &view)
      }
    }
    run(tiles: 1)
    return Stopwatch.allocations { run(tiles: 100) }
  }
}

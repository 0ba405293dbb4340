internal import RL

/// What the value function of a round makes of a group's episodes: advantages, and the λ-returns that
/// it is fitted to afterwards. Shape: both `[stepCount]`, episodes in slot order.
struct GroupValues: Sendable {
  private(set) var advantages: [Float] = []
  private(set) var targets: [Float] = []

  init() {}

  init(
    of trajectories: [TrajectoryReference], tiles: GroupTiles, baseline: ValueBaseline,
    configuration: LearnerConfiguration, normalization: ObservationNormalization?
  ) {
    let values = baseline.values(of: tiles)
    let finalValues = baseline.finalValues(of: trajectories, normalization: normalization)
    var advantages = [Float](repeating: 0, count: tiles.stepCount)
    var targets = advantages
    var advantageView = advantages.mutableSpan
    var targetView = targets.mutableSpan
    for (index, range) in tiles.stepRanges.enumerated() {
      let trajectory = trajectories[index]
      let first = trajectory.stepOffset
      var advantagePart = advantageView._mutatingExtracting(range)
      var targetPart = targetView._mutatingExtracting(range)
      generalizedAdvantages(
        of: trajectory.block.rewards.span.extracting(first..<first + range.count),
        values: values.span.extracting(range), finalValue: finalValues[index],
        discount: configuration.discount, lambda: configuration.value.lambda,
        scale: configuration.rewardScale, into: &advantagePart, lambdaReturns: &targetPart)
    }
    self.advantages = advantages
    self.targets = targets
  }

  /// 1 − Var(target − V) / Var(target) over the steps of a round's groups; nil if all targets are equal.
  static func explainedVariance(of groups: [GroupValues]) -> Double? {
    func variance(_ values: (GroupValues) -> [Float]) -> Double {
      let count = Double(groups.reduce(0) { $0 + $1.targets.count })
      let mean = groups.reduce(0.0) { $0 + values($1).span.orderedSum } / count
      return groups.reduce(0.0) {
        $0 + values($1).span.orderedSumOfSquares(around: mean)
      } / count
    }
    // What the targets are beyond V is the advantage.
    let ofTargets = variance(\.targets)
    return ofTargets > 0 ? 1 - variance(\.advantages) / ofTargets : nil
  }

  /// Root of the mean of (target − V)² over the steps of a round's groups.
  static func error(of groups: [GroupValues]) -> Double {
    let count = groups.reduce(0) { $0 + $1.targets.count }
    // What the targets are beyond V is the advantage.
    let squares = groups.reduce(0.0) {
      $0 + $1.advantages.span.orderedSumOfSquares(around: 0)
    }
    return (squares / Double(count)).squareRoot()
  }
}

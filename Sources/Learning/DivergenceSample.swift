internal import RL

/// The first tile of a group, from which the divergence of the next policy is estimated.
struct DivergenceSample: Sendable {
  /// Groups from the first on that are looked at.
  private static let groupCount = 8
  /// One of so many steps of a round is worth another pass through the network.
  private static let stepsPerSample = 32
  /// Steps of each group that are looked at however short the round is.
  private static let leastStepCount = 32

  let columns: TileColumns
  /// Of the policy that played.
  let logProbabilities: [Float]

  static func isTaken(ofGroup index: Int) -> Bool { index < groupCount }

  /// Steps of each group that are looked at in a round of so many: in short rounds the divergence must not
  /// cost a second forward pass, while all processors have other work.
  static func stepLimit(ofRound stepCount: Int) -> Int {
    max(leastStepCount, stepCount / (groupCount * stepsPerSample))
  }

  /// Σ over the tile's first steps of log π_v(a|s) − log π(a|s), with π the policy of other parameters, and
  /// their number.
  func divergenceSum<P: Policy>(
    from parameters: [Float], stepLimit: Int, policy: P, workspace: inout P.Workspace
  ) -> (sum: Double, stepCount: Int) {
    let tileSize = RoundPartition.tileSize
    let laneCount = min(stepLimit, logProbabilities.count)
    var others = [Float](repeating: 0, count: tileSize)
    var entropies = others
    var otherView = others.mutableSpan
    var entropyView = entropies.mutableSpan
    policy.evaluate(
      observations: columns.observations.span, actions: columns.actions.span,
      laneCount: laneCount, stride: tileSize, parameters: parameters.span,
      workspace: &workspace, into: &otherView, entropies: &entropyView)
    let sum = (0..<laneCount).reduce(0.0) {
      $0 + Double(logProbabilities[$1]) - Double(others[$1])
    }
    return (sum, laneCount)
  }
}

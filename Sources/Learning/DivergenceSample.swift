internal import RL

/// The first tile of a group, from which the divergence of the next policy is estimated.
struct DivergenceSample: Sendable {
  /// Groups from the first on that are looked at.
  private static let groupCount = 8

  let columns: TileColumns
  /// Of the policy that played.
  let logProbabilities: [Float]

  static func isTaken(ofGroup index: Int) -> Bool { index < groupCount }

  /// Σ over the tile's steps of log π_v(a|s) − log π(a|s), with π the policy of other parameters, and their
  /// number.
  func divergenceSum<P: Policy>(
    from parameters: [Float], policy: P, workspace: inout P.Workspace
  ) -> (sum: Double, stepCount: Int) {
    let tileSize = RoundPartition.tileSize
    var others = [Float](repeating: 0, count: tileSize)
    var entropies = others
    var otherView = others.mutableSpan
    var entropyView = entropies.mutableSpan
    policy.evaluate(
      observations: columns.observations.span, actions: columns.actions.span,
      laneCount: logProbabilities.count, stride: tileSize, parameters: parameters.span,
      workspace: &workspace, into: &otherView, entropies: &entropyView)
    let sum = logProbabilities.indices.reduce(0.0) {
      $0 + Double(logProbabilities[$1]) - Double(others[$1])
    }
    return (sum, logProbabilities.count)
  }
}

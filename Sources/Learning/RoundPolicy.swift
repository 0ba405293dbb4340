internal import Kernels
internal import RL

/// The policy that a round is played with, as an update needs it: passes through its network.
///
/// Nothing else of a round knows what type the policy has. Generic over it, all of it was compiled for no type in
/// particular and looked types up as it ran, which took more of a short round than the network.
protocol RoundPolicy: Sendable {
  var observationSize: Int { get }
  var actionSize: Int { get }
  var parameterCount: Int { get }

  /// Goes forward through the steps of a group, and with weights backward as well: each tile while its
  /// activations are at hand.
  ///
  /// `keepsSample` says whether the divergence is estimated from this group.
  func pass(
    through tiles: GroupTiles, weights: [Float]?, entropyWeight: Float, keepsSample: Bool
  ) -> GroupPass

  /// Mean of log π_v(a|s) − log π(a|s) over the samples' first steps, with π the policy of other parameters.
  func divergence(
    from parameters: [Float], over samples: [DivergenceSample], stepLimit: Int
  ) -> Double
}

/// What a pass through a group's steps gives.
struct GroupPass: Sendable {
  /// Of the steps in order; what fills the last tile lies behind them.
  let logProbabilities: [Float]
  let entropySum: Double
  /// Nil without weights.
  let gradient: [Float]?
  let sample: DivergenceSample?
}

/// A policy with the parameters of one version, and the workspaces for its passes.
final class VersionedPolicy<P: Policy>: RoundPolicy {
  private let policy: P
  private let parameters: [Float]
  private let workspaces: WorkspacePool<P.Workspace>

  init(_ policy: P, parameters: [Float], workspaces: WorkspacePool<P.Workspace>) {
    self.policy = policy
    self.parameters = parameters
    self.workspaces = workspaces
  }

  var observationSize: Int { policy.observationSize }
  var actionSize: Int { policy.actionSpace.actionSize }
  var parameterCount: Int { parameters.count }

  func pass(
    through tiles: GroupTiles, weights: [Float]?, entropyWeight: Float, keepsSample: Bool
  ) -> GroupPass {
    var logProbabilities = [Float](repeating: 0, count: tiles.paddedStepCount)
    var entropies = [Float](repeating: 0, count: tiles.paddedStepCount)
    var sum = GroupGradient(parameterCount: weights == nil ? 0 : parameters.count)
    var sample: DivergenceSample?
    workspaces.withWorkspace { workspace in
      var columns = tiles.makeColumns()
      for tile in 0..<tiles.tileCount {
        tiles.lay(tile, into: &columns)
        tiles.evaluate(
          tile, columns, policy: policy, parameters: parameters, workspace: &workspace,
          logProbabilities: &logProbabilities, entropies: &entropies)
        if tile == 0, keepsSample {
          sample = DivergenceSample(
            columns: columns,
            logProbabilities: Array(logProbabilities[..<tiles.laneCount(of: 0)]))
        }
        if let weights {
          tiles.accumulateScore(
            tile, columns, policy: policy, parameters: parameters, weights: weights,
            entropyWeight: entropyWeight, workspace: &workspace, into: &sum)
        }
      }
    }
    return GroupPass(
      logProbabilities: logProbabilities,
      entropySum: entropies.span.extracting(first: tiles.stepCount).orderedSum,
      gradient: weights == nil ? nil : sum.total(), sample: sample)
  }

  func divergence(
    from parameters: [Float], over samples: [DivergenceSample], stepLimit: Int
  ) -> Double {
    workspaces.withWorkspace { workspace in
      var (sum, count) = (0.0, 0)
      for sample in samples {
        let part = sample.divergenceSum(
          from: parameters, stepLimit: stepLimit, policy: policy, workspace: &workspace)
        sum += part.sum
        count += part.stepCount
      }
      return sum / Double(count)
    }
  }
}

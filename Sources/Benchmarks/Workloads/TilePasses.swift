import Learning
import Policies
import RL

/// What a learner's thread does with each tile of steps: log-probabilities, then the gradient of the score.
package struct TilePasses {
  private let body: (_ tileCount: Int) -> Void

  package init(_ trained: TrainedPolicy) {
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
    // The arrays are this function's, for spans of two stored properties cannot be alive at once.
    body = { tileCount in
      for _ in 0..<tileCount {
        var logView = logProbabilities.mutableSpan
        var entropyView = entropies.mutableSpan
        policy.evaluate(
          observations: observations.span, actions: actions.span, laneCount: width,
          stride: width, parameters: parameters.span, workspace: &workspace, into: &logView,
          entropies: &entropyView)
        var view = gradient.mutableSpan
        policy.accumulateScore(
          actions: actions.span, laneCount: width, stride: width, parameters: parameters.span,
          weights: actions.span, entropyWeight: 0, workspace: &workspace, into: &view)
      }
    }
  }

  package func run(tiles: Int) { body(tiles) }
}

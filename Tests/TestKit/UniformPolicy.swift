package import RL

/// Takes any action with equal probability, whatever it sees: for tests of environments. It has no
/// parameters, and nothing can be learned with it.
package struct UniformPolicy: Policy {
  package let observationSize: Int
  package let actionSpace: ActionSpace
  package var parameterLayout: [ParameterTensor] { [] }

  package init(observationSize: Int, actionSpace: ActionSpace) {
    self.observationSize = observationSize
    self.actionSpace = actionSpace
  }

  package func initialParameters(seed: UInt64) -> [Float] { [] }
  package func makeWorkspace(laneCapacity: Int) -> Int { 0 }

  package func act(
    on observations: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    streams: borrowing LaneStreams, greedy: Bool, workspace: inout Int,
    into actions: inout MutableSpan<Float>, logProbabilities: inout MutableSpan<Float>
  ) {
    for lane in 0..<laneCount {
      var random = streams.stream(lane: lane, purpose: .action)
      for (entry, value) in actionSpace.randomAction(using: &random).enumerated() {
        actions[entry * stride + lane] = value
      }
      logProbabilities[lane] = 0
    }
  }

  package func distributions(
    at observations: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    workspace: inout Int
  ) -> [ActionDistribution] { [] }

  package func evaluate(
    observations: Span<Float>, actions: Span<Float>, laneCount: Int, stride: Int,
    parameters: Span<Float>, workspace: inout Int,
    into logProbabilities: inout MutableSpan<Float>, entropies: inout MutableSpan<Float>
  ) {}

  package func accumulateScore(
    actions: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    weights: Span<Float>, entropyWeight: Float, workspace: inout Int,
    into gradient: inout MutableSpan<Float>
  ) {}
}

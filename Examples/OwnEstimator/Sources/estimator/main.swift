import Environments
import Learning
import Policies
import RL

// An estimator of one's own: the score of every step is weighed by where its episode's return ranks among those of
// the round, from -1/2 to 1/2.
func weights(of returns: [Float]) -> [Float] {
  returns.map { own in
    let below = returns.count { $0 < own }
    let equal = returns.count { $0 == own }
    return (Float(below) + Float(equal - 1) / 2) / Float(returns.count - 1) - 0.5
  }
}

// The columns of one episode, padded to a multiple of 32 as the kernels want them.
func padded(_ values: ArraySlice<Float>, rows: Int, steps: Int, stride: Int) -> [Float] {
  var matrix = [Float](repeating: 0, count: rows * stride)
  for row in 0..<rows {
    for step in 0..<steps { matrix[row * stride + step] = values[values.startIndex + row * steps + step] }
  }
  return matrix
}

let policy = MLPPolicy(
  observationSize: 4, actionSpace: .discrete(count: 2), configuration: PolicyConfiguration(hidden: [16]))
var parameters = policy.initialParameters(seed: 1)
var optimizer = Optimizer(
  configuration: LearnerConfiguration(learningRate: 0.03), parameterCount: policy.parameterCount)
var rollout = Rollout(environment: CartPole.self, policy: policy, laneLimit: 64, seed: 1)
var workspace = policy.makeWorkspace(laneCapacity: 512)

for update in 1...60 {
  // 64 complete episodes of the newest policy.
  let version = PolicyVersion(UInt32(update - 1))
  rollout.begin(
    RoundID(version: version, kind: .training),
    snapshot: PolicySnapshot(version: version, parameters: parameters))
  var block = TrajectoryBlock(observationSize: 4, actionSize: 1)
  var slots = (0..<64).makeIterator()
  try rollout.advance(
    while: { _ in true }, nextSlot: { slots.next() }, finished: { _ in true }, into: &block)

  let episodes = Array(zip(block.headers, block.stepOffsets))
  let returns = episodes.map { header, offset in
    block.rewards[offset..<offset + header.stepCount].reduce(0, +)
  }
  // The estimate: the sum over all steps of weight × ∇ log π(action | observation), divided by 64.
  var gradient = [Float](repeating: 0, count: policy.parameterCount)
  for ((header, offset), weight) in zip(episodes, weights(of: returns)) {
    let steps = header.stepCount
    let stride = (steps + 31) / 32 * 32
    let observations = padded(
      block.observations[(offset * 4)..<(offset + steps) * 4], rows: 4, steps: steps, stride: stride)
    let actions = padded(
      block.actions[offset..<offset + steps], rows: 1, steps: steps, stride: stride)
    var logProbabilities = [Float](repeating: 0, count: stride)
    var entropies = logProbabilities
    var logView = logProbabilities.mutableSpan
    var entropyView = entropies.mutableSpan
    policy.evaluate(
      observations: observations.span, actions: actions.span, laneCount: steps, stride: stride,
      parameters: parameters.span, workspace: &workspace, into: &logView, entropies: &entropyView)
    let stepWeights = [Float](repeating: weight / 64, count: stride)
    var gradientView = gradient.mutableSpan
    policy.accumulateScore(
      actions: actions.span, laneCount: steps, stride: stride, parameters: parameters.span,
      weights: stepWeights.span, entropyWeight: 0, workspace: &workspace, into: &gradientView)
  }
  optimizer.update(&parameters, along: gradient)
  if update % 10 == 0 { print("update \(update): mean return \(returns.reduce(0, +) / 64)") }
}

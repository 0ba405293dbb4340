import Kernels
import Learning
import Policies
import RL
import Testing

/// Expectations of gradient estimates, and the gradients that they may be of: sums over everything that can
/// happen in ``AliasedProcess`` under one linear policy.
struct ExactExpectation {
  let policy = MLPPolicy(
    observationSize: 2, actionSpace: .discrete(count: 2),
    configuration: PolicyConfiguration(hidden: []))
  let parameters: [Float] = [0.3, -0.2, 0.1, 0.4, 0.05, -0.15]
  let trajectories = AliasedProcess.trajectories()

  func probability(_ trajectory: AliasedProcess.Trajectory) -> Double {
    zip(trajectory.states, trajectory.actions).reduce(trajectory.dynamics) { product, step in
      let features = AliasedProcess.observation(of: step.0).map(Double.init)
      return product * AliasedProcess.probabilities(parameters.map(Double.init), features)[step.1]
    }
  }

  /// ∇J by central differences in double precision.
  func analyticGradient(discount: Double) -> [Double] {
    let step = 1e-5
    return parameters.indices.map { index in
      var (up, down) = (parameters.map(Double.init), parameters.map(Double.init))
      up[index] += step
      down[index] -= step
      return
        (AliasedProcess.value(up, discount: discount)
        - AliasedProcess.value(down, discount: discount)) / (2 * step)
    }
  }

  /// ĝ of a batch of these trajectories, by the code that training uses.
  private func estimate(
    _ batch: [AliasedProcess.Trajectory], _ configuration: LearnerConfiguration
  ) -> [Float] {
    let function = MLPValueFunction(observationSize: 2, hidden: [3], activation: .tanh)
    var configuration = configuration
    (configuration.optimizer, configuration.learningRate) = (.sgd, 1)
    var learner = Learner(
      policy: policy, configuration: configuration,
      snapshot: PolicySnapshot(version: .initial, parameters: parameters),
      optimizer: Optimizer(
        configuration: configuration, parameterCount: policy.parameterCount),
      queue: Self.queue,
      valueBaseline: configuration.baseline == .value
        ? ValueBaseline(function: function, configuration: configuration, seed: 1) : nil)
    var round = learner.beginRound(kind: .training, slotCount: batch.count)
    for (slot, trajectory) in batch.enumerated() {
      let block = block(trajectory, slot: slot)
      round.insert(TrajectoryReference(block: block, index: 0, stepOffset: 0)) {}
    }
    #expect(round.takeVerifications().allSatisfy { $0.mismatches.isEmpty })
    guard configuration.gradientNormLimit != nil else { return round.gradient() }
    // What is shortened is the step, so it is looked at where it arrives.
    _ = learner.update(with: round)
    return zip(learner.snapshot.parameters, parameters).map { $0 - $1 }
  }

  private static let queue = WorkQueue(threadCount: 1)

  private func block(_ trajectory: AliasedProcess.Trajectory, slot: Int) -> TrajectoryBlock {
    let (steps, stride) = (trajectory.states.count, 32)
    var columns = [Float](repeating: 0, count: 2 * stride)
    var actions = [Float](repeating: 0, count: stride)
    for t in 0..<steps {
      let observation = AliasedProcess.observation(of: trajectory.states[t])
      columns[t] = observation[0]
      columns[stride + t] = observation[1]
      actions[t] = Float(trajectory.actions[t])
    }
    var workspace = policy.makeWorkspace(laneCapacity: stride)
    var logProbabilities = [Float](repeating: 0, count: stride)
    var entropies = logProbabilities
    var logProbabilityView = logProbabilities.mutableSpan
    var entropyView = entropies.mutableSpan
    policy.evaluate(
      observations: columns.span, actions: actions.span, laneCount: steps, stride: stride,
      parameters: parameters.span, workspace: &workspace, into: &logProbabilityView,
      entropies: &entropyView)
    return TrajectoryBlock(
      observationSize: 2, actionSize: 1,
      headers: [
        TrajectoryHeader(
          slot: slot, stepCount: steps, end: trajectory.end,
          fingerprint: Digest128.hash(of: logProbabilities.span.extracting(first: steps)))
      ],
      observations: Array(columns[..<steps] + columns[stride..<stride + steps]),
      actions: Array(actions.prefix(steps)), rewards: trajectory.rewards,
      finalObservations: [0.5, 1])
  }

  /// Σ P(τ) ĝ(τ) over all trajectories, or over all pairs for baselines made from other episodes.
  func expectation(
    _ configuration: LearnerConfiguration, episodes: Int,
    of trajectories: [AliasedProcess.Trajectory]? = nil
  ) -> [Double] {
    let trajectories = trajectories ?? self.trajectories
    var configuration = configuration
    configuration.episodesPerUpdate = episodes
    var sum = [Double](repeating: 0, count: parameters.count)
    func add(_ batch: [AliasedProcess.Trajectory]) {
      let weight = batch.reduce(1.0) { $0 * probability($1) }
      for (index, value) in estimate(batch, configuration).enumerated() {
        sum[index] += weight * Double(value)
      }
    }
    for first in trajectories {
      if episodes == 1 {
        add([first])
      } else {
        for second in trajectories { add([first, second]) }
      }
    }
    return sum
  }

  /// The same trajectories where the horizon is part of the process: nothing follows it.
  var endedTrajectories: [AliasedProcess.Trajectory] {
    trajectories.map { trajectory in
      var ended = trajectory
      ended.end = .terminated
      return ended
    }
  }
}

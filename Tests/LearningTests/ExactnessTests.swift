import Foundation
import Kernels
import Learning
import Policies
import RL
import Testing

/// A decision process small enough to enumerate: three states of which two look alike, two actions,
/// stochastic transitions, episodes of one to three steps.
struct AliasedProcess {
  struct Trajectory {
    var states: [Int] = []
    var actions: [Int] = []
    var rewards: [Float] = []
    var end = EpisodeEnd.truncated
    /// Probability of the environment's part; the policy's comes on top.
    var dynamics = 1.0
  }

  static let horizon = 3
  /// Features that the policy sees; the states 1 and 2 are aliased.
  static func observation(of state: Int) -> [Float] { state == 0 ? [1, 0.5] : [-0.5, 1] }
  static func reward(state: Int, action: Int) -> Float {
    [[0.5, -1], [2, 0.25], [-1, 3]][state][action]
  }
  /// Successors with their probabilities; nil ends the episode.
  static func successors(state: Int, action: Int) -> [(state: Int?, probability: Double)] {
    switch (state, action) {
    case (0, 0): [(1, 0.7), (2, 0.3)]
    case (0, 1): [(2, 0.6), (nil, 0.4)]
    case (1, 0): [(0, 0.5), (2, 0.5)]
    case (1, 1): [(nil, 1)]
    case (2, 0): [(0, 1)]
    default: [(1, 0.25), (2, 0.75)]
    }
  }

  /// Every trajectory from state 0.
  static func trajectories() -> [Trajectory] {
    var finished: [Trajectory] = []
    func extend(_ trajectory: Trajectory, state: Int) {
      for action in 0..<2 {
        var next = trajectory
        next.states.append(state)
        next.actions.append(action)
        next.rewards.append(reward(state: state, action: action))
        for successor in successors(state: state, action: action) {
          var branch = next
          branch.dynamics *= successor.probability
          if let state = successor.state, branch.states.count < horizon {
            extend(branch, state: state)
          } else {
            if successor.state == nil { branch.end = .terminated }
            finished.append(branch)
          }
        }
      }
    }
    extend(Trajectory(), state: 0)
    return finished
  }

  /// J(θ) of a linear softmax policy by dynamic programming, in double precision.
  static func value(_ parameters: [Double], discount: Double) -> Double {
    func value(_ state: Int, _ step: Int) -> Double {
      let features = observation(of: state).map(Double.init)
      let probabilities = probabilities(parameters, features)
      return (0..<2).reduce(0.0) { sum, action in
        var total = Double(reward(state: state, action: action))
        if step + 1 < horizon {
          for successor in successors(state: state, action: action) {
            if let state = successor.state {
              total += discount * successor.probability * value(state, step + 1)
            }
          }
        }
        return sum + probabilities[action] * total
      }
    }
    return value(0, 0)
  }

  static func probabilities(_ parameters: [Double], _ features: [Double]) -> [Double] {
    let logits = (0..<2).map { action in
      parameters[4 + action] + parameters[2 * action] * features[0]
        + parameters[2 * action + 1] * features[1]
    }
    // e^z without libm: the difference decides.
    let ratio = exponential(logits[1] - logits[0])
    return [1 / (1 + ratio), ratio / (1 + ratio)]
  }

  /// eˣ by halving the argument twenty times; 1e-15 for the small arguments here.
  private static func exponential(_ x: Double) -> Double {
    let small = x / 1_048_576
    var result = small + small * small / 2 + small * small * small / 6
    for _ in 0..<20 { result = result * (2 + result) }
    return 1 + result
  }
}

@Suite struct ExactnessTests {
  private let policy = MLPPolicy(
    observationSize: 2, actionSpace: .discrete(count: 2),
    configuration: PolicyConfiguration(hidden: []))
  private let parameters: [Float] = [0.3, -0.2, 0.1, 0.4, 0.05, -0.15]
  private let trajectories = AliasedProcess.trajectories()

  private func probability(_ trajectory: AliasedProcess.Trajectory) -> Double {
    zip(trajectory.states, trajectory.actions).reduce(trajectory.dynamics) { product, step in
      let features = AliasedProcess.observation(of: step.0).map(Double.init)
      return product * AliasedProcess.probabilities(parameters.map(Double.init), features)[step.1]
    }
  }

  /// ∇J by central differences in double precision.
  private func analyticGradient(discount: Double) -> [Double] {
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
    let learner = Learner(
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
    return round.gradient()
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
  private func expectation(
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

  private func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  private func configuration(
    _ estimator: Estimator, _ baseline: Baseline, discount: Double = 1, normalizes: Bool = false
  ) -> LearnerConfiguration {
    LearnerConfiguration(
      estimator: estimator, baseline: baseline, discount: discount,
      normalizeAdvantages: normalizes)
  }

  /// Every combination of choices that a run may make, as far as they change an expectation.
  static let choices: [LearnerConfiguration] = {
    var choices: [LearnerConfiguration] = []
    for estimator in Estimator.allCases {
      for baseline in Baseline.allCases {
        for (discount, weighs) in [(1.0, false), (0.9, false), (0.9, true)] {
          for normalizes in [false, true] {
            for lambda in baseline == .value ? [1, 0.5] : [1.0] {
              let configuration = LearnerConfiguration(
                episodesPerUpdate: 2, estimator: estimator, baseline: baseline,
                discount: discount, weighsByDiscount: weighs, normalizeAdvantages: normalizes,
                value: ValueConfiguration(lambda: lambda))
              // Some combinations no run can have.
              let run = try? RunConfiguration(
                environment: "aliased", seed: 1, policy: PolicyConfiguration(),
                learner: configuration)
              if run != nil { choices.append(configuration) }
            }
          }
        }
      }
    }
    return choices
  }()

  @Test(arguments: choices) func everyClaimIsTrue(configuration: LearnerConfiguration) {
    let claim = EstimateClaim(configuration)
    // What needs no other episode is estimated from one alone.
    let episodes =
      configuration.baseline.needsRound || configuration.normalizeAdvantages ? 2 : 1
    let gradient = analyticGradient(discount: configuration.discount)
    // The horizon is part of the process where nothing follows it.
    let ended = trajectories.map { trajectory in
      var ended = trajectory
      ended.end = .terminated
      return ended
    }
    let found = expectation(configuration, episodes: episodes)
    switch claim.expectation {
    case .gradient:
      #expect(claim.reasons.isEmpty)
      #expect(distance(found, gradient) < 1e-6)
    case .shrunkGradient:
      #expect(distance(found, gradient.map { $0 * (1 - 1 / Double(episodes)) }) < 1e-6)
    case .gradientIfEpisodesTerminate:
      #expect(distance(found, gradient) > 1e-3)
      let whole = expectation(configuration, episodes: episodes, of: ended)
      #expect(distance(whole, gradient) < 1e-6)
    case .biased:
      #expect(!claim.reasons.isEmpty)
      #expect(distance(found, gradient) > 1e-3)
      if configuration.baseline == .value {
        let whole = expectation(configuration, episodes: episodes, of: ended)
        #expect(distance(whole, gradient) > 1e-3)
      }
    }
  }

  @Test func theDocumentationSaysWhatIsClaimed() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../docs/design.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(
      text.contains(EstimateTable.markdown),
      "docs/design.md should have:\n\(EstimateTable.markdown)")
    // Each reason is documented, and each expectation occurs.
    let claims = EstimateTable.rows.map { EstimateClaim($0.configuration) }
    #expect(Set(claims.flatMap(\.reasons)) == Set(EstimateClaim.Reason.allCases))
    #expect(Set(claims.map(\.expectation)) == Set(EstimateClaim.Expectation.allCases))
  }

  @Test func theTrajectoriesAreAllThereAre() {
    let total = trajectories.reduce(0.0) { $0 + probability($1) }
    #expect(abs(total - 1) < 1e-12)
    #expect(Set(trajectories.map(\.states.count)) == [1, 2, 3])
  }

  @Test(arguments: [0.9, 1])
  func theTextbookFormulaIsTheGradientOfTheDiscountedReturn(discount: Double) {
    let gradient = analyticGradient(discount: discount)
    let found = expectation(
      configuration(.totalReturn, .none, discount: discount), episodes: 1)
    #expect(distance(found, gradient) < 1e-6)
    let paired = expectation(
      configuration(.totalReturn, .leaveOneOut, discount: discount), episodes: 2)
    #expect(distance(paired, gradient) < 1e-6)
  }

  @Test(arguments: [(Baseline.none, 1), (.leaveOneOut, 2), (.leaveOneOutPerStep, 2)])
  func rewardToGoIsTheGradientOfTheReturn(baseline: Baseline, episodes: Int) {
    let found = expectation(configuration(.rewardToGo, baseline), episodes: episodes)
    #expect(distance(found, analyticGradient(discount: 1)) < 1e-6)
  }

  /// V depends on the state alone, so with λ = 1 it takes nothing away; with less, its errors stay.
  @Test func aValueFunctionIsUnbiasedWithLambdaOneAlone() {
    // The horizon is part of the process: nothing follows it.
    let ended = trajectories.map { trajectory in
      var ended = trajectory
      ended.end = .terminated
      return ended
    }
    func found(lambda: Double, _ trajectories: [AliasedProcess.Trajectory]) -> [Double] {
      var configuration = configuration(.rewardToGo, .value)
      configuration.value.lambda = lambda
      return expectation(configuration, episodes: 1, of: trajectories)
    }
    let gradient = analyticGradient(discount: 1)
    #expect(distance(found(lambda: 1, ended), gradient) < 1e-6)
    #expect(distance(found(lambda: 0.5, ended), gradient) > 0.01)
    // Cut off instead, the same episodes are worth what V says of their last observation.
    #expect(distance(found(lambda: 1, trajectories), gradient) > 0.001)
  }

  /// A baseline that contains the episode itself takes 1/m of the gradient away.
  @Test func theMeanOfTheBatchShrinksTheGradientByOneOverM() {
    let found = expectation(configuration(.totalReturn, .mean), episodes: 2)
    let half = analyticGradient(discount: 1).map { $0 / 2 }
    #expect(distance(found, half) < 1e-6)
  }

  /// Without the factor γᵗ, discounted rewards-to-go are not the gradient of the discounted return.
  @Test func discountedRewardToGoIsBiasedAsDocumented() {
    let found = expectation(configuration(.rewardToGo, .none, discount: 0.9), episodes: 1)
    #expect(distance(found, analyticGradient(discount: 0.9)) > 0.01)
  }

  @Test func standardizingAndNormalizingAreBiasedAsDocumented() {
    let gradient = analyticGradient(discount: 1)
    let standardized = expectation(configuration(.rewardToGo, .standardize), episodes: 1)
    #expect(distance(standardized, gradient) > 0.05)
    let normalized = expectation(
      configuration(.rewardToGo, .leaveOneOut, normalizes: true), episodes: 2)
    #expect(distance(normalized, gradient) > 0.05)
  }
}

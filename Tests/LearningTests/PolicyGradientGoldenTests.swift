import Foundation
import Kernels
import Learning
import Policies
import RL
import TestKit
import Testing

/// One file of `golden/policy-gradient`: what PyTorch computed in double precision.
struct PolicyGradientCase: Decodable {
  struct Parameter: Decodable {
    let name: String
    let shape: [Int]
    let values: [Double]
  }
  /// One number, or one for each part of the action.
  struct Action: Decodable {
    let parts: [Double]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let part = try? container.decode(Double.self) {
        parts = [part]
      } else {
        parts = try container.decode([Double].self)
      }
    }
  }
  struct Episode: Decodable {
    let observations: [[Double]]
    let actions: [Action]
    let rewards: [Double]
    let log_probs: [Double]
    let entropies: [Double]
    let network_outputs: [[Double]]
  }
  struct Gradient: Decodable {
    let estimator: String
    let baseline: String
    let discount: Double
    let entropy_coefficient: Double
    let normalize_advantages: Bool
    let psi: [[Double]]
    let gradient: [[Double]]
  }
  struct Optimizer: Decodable {
    let name: String
    let learning_rate: Double
    let after: [[Double]]
  }
  let policy: String
  let layer_sizes: [Int]
  let activation: String
  let parameters: [Parameter]
  let episodes: [Episode]
  let gradients: [Gradient]
  let optimizers: [Optimizer]
  let optimizer_gradients: [[[Double]]]

  var actionSpace: ActionSpace {
    let count = layer_sizes[layer_sizes.count - 1]
    return switch policy {
    case "bernoulli": .multiBinary(count: count)
    case "gaussian":
      .box(
        low: Array(repeating: -1, count: count), high: Array(repeating: 1, count: count))
    default: .discrete(count: count)
    }
  }

  var network: MLPPolicy {
    MLPPolicy(
      observationSize: layer_sizes[0], actionSpace: actionSpace,
      configuration: PolicyConfiguration(
        hidden: Array(layer_sizes.dropFirst().dropLast()),
        activation: Nonlinearity(rawValue: activation) ?? .tanh))
  }

  var flatParameters: [Float] { parameters.flatMap(\.values).map(Float.init) }

  /// The recorded episodes with the fingerprints of an actor.
  func block() -> TrajectoryBlock {
    let (policy, parameters) = (network, flatParameters)
    var headers: [TrajectoryHeader] = []
    var observations: [Float] = []
    for (slot, episode) in episodes.enumerated() {
      let values = evaluated(slot, policy: policy, parameters: parameters)
      headers.append(
        TrajectoryHeader(
          slot: slot, stepCount: episode.rewards.count, end: .terminated,
          fingerprint: Digest128.hash(of: values.logProbabilities.span)))
      for feature in 0..<layer_sizes[0] {
        observations += episode.observations.map { Float($0[feature]) }
      }
    }
    var actions: [Float] = []
    for episode in episodes {
      for part in 0..<actionSpace.actionSize {
        actions += episode.actions.map { Float($0.parts[part]) }
      }
    }
    return TrajectoryBlock(
      observationSize: layer_sizes[0], actionSize: actionSpace.actionSize, headers: headers,
      observations: observations, actions: actions,
      rewards: episodes.flatMap(\.rewards).map(Float.init),
      finalObservations: Array(repeating: 0, count: episodes.count * layer_sizes[0]))
  }

  func evaluated(
    _ index: Int, policy: MLPPolicy, parameters: [Float]
  ) -> (outputs: [Float], logProbabilities: [Float], entropies: [Float]) {
    let episode = episodes[index]
    let (steps, stride) = (episode.rewards.count, 32)
    var observations = [Float](repeating: 0, count: layer_sizes[0] * stride)
    let actionSize = actionSpace.actionSize
    var actions = [Float](repeating: 0, count: actionSize * stride)
    for t in 0..<steps {
      for feature in 0..<layer_sizes[0] {
        observations[feature * stride + t] = Float(episode.observations[t][feature])
      }
      for part in 0..<actionSize {
        actions[part * stride + t] = Float(episode.actions[t].parts[part])
      }
    }
    var workspace = policy.makeWorkspace(laneCapacity: stride)
    var logProbabilities = [Float](repeating: 0, count: stride)
    var entropies = logProbabilities
    var logProbabilityView = logProbabilities.mutableSpan
    var entropyView = entropies.mutableSpan
    policy.evaluate(
      observations: observations.span, actions: actions.span, laneCount: steps, stride: stride,
      parameters: parameters.span, workspace: &workspace, into: &logProbabilityView,
      entropies: &entropyView)
    let outputs = policy.networkOutputs(
      at: observations.span, laneCount: steps, stride: stride, parameters: parameters.span,
      workspace: &workspace)
    return (
      outputs.flatMap(\.self), Array(logProbabilities.prefix(steps)),
      Array(entropies.prefix(steps))
    )
  }
}

@Suite struct PolicyGradientGoldenTests {
  static let names = (try? GoldenFolder.names(in: "policy-gradient", withSuffix: ".json")) ?? []

  @Test func thereIsACaseOfEachDistribution() throws {
    let policies = try Self.names.map { try load($0).policy }
    #expect(!policies.isEmpty)
    #expect(
      Set(policies) == ["categorical", "bernoulli", "gaussian"] || GoldenFolder.isReplaced)
  }

  private func load(_ name: String) throws -> PolicyGradientCase {
    try GoldenFolder.decode(PolicyGradientCase.self, from: "policy-gradient/\(name).json")
  }

  /// Agreement to 1e-5 of the largest entry, as FORMAT.md asks of single precision.
  private func expectClose(_ found: [Float], _ expected: [Double], _ what: String) {
    #expect(found.count == expected.count, "\(what)")
    let scale = expected.reduce(0) { max($0, abs($1)) }
    let worst = zip(found, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
    #expect(worst <= 1e-5 * max(scale, 1e-12), "\(what): off by \(worst) of \(scale)")
  }

  @Test(arguments: names) func whatTheNetworkSaysAgreesWithPyTorch(_ name: String) throws {
    let file = try load(name)
    for (index, episode) in file.episodes.enumerated() {
      let values = file.evaluated(index, policy: file.network, parameters: file.flatParameters)
      expectClose(values.outputs, episode.network_outputs.flatMap(\.self), "\(name) outputs")
      expectClose(values.logProbabilities, episode.log_probs, "\(name) log-probabilities")
      expectClose(values.entropies, episode.entropies, "\(name) entropies")
    }
  }

  @Test(arguments: names) func weightsAndGradientsAgreeWithPyTorch(_ name: String) throws {
    let file = try load(name)
    let block = file.block()
    #expect(file.gradients.count >= (GoldenFolder.isReplaced ? 1 : 40))
    for reference in file.gradients {
      let configuration = LearnerConfiguration(
        episodesPerUpdate: file.episodes.count,
        estimator: try #require(Estimator(rawValue: reference.estimator)),
        baseline: try #require(Baseline(rawValue: reference.baseline)),
        discount: reference.discount, normalizeAdvantages: reference.normalize_advantages,
        entropyCoefficient: reference.entropy_coefficient)
      let what =
        "\(name) \(reference.estimator) \(reference.baseline) \(reference.discount) "
        + "\(reference.entropy_coefficient) \(reference.normalize_advantages)"
      expectClose(
        weights(of: file, configuration: configuration), reference.psi.flatMap(\.self),
        what + " psi")
      let learner = Learner(
        policy: file.network, configuration: configuration,
        snapshot: PolicySnapshot(version: .initial, parameters: file.flatParameters),
        optimizer: Optimizer(
          configuration: configuration, parameterCount: file.network.parameterCount),
        queue: WorkQueue(threadCount: 1))
      var round = learner.beginRound(kind: .training, slotCount: file.episodes.count)
      for (index, offset) in block.stepOffsets.enumerated() {
        round.insert(TrajectoryReference(block: block, index: index, stepOffset: offset)) {}
      }
      #expect(round.takeVerifications().allSatisfy { $0.mismatches.isEmpty })
      expectClose(round.gradient(), reference.gradient.flatMap(\.self), what + " gradient")
    }
  }

  private func weights(
    of file: PolicyGradientCase, configuration: LearnerConfiguration
  ) -> [Float] {
    var rewardsToGo: [Float] = []
    var episodes: [Range<Int>] = []
    for episode in file.episodes {
      let rewards = episode.rewards.map(Float.init)
      var result = [Float](repeating: 0, count: rewards.count)
      var view = result.mutableSpan
      rewardToGo(of: rewards.span, discount: configuration.discount, into: &view)
      episodes.append(rewardsToGo.count..<rewardsToGo.count + rewards.count)
      rewardsToGo += result
    }
    let weights = StepWeights(configuration: configuration)
    var overwritten = rewardsToGo
    let terms = weights.terms(of: [weights.summary(of: &overwritten, episodes: episodes)])
    weights.complete(&rewardsToGo, episodes: episodes, firstEpisode: 0, with: terms)
    return rewardsToGo
  }

  @Test(arguments: names) func optimizersStepLikePyTorch(_ name: String) throws {
    let file = try load(name)
    #expect(Set(file.optimizers.map(\.name)) == ["sgd", "adam", "rmsprop"])
    for reference in file.optimizers {
      let configuration = LearnerConfiguration(
        optimizer: try #require(OptimizerRule(rawValue: reference.name)),
        learningRate: reference.learning_rate)
      var parameters = file.flatParameters
      var optimizer = Optimizer(configuration: configuration, parameterCount: parameters.count)
      for gradient in file.optimizer_gradients {
        optimizer.update(&parameters, along: gradient.flatMap(\.self).map(Float.init))
      }
      expectClose(parameters, reference.after.flatMap(\.self), "\(name) \(reference.name)")
    }
  }
}

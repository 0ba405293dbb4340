internal import Kernels
package import RL

/// A search method as a value: from what the candidates of a round came to, to the parameters of the
/// next. Nothing but returns goes in, and the noise is made again from the run's seed.
package struct ParameterSearch: Sendable, Equatable {
  package let method: TrainingMethod
  private let configuration: SearchConfiguration
  /// σ of the round to come.
  package private(set) var noise: Double
  /// T of the round to come; without effect except in annealing.
  package private(set) var temperature: Double

  /// The search at version 0; nil where the method is no search.
  package init?(_ learner: LearnerConfiguration) {
    guard learner.method.isSearch else { return nil }
    method = learner.method
    configuration = learner.search
    noise = learner.search.noise
    temperature = learner.search.temperature
  }

  /// The search as a checkpoint left it.
  package init?(_ learner: LearnerConfiguration, state: [Double]) {
    self.init(learner)
    guard state.count == 2, state.allSatisfy({ $0.isFinite && $0 >= 0 }) else { return nil }
    (noise, temperature) = (state[0], state[1])
  }

  /// What a checkpoint keeps of it.
  package var state: [Double] { [noise, temperature] }

  /// What the round to come plays.
  package var perturbation: Perturbation {
    Perturbation(
      scale: Float(noise), episodesPerCandidate: configuration.episodesPerCandidate,
      isAntithetic: method == .evolutionStrategies)
  }

  /// Moves the parameters by the returns of a complete round, in slot order; gives the Euclidean norm of
  /// the direction, where there is one.
  ///
  /// Determinism: means over a candidate's episodes in slot order, sums over candidates in their order,
  /// all in double precision.
  mutating func update(
    _ parameters: inout [Float], optimizer: inout Optimizer, returns: [Double], seed: UInt64,
    version: PolicyVersion
  ) -> Double? {
    let count = configuration.episodesPerCandidate
    let means = stride(from: 0, to: returns.count, by: count).map { first in
      returns[first..<first + count].reduce(0, +) / Double(count)
    }
    switch method {
    case .policyGradient: preconditionFailure("no search method")
    case .hillClimbing:
      climb(&parameters, means: means, seed: seed, version: version)
      return nil
    case .annealing:
      anneal(&parameters, means: means, seed: seed, version: version)
      return nil
    case .evolutionStrategies:
      let direction = evolutionDirection(
        means: means, parameterCount: parameters.count, seed: seed, version: version)
      optimizer.update(&parameters, along: direction)
      return Reductions.sumOfSquares(direction.span).squareRoot()
    }
  }

  /// The best of the candidates beside the incumbent; the first of several that are equal.
  private static func best(of means: [Double]) -> Int {
    var best = 1
    for candidate in means.indices.dropFirst(2) where means[candidate] > means[best] {
      best = candidate
    }
    return best
  }

  private mutating func climb(
    _ parameters: inout [Float], means: [Double], seed: UInt64, version: PolicyVersion
  ) {
    let best = Self.best(of: means)
    if means[best] >= means[0] {
      parameters = perturbation.parameters(
        of: best, around: parameters, seed: seed, version: version)
      noise = max(configuration.lowestNoise, noise / 2)
    } else {
      noise = min(configuration.highestNoise, noise * 2)
    }
  }

  /// Source: Kirkpatrick, Gelatt, Vecchi, "Optimization by Simulated Annealing", Science 1983.
  private mutating func anneal(
    _ parameters: inout [Float], means: [Double], seed: UInt64, version: PolicyVersion
  ) {
    let best = Self.best(of: means)
    let gain = means[best] - means[0]
    // The incumbent has no noise, so that its stream is free for the one decision of the round.
    var random = RandomStream(
      seed: seed, version: version, slot: 0, kind: .training, purpose: .perturbation)
    let isAccepted =
      gain >= 0
      || temperature > 0 && random.uniform() < Elementary.exp(Float(max(-100, gain / temperature)))
    if isAccepted {
      parameters = perturbation.parameters(
        of: best, around: parameters, seed: seed, version: version)
    }
    temperature *= configuration.cooling
  }

  /// 1/(n σ) Σ w ε over the pairs, with w the difference of the two ranks, scaled to −½ … ½.
  ///
  /// Source: Salimans et al., "Evolution Strategies as a Scalable Alternative to Reinforcement
  /// Learning", 2017, algorithm 2 with antithetic sampling and rank shaping (section 2.1).
  private func evolutionDirection(
    means: [Double], parameterCount: Int, seed: UInt64, version: PolicyVersion
  ) -> [Float] {
    let shaped = Self.centeredRanks(of: means)
    var sum = [Double](repeating: 0, count: parameterCount)
    for pair in 0..<means.count / 2 {
      let weight = shaped[2 * pair] - shaped[2 * pair + 1]
      if weight == 0 { continue }
      let noise = Perturbation.noise(pair, seed: seed, version: version, count: parameterCount)
      for index in sum.indices { sum[index] += weight * Double(noise[index]) }
    }
    let scale = 1 / (Double(means.count) * noise)
    return sum.map { Float($0 * scale) }
  }

  /// −½ for the lowest, ½ for the highest; equal values share the mean of their ranks.
  static func centeredRanks(of values: [Double]) -> [Double] {
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    var ranks = [Double](repeating: 0, count: values.count)
    var first = 0
    while first < order.count {
      var end = first + 1
      while end < order.count, values[order[end]] == values[order[first]] { end += 1 }
      for index in first..<end { ranks[order[index]] = Double(first + end - 1) / 2 }
      first = end
    }
    let last = Double(max(1, values.count - 1))
    return ranks.map { $0 / last - 0.5 }
  }
}

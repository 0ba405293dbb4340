/// Ψ: the weight that each step's score gets in the estimate.
///
/// Everything is computed in double precision from the rewards-to-go, sums run over slots in order,
/// and each weight is rounded once.
package struct StepWeights {
  private let configuration: LearnerConfiguration

  package init(configuration: LearnerConfiguration) { self.configuration = configuration }

  /// Weights of one episode that need nothing but the episode.
  ///
  /// - Precondition: the configuration's baseline does not need the round.
  func local(rewardsToGo: ArraySlice<Float>) -> [Float] {
    switch configuration.baseline {
    case .standardize: return standardized(rewardsToGo)
    case .none, .mean, .leaveOneOut, .leaveOneOutPerStep:
      return weights(of: rewardsToGo) { _ in 0 }
    }
  }

  /// Weights of every episode of a round, in slot order.
  package func complete(rewardsToGo: [ArraySlice<Float>]) -> [[Float]] {
    var all = baselined(rewardsToGo)
    if configuration.normalizeAdvantages { normalize(&all) }
    return all
  }

  private func baselined(_ rewardsToGo: [ArraySlice<Float>]) -> [[Float]] {
    let count = Double(rewardsToGo.count)
    switch configuration.baseline {
    case .none, .standardize:
      return rewardsToGo.map { local(rewardsToGo: $0) }
    case .mean:
      let mean = sumOfReturns(rewardsToGo) / count
      return rewardsToGo.map { weights(of: $0) { _ in mean } }
    case .leaveOneOut:
      let sum = sumOfReturns(rewardsToGo)
      return rewardsToGo.map { episode in
        let others = (sum - Double(episode[episode.startIndex])) / (count - 1)
        return weights(of: episode) { _ in others }
      }
    case .leaveOneOutPerStep:
      return leaveOneOutPerStep(rewardsToGo)
    }
  }

  private func sumOfReturns(_ rewardsToGo: [ArraySlice<Float>]) -> Double {
    rewardsToGo.reduce(0.0) { $0 + Double($1[$1.startIndex]) }
  }

  private func weights(
    of rewardsToGo: ArraySlice<Float>, baseline: (Int) -> Double
  ) -> [Float] {
    switch configuration.estimator {
    case .totalReturn:
      let start = Double(rewardsToGo[rewardsToGo.startIndex])
      return (0..<rewardsToGo.count).map { Float(start - baseline($0)) }
    case .rewardToGo:
      return rewardsToGo.enumerated().map { Float(Double($1) - baseline($0)) }
    }
  }

  /// The mean reward-to-go at t of the other episodes that still run at t.
  private func leaveOneOutPerStep(_ rewardsToGo: [ArraySlice<Float>]) -> [[Float]] {
    let longest = rewardsToGo.reduce(0) { max($0, $1.count) }
    var sums = [Double](repeating: 0, count: longest)
    var endingAfter = [Int](repeating: 0, count: longest + 1)
    for episode in rewardsToGo {
      endingAfter[episode.count] += 1
      for (t, value) in zip(sums.indices, episode) { sums[t] += Double(value) }
    }
    var inverseCounts = [Double](repeating: 0, count: longest)
    var running = rewardsToGo.count
    for t in 0..<longest {
      running -= endingAfter[t]
      inverseCounts[t] = running > 1 ? 1 / Double(running - 1) : 0
    }
    return rewardsToGo.map { episode in
      var weights: [Float] = []
      weights.reserveCapacity(episode.count)
      for (t, value) in zip(sums.indices, episode) {
        let own = Double(value)
        weights.append(Float(own - (sums[t] - own) * inverseCounts[t]))
      }
      return weights
    }
  }

  /// (G − mean) / (std + 2⁻²³) with the standard deviation of a sample, as the Hugging Face course; an
  /// episode of one step gets weight 0.
  private func standardized(_ rewardsToGo: ArraySlice<Float>) -> [Float] {
    let count = Double(rewardsToGo.count)
    guard count > 1 else { return [0] }
    let mean = rewardsToGo.reduce(0.0) { $0 + Double($1) } / count
    let squares = rewardsToGo.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    let deviation = (squares / (count - 1)).squareRoot() + 0x1p-23
    return rewardsToGo.map { Float((Double($0) - mean) / deviation) }
  }

  /// Divides by the population standard deviation over all steps, plus 1e-8, without centring.
  private func normalize(_ weights: inout [[Float]]) {
    var (sum, squares, count) = (0.0, 0.0, 0)
    for episode in weights {
      for weight in episode { sum += Double(weight) }
      count += episode.count
    }
    let mean = sum / Double(count)
    for episode in weights {
      for weight in episode { squares += (Double(weight) - mean) * (Double(weight) - mean) }
    }
    let factor = 1 / ((squares / Double(count)).squareRoot() + 1e-8)
    for episode in weights.indices {
      for t in weights[episode].indices {
        weights[episode][t] = Float(Double(weights[episode][t]) * factor)
      }
    }
  }
}

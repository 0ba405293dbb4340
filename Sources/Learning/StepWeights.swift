internal import RL

/// Ψ: the weight that each step's score gets in the estimate.
///
/// Baselines and scalings are computed in double precision from the rewards-to-go and each weight is
/// rounded once. For the baseline `value`, whose advantages need values and not only rewards, GAE(λ)
/// takes the place of the rewards-to-go and nothing is left to subtract. Sums run over the steps of an episode in order and over slots in order; those over all
/// steps of a round are made of one sum per episode.
package struct StepWeights {
  private let configuration: LearnerConfiguration

  package init(configuration: LearnerConfiguration) { self.configuration = configuration }

  /// Writes the weights of one episode that need nothing but the episode.
  ///
  /// Shape: both `[stepCount]`.
  ///
  /// - Precondition: the configuration's baseline does not need the round.
  package func weighLocally(_ rewardsToGo: Span<Float>, into weights: inout MutableSpan<Float>) {
    weighAlone(rewardsToGo, into: &weights)
    if configuration.weighsByDiscount { weighByDiscount(&weights) }
  }

  private func weighAlone(_ rewardsToGo: Span<Float>, into weights: inout MutableSpan<Float>) {
    switch configuration.baseline {
    case .standardize: standardize(rewardsToGo, into: &weights)
    case .none, .mean, .leaveOneOut, .leaveOneOutPerStep, .value:
      subtract(0, from: rewardsToGo, into: &weights)
    }
  }

  /// Weights of every episode of a round, concatenated in slot order like `rewardsToGo`.
  ///
  /// `episodes` are the steps of each episode within the arrays. Also gives the share of the weights'
  /// mean square that the baseline took away, over the first steps; nil if none was subtracted.
  package func complete(
    rewardsToGo: [Float], episodes: [Range<Int>]
  ) -> (weights: [Float], varianceCut: Double?) {
    var weights = [Float](repeating: 0, count: rewardsToGo.count)
    switch configuration.baseline {
    case .none, .standardize, .value:
      forEach(episodes, rewardsToGo, &weights) { weighAlone($1, into: &$2) }
    case .mean:
      let mean = sumOfReturns(rewardsToGo, episodes) / Double(episodes.count)
      forEach(episodes, rewardsToGo, &weights) { subtract(mean, from: $1, into: &$2) }
    case .leaveOneOut:
      let sum = sumOfReturns(rewardsToGo, episodes)
      let others = Double(episodes.count - 1)
      forEach(episodes, rewardsToGo, &weights) {
        subtract((sum - Double($1[0])) / others, from: $1, into: &$2)
      }
    case .leaveOneOutPerStep:
      subtractOthersPerStep(rewardsToGo, episodes, into: &weights)
    }
    let varianceCut = varianceCut(from: rewardsToGo, to: weights, episodes)
    if configuration.normalizeAdvantages { normalize(&weights, episodes) }
    if configuration.weighsByDiscount {
      forEach(episodes, rewardsToGo, &weights) { weighByDiscount(&$2) }
    }
    return (weights, varianceCut)
  }

  /// 1 − Σ Ψ² with the baseline / Σ Ψ² without, over the episodes that begin in the first 1,024 steps: it
  /// is for people, and more of them would cost what a hundredth of a short round does.
  private func varianceCut(
    from rewardsToGo: [Float], to weights: [Float], _ episodes: [Range<Int>]
  ) -> Double? {
    switch configuration.baseline {
    case .none, .standardize, .value: return nil
    case .mean, .leaveOneOut, .leaveOneOutPerStep: break
    }
    var (before, after) = (0.0, 0.0)
    for range in episodes {
      let first = Double(rewardsToGo[range.lowerBound])
      switch configuration.estimator {
      case .totalReturn where configuration.baseline != .leaveOneOutPerStep:
        before += first * first * Double(range.count)
      case .totalReturn, .rewardToGo:
        before += rewardsToGo.span.extracting(range).orderedSumOfSquares(around: 0)
      }
      after += weights.span.extracting(range).orderedSumOfSquares(around: 0)
      if range.upperBound >= 1024 { break }
    }
    return before > 0 ? 1 - after / before : nil
  }

  /// Multiplies the weight of each step t of an episode by γᵗ, the power made by recursion.
  ///
  /// Source: Sutton and Barto, 2nd edition, section 13.3, the box of REINFORCE.
  private func weighByDiscount(_ weights: inout MutableSpan<Float>) {
    var power = 1.0
    for t in 0..<weights.count {
      weights[t] = Float(Double(weights[t]) * power)
      power *= configuration.discount
    }
  }

  private func forEach(
    _ episodes: [Range<Int>], _ rewardsToGo: [Float], _ weights: inout [Float],
    _ body: (Int, Span<Float>, inout MutableSpan<Float>) -> Void
  ) {
    var view = weights.mutableSpan
    for (index, range) in episodes.enumerated() {
      var part = view._mutatingExtracting(range)
      body(index, rewardsToGo.span.extracting(range), &part)
    }
  }

  private func sumOfReturns(_ rewardsToGo: [Float], _ episodes: [Range<Int>]) -> Double {
    episodes.reduce(0.0) { $0 + Double(rewardsToGo[$1.lowerBound]) }
  }

  private func subtract(
    _ baseline: Double, from rewardsToGo: Span<Float>, into weights: inout MutableSpan<Float>
  ) {
    switch configuration.estimator {
    case .totalReturn:
      let weight = Float(Double(rewardsToGo[0]) - baseline)
      for t in 0..<weights.count { weights[t] = weight }
    case .rewardToGo:
      for t in 0..<weights.count { weights[t] = Float(Double(rewardsToGo[t]) - baseline) }
    }
  }

  /// Subtracts the mean reward-to-go at t of the other episodes that still run at t.
  private func subtractOthersPerStep(
    _ rewardsToGo: [Float], _ episodes: [Range<Int>], into weights: inout [Float]
  ) {
    let longest = episodes.reduce(0) { max($0, $1.count) }
    var sums = [Double](repeating: 0, count: longest)
    var endingAfter = [Int](repeating: 0, count: longest + 1)
    var sumView = sums.mutableSpan
    for range in episodes {
      endingAfter[range.count] += 1
      let episode = rewardsToGo.span.extracting(range)
      for t in 0..<episode.count { sumView[t] += Double(episode[t]) }
    }
    var inverseCounts = [Double](repeating: 0, count: longest)
    var running = episodes.count
    for t in 0..<longest {
      running -= endingAfter[t]
      inverseCounts[t] = running > 1 ? 1 / Double(running - 1) : 0
    }
    forEach(episodes, rewardsToGo, &weights) { _, episode, weights in
      let (sums, inverseCounts) = (sums.span, inverseCounts.span)
      for t in 0..<weights.count {
        let own = Double(episode[t])
        weights[t] = Float(own - (sums[t] - own) * inverseCounts[t])
      }
    }
  }

  /// (G − mean) / (std + 2⁻²³) with the standard deviation of a sample, as the Hugging Face course; an
  /// episode of one step gets weight 0.
  private func standardize(
    _ rewardsToGo: Span<Float>, into weights: inout MutableSpan<Float>
  ) {
    let count = Double(rewardsToGo.count)
    guard count > 1 else {
      weights[0] = 0
      return
    }
    let mean = rewardsToGo.orderedSum / count
    let squares = rewardsToGo.orderedSumOfSquares(around: mean)
    let factor = 1 / ((squares / (count - 1)).squareRoot() + 0x1p-23)
    for t in 0..<weights.count { weights[t] = Float((Double(rewardsToGo[t]) - mean) * factor) }
  }

  /// Divides by the population standard deviation over all steps, plus 1e-8, without centring.
  private func normalize(_ weights: inout [Float], _ episodes: [Range<Int>]) {
    let count = Double(weights.count)
    let mean =
      episodes.reduce(0.0) { $0 + weights.span.extracting($1).orderedSum } / count
    let squares = episodes.reduce(0.0) {
      $0 + weights.span.extracting($1).orderedSumOfSquares(around: mean)
    }
    let factor = 1 / ((squares / count).squareRoot() + 1e-8)
    var view = weights.mutableSpan
    for step in 0..<view.count { view[step] = Float(Double(view[step]) * factor) }
  }
}

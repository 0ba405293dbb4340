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

  /// Makes the weights of one episode of its rewards-to-go, where they need nothing but the episode.
  ///
  /// Shape: `[stepCount]`.
  ///
  /// - Precondition: the configuration's baseline does not need the round.
  package func weighLocally(_ steps: inout MutableSpan<Float>) {
    weighAlone(&steps)
    if configuration.weighsByDiscount { weighByDiscount(&steps) }
  }

  private func weighAlone(_ steps: inout MutableSpan<Float>) {
    switch configuration.baseline {
    case .standardize: standardize(&steps)
    case .none, .mean, .leaveOneOut, .leaveOneOutPerStep, .value: subtract(0, from: &steps)
    }
  }

  /// Weights of every episode of a round, concatenated in slot order like `rewardsToGo`, whose place they take.
  ///
  /// `episodes` are the steps of each episode within the array. Also gives the share of the weights'
  /// mean square that the baseline took away, over the first steps; nil if none was subtracted.
  package func complete(
    rewardsToGo: consuming [Float], episodes: [Range<Int>]
  ) -> (weights: [Float], varianceCut: Double?) {
    var weights = rewardsToGo
    let squaresBefore = sampledSquares(ofRewardsToGo: weights, episodes)
    switch configuration.baseline {
    case .none, .standardize, .value:
      forEach(episodes, &weights) { weighAlone(&$0) }
    case .mean:
      let mean = sumOfReturns(weights, episodes) / Double(episodes.count)
      forEach(episodes, &weights) { subtract(mean, from: &$0) }
    case .leaveOneOut:
      let sum = sumOfReturns(weights, episodes)
      let others = Double(episodes.count - 1)
      forEach(episodes, &weights) { subtract((sum - Double($0[0])) / others, from: &$0) }
    case .leaveOneOutPerStep:
      subtractOthersPerStep(from: &weights, episodes)
    }
    let varianceCut = squaresBefore.flatMap { before in
      before > 0 ? 1 - sampledSquares(of: weights, episodes) / before : nil
    }
    if configuration.normalizeAdvantages { normalize(&weights, episodes) }
    if configuration.weighsByDiscount { forEach(episodes, &weights) { weighByDiscount(&$0) } }
    return (weights, varianceCut)
  }

  /// The episodes that begin in the first 1,024 steps. The share that the baseline took is taken over them: it is
  /// for people, and more of them would cost what a hundredth of a short round does.
  private func sample(_ episodes: [Range<Int>]) -> ArraySlice<Range<Int>> {
    episodes.prefix { $0.lowerBound < 1024 }
  }

  /// Σ Ψ² as it would be without a baseline; nil if none is subtracted.
  private func sampledSquares(
    ofRewardsToGo rewardsToGo: [Float], _ episodes: [Range<Int>]
  ) -> Double? {
    switch configuration.baseline {
    case .none, .standardize, .value: return nil
    case .mean, .leaveOneOut, .leaveOneOutPerStep: break
    }
    var sum = 0.0
    for range in sample(episodes) {
      let first = Double(rewardsToGo[range.lowerBound])
      switch configuration.estimator {
      case .totalReturn where configuration.baseline != .leaveOneOutPerStep:
        sum += first * first * Double(range.count)
      case .totalReturn, .rewardToGo:
        sum += rewardsToGo.span.extracting(range).orderedSumOfSquares(around: 0)
      }
    }
    return sum
  }

  private func sampledSquares(of weights: [Float], _ episodes: [Range<Int>]) -> Double {
    sample(episodes).reduce(0.0) {
      $0 + weights.span.extracting($1).orderedSumOfSquares(around: 0)
    }
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
    _ episodes: [Range<Int>], _ weights: inout [Float], _ body: (inout MutableSpan<Float>) -> Void
  ) {
    var view = weights.mutableSpan
    for range in episodes {
      var part = view._mutatingExtracting(range)
      body(&part)
    }
  }

  private func sumOfReturns(_ rewardsToGo: [Float], _ episodes: [Range<Int>]) -> Double {
    episodes.reduce(0.0) { $0 + Double(rewardsToGo[$1.lowerBound]) }
  }

  private func subtract(_ baseline: Double, from steps: inout MutableSpan<Float>) {
    switch configuration.estimator {
    case .totalReturn:
      let weight = Float(Double(steps[0]) - baseline)
      for t in 0..<steps.count { steps[t] = weight }
    case .rewardToGo:
      for t in 0..<steps.count { steps[t] = Float(Double(steps[t]) - baseline) }
    }
  }

  /// Subtracts the mean reward-to-go at t of the other episodes that still run at t.
  private func subtractOthersPerStep(from weights: inout [Float], _ episodes: [Range<Int>]) {
    let longest = episodes.reduce(0) { max($0, $1.count) }
    var sums = [Double](repeating: 0, count: longest)
    var endingAfter = [Int](repeating: 0, count: longest + 1)
    var sumView = sums.mutableSpan
    for range in episodes {
      endingAfter[range.count] += 1
      let episode = weights.span.extracting(range)
      for t in 0..<episode.count { sumView[t] += Double(episode[t]) }
    }
    var inverseCounts = [Double](repeating: 0, count: longest)
    var running = episodes.count
    for t in 0..<longest {
      running -= endingAfter[t]
      inverseCounts[t] = running > 1 ? 1 / Double(running - 1) : 0
    }
    forEach(episodes, &weights) { episode in
      let (sums, inverseCounts) = (sums.span, inverseCounts.span)
      for t in 0..<episode.count {
        let own = Double(episode[t])
        episode[t] = Float(own - (sums[t] - own) * inverseCounts[t])
      }
    }
  }

  /// (G − mean) / (std + 2⁻²³) with the standard deviation of a sample, as the Hugging Face course; an
  /// episode of one step gets weight 0.
  private func standardize(_ steps: inout MutableSpan<Float>) {
    let count = Double(steps.count)
    guard count > 1 else {
      steps[0] = 0
      return
    }
    let mean = steps.span.orderedSum / count
    let squares = steps.span.orderedSumOfSquares(around: mean)
    let factor = 1 / ((squares / (count - 1)).squareRoot() + 0x1p-23)
    for t in 0..<steps.count { steps[t] = Float((Double(steps[t]) - mean) * factor) }
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

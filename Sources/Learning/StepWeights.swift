internal import RL

/// Ψ: the weight that each step's score gets in the estimate.
///
/// Baselines and scalings are computed in double precision from the rewards-to-go and each weight is
/// rounded once a stage. For the baseline `value`, whose advantages need values and not only rewards, GAE(λ)
/// takes the place of the rewards-to-go and nothing is left to subtract.
///
/// Where weights need the whole round, each group of slots is summed up, the sums become the
/// ``WeightTerms`` of the round, and each group makes its weights of those. Sums run over the steps of an episode
/// in order and over episodes in slot order; those at one t over the episodes of a group, then over groups.
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

  /// Whether weights need ``terms(of:)``: otherwise they are made of nothing but their episode, and nobody looks at
  /// summaries.
  var needsTerms: Bool {
    configuration.baseline.needsRound || configuration.normalizeAdvantages
  }

  /// Sums up a group's episodes. `steps` are their rewards-to-go, one after the other, which `standardize` overwrites.
  ///
  /// Shape: `steps` `[stepCount]`; `episodes` the steps of each within it.
  package func summary(of steps: inout [Float], episodes: [Range<Int>]) -> WeightSummary {
    if configuration.baseline == .standardize {
      forEach(episodes, &steps) { standardize(&$0) }
    }
    if configuration.baseline == .leaveOneOutPerStep {
      return WeightSummary(perStepOf: steps.span, episodes: episodes)
    }
    let spreadsReturns =
      configuration.estimator == .totalReturn && configuration.baseline != .standardize
    return WeightSummary(of: steps.span, episodes: episodes, spreadsReturns: spreadsReturns)
  }

  /// What all weights of a round are made with; `summaries` are those of all groups, in order.
  package func terms(of summaries: [WeightSummary]) -> WeightTerms {
    switch configuration.baseline {
    case .none, .standardize, .value: WeightTerms(of: summaries, subtracting: .nothing)
    case .mean: WeightTerms(of: summaries, subtracting: .mean)
    case .leaveOneOut: WeightTerms(of: summaries, subtracting: .meanOfOthers)
    case .leaveOneOutPerStep: WeightTerms(perStepOf: summaries)
    }
  }

  /// Makes the weights of a group of its rewards-to-go, in their place.
  ///
  /// `firstEpisode` is the place of the group's first episode within the round.
  package func complete(
    _ steps: inout [Float], episodes: [Range<Int>], firstEpisode: Int, with terms: WeightTerms
  ) {
    var episode = firstEpisode
    forEach(episodes, &steps) { steps in
      switch configuration.baseline {
      case .none, .standardize, .value: weighAlone(&steps)
      case .mean, .leaveOneOut: subtract(terms.baselines[episode], from: &steps)
      case .leaveOneOutPerStep: subtractOthersPerStep(from: &steps, terms)
      }
      if configuration.normalizeAdvantages { scale(&steps, by: terms.factor) }
      if configuration.weighsByDiscount { weighByDiscount(&steps) }
      episode += 1
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
  private func subtractOthersPerStep(from steps: inout MutableSpan<Float>, _ terms: WeightTerms) {
    let (sums, inverseCounts) = (terms.sums.span, terms.inverseCounts.span)
    for t in 0..<steps.count {
      let own = Double(steps[t])
      steps[t] = Float(own - (sums[t] - own) * inverseCounts[t])
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

  private func scale(_ steps: inout MutableSpan<Float>, by factor: Double) {
    for t in 0..<steps.count { steps[t] = Float(Double(steps[t]) * factor) }
  }
}

import Learning
import RL
import Testing

/// The weights of a round that is made in groups, against their definitions written down plainly.
@Suite struct StepWeightsTests {
  /// Rewards-to-go of nine episodes, the longest of which runs alone in the end.
  static let episodes: [[Float]] = [3, 1, 8, 5, 5, 2, 13, 1, 7].enumerated().map { index, length in
    (0..<length).map { Float((index * 7919 + $0 * 104_729) % 1000) / 10 - 30 }
  }

  static let configurations: [LearnerConfiguration] = {
    var configurations: [LearnerConfiguration] = []
    for baseline in [Baseline.none, .mean, .leaveOneOut, .leaveOneOutPerStep, .standardize] {
      for estimator in [Estimator.rewardToGo, .totalReturn] {
        for (normalizes, weighsByDiscount) in [(false, false), (true, false), (true, true)] {
          configurations.append(
            LearnerConfiguration(
              episodesPerUpdate: episodes.count, estimator: estimator, baseline: baseline,
              discount: 0.9, weighsByDiscount: weighsByDiscount, normalizeAdvantages: normalizes))
        }
      }
    }
    return configurations
  }()

  @Test(arguments: configurations) func areWhatTheDefinitionsSay(
    _ configuration: LearnerConfiguration
  ) {
    let expected = plainWeights(configuration)
    for groupSize in [1, 2, 4, 9] {
      let (weights, cut) = weights(configuration, groupSize: groupSize)
      #expect(weights.map(\.count) == expected.weights.map(\.count))
      for (weight, plain) in zip(weights.joined(), expected.weights.joined()) {
        // Up to four roundings to single precision.
        #expect(abs(Double(weight) - plain) <= 4 * 0x1p-24 * max(abs(plain), 1))
      }
      #expect((cut == nil) == (expected.cut == nil))
      if let cut, let plain = expected.cut { #expect(abs(cut - plain) < 1e-12) }
    }
  }

  /// Returns that differ in their last bit only: their weights are that bit over its deviation, and no rounding
  /// error may take the place of the deviation.
  @Test(arguments: [Baseline.none, .mean, .leaveOneOut, .leaveOneOutPerStep])
  func ofAlmostEqualEpisodesAreScaledByTheirDeviation(_ baseline: Baseline) {
    let configuration = LearnerConfiguration(
      episodesPerUpdate: 40, estimator: .totalReturn, baseline: baseline, discount: 0.9,
      normalizeAdvantages: true)
    let episodes = (0..<40).map { index in
      [Float](repeating: index == 17 ? Float(1000).nextUp : 1000, count: index % 7 + 100)
    }
    let expected = plainWeights(configuration, episodes).weights
    for groupSize in [2, 40] {
      let weights = weights(configuration, groupSize: groupSize, episodes: episodes).weights
      for (weight, plain) in zip(weights.joined(), expected.joined()) {
        #expect(abs(Double(weight) - plain) <= 1e-6 * max(abs(plain), 1))
      }
    }
  }

  /// As the groups of a round make them, each its own.
  private func weights(
    _ configuration: LearnerConfiguration, groupSize: Int, episodes: [[Float]] = Self.episodes
  ) -> (weights: [[Float]], varianceCut: Double?) {
    let maker = StepWeights(configuration: configuration)
    let groups = stride(from: 0, to: episodes.count, by: groupSize).map {
      Array(episodes[$0..<min($0 + groupSize, episodes.count)])
    }
    let terms = maker.terms(
      of: groups.map { group in
        var steps = group.flatMap(\.self)
        return maker.summary(of: &steps, episodes: ranges(of: group))
      })
    var result: [[Float]] = []
    for group in groups {
      var steps = group.flatMap(\.self)
      let ranges = ranges(of: group)
      maker.complete(&steps, episodes: ranges, firstEpisode: result.count, with: terms)
      result += ranges.map { Array(steps[$0]) }
    }
    return (result, terms.varianceCut)
  }

  private func ranges(of group: [[Float]]) -> [Range<Int>] {
    var end = 0
    return group.map { episode in
      defer { end += episode.count }
      return end..<end + episode.count
    }
  }

  private func plainWeights(
    _ configuration: LearnerConfiguration, _ episodes: [[Float]] = Self.episodes
  ) -> (weights: [[Double]], cut: Double?) {
    let episodes = episodes.map { $0.map(Double.init) }
    let count = Double(episodes.count)
    let total = episodes.reduce(0) { $0 + $1[0] }
    let isPerStep = configuration.baseline == .leaveOneOutPerStep
    let isTotal = configuration.estimator == .totalReturn && !isPerStep
    let whole = episodes.map { episode in
      configuration.baseline == .standardize || !isTotal
        ? episode : episode.map { _ in episode[0] }
    }
    var weights = whole
    for (i, episode) in whole.enumerated() {
      for t in episode.indices {
        switch configuration.baseline {
        case .none, .value: break
        case .mean: weights[i][t] -= total / count
        case .leaveOneOut: weights[i][t] -= (total - episodes[i][0]) / (count - 1)
        case .leaveOneOutPerStep:
          let others = whole.indices.filter { $0 != i && whole[$0].count > t }
          guard !others.isEmpty else { continue }
          weights[i][t] -= others.reduce(0) { $0 + whole[$1][t] } / Double(others.count)
        case .standardize:
          let mean = episode.reduce(0, +) / Double(episode.count)
          let squares = episode.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
          let deviation = (squares / Double(episode.count - 1)).squareRoot()
          weights[i][t] = episode.count == 1 ? 0 : (episode[t] - mean) / (deviation + 0x1p-23)
        }
      }
    }
    func squares(_ values: [[Double]]) -> Double { values.joined().reduce(0) { $0 + $1 * $1 } }
    let subtracts = ![Baseline.none, .standardize].contains(configuration.baseline)
    let cut = subtracts ? 1 - squares(weights) / squares(whole) : nil
    let all = weights.joined()
    let mean = all.reduce(0, +) / Double(all.count)
    let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count)
    for i in weights.indices {
      for t in weights[i].indices where configuration.normalizeAdvantages {
        weights[i][t] /= variance.squareRoot() + 1e-8
      }
      var power = 1.0
      for t in weights[i].indices where configuration.weighsByDiscount {
        weights[i][t] *= power
        power *= configuration.discount
      }
    }
    return (weights, cut)
  }
}

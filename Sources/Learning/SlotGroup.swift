internal import Kernels
internal import RL
internal import Synchronization

/// A group of consecutive slots of one round: their steps one after the other in slot order, in tiles
/// of fixed width, and the gradient summed over them. Whoever computes it, and whenever, the bits are
/// the same.
final class SlotGroup: Sendable {
  private struct State: Sendable {
    /// Empty once nobody needs them any more.
    var trajectories: [TrajectoryReference?]
    var missingCount: Int
    /// What the episodes came to, once all are there.
    var outcomes: [EpisodeOutcome] = []
    var tiles = GroupTiles()
    /// For the weights of the round, from when the group is prepared until it was taken.
    var weightSummary: WeightSummary?
    /// The newest pass with the weights of the round that went through the group.
    var pass = 0
    var values = GroupValues()
    /// Of the observations, where they are normalised.
    var statistics: ObservationStatistics?
    var entropySum = 0.0
    var gradient: [Float]?
    /// Squared norm of the policy's gradient.
    var gradientSquares = 0.0
    /// What the estimate of the divergence looks at, in the groups that it looks at.
    var sample: DivergenceSample?
  }

  let index: Int
  let slots: Range<Int>
  private let context: RoundContext
  private let state: Mutex<State>

  init(index: Int, slots: Range<Int>, context: RoundContext) {
    self.index = index
    self.slots = slots
    self.context = context
    state = Mutex(
      State(
        trajectories: Array(repeating: nil, count: slots.count), missingCount: slots.count))
  }

  /// Puts a trajectory in its place; true when the group is complete.
  func insert(_ trajectory: TrajectoryReference) -> Bool {
    state.withLock { state in
      let place = trajectory.place - slots.lowerBound
      if state.trajectories[place] == nil { state.missingCount -= 1 }
      state.trajectories[place] = trajectory
      return state.missingCount == 0
    }
  }

  /// Empties a slot whose trajectory was refused.
  func reopen(slot: Int) {
    state.withLock { state in
      let place = slot - slots.lowerBound
      if state.trajectories[place] != nil { state.missingCount += 1 }
      state.trajectories[place] = nil
      state.outcomes = []
    }
  }

  /// Of all episodes, once they are there.
  var stepCount: Int {
    state.withLock { state in
      state.outcomes.isEmpty
        ? state.trajectories.reduce(0) { $0 + ($1?.header.stepCount ?? 0) }
        : state.outcomes.reduce(0) { $0 + $1.stepCount }
    }
  }

  /// Orders the steps and sums up what the weights of the round need of them, which takes nothing but the
  /// trajectories.
  func prepare() {
    state.withLock { state in
      prepare(&state)
      state.weightSummary = makeWeightSummary(state)
    }
  }

  private func makeWeightSummary(_ state: borrowing State) -> WeightSummary {
    guard weights.needsTerms else { return WeightSummary() }
    var steps = weightSources(state)
    return weights.summary(of: &steps, episodes: state.tiles.stepRanges)
  }

  /// Prepares the group and goes through it, with weights that need nothing but the episode itself; in
  /// an evaluation round with none.
  func verifyLocally() -> GroupVerification {
    state.withLock { state in
      prepare(&state)
      let weights = context.estimates ? localWeights(state) : nil
      return verify(&state, weights: weights, entropyWeight: 0)
    }
  }

  /// Goes through the prepared group with weights made with the terms of the whole round; nil if a later pass came
  /// first, whose gradient stays.
  func verify(
    with terms: WeightTerms, pass: Int, entropyWeight: Float
  ) -> GroupVerification? {
    state.withLock { state in
      guard pass >= state.pass else { return nil }
      state.pass = pass
      // Made again, for of all groups together they would take as much memory as the rewards.
      var steps = weightSources(state)
      weights.complete(
        &steps, episodes: state.tiles.stepRanges, firstEpisode: slots.lowerBound, with: terms)
      return verify(&state, weights: steps, entropyWeight: entropyWeight)
    }
  }

  private func prepare(_ state: inout State) {
    let trajectories = state.trajectories.compactMap { $0 }
    precondition(trajectories.count == slots.count, "a group is prepared when it is complete")
    state.outcomes = trajectories.map {
      EpisodeOutcome(episodeReturn: $0.sumOfRewards, stepCount: $0.header.stepCount)
    }
    state.tiles = GroupTiles(
      trajectories, observationSize: context.policy.observationSize,
      actionSize: context.policy.actionSize, normalization: context.normalization)
    if context.estimates, context.normalization != nil {
      state.statistics = .merged(trajectories.map { ObservationStatistics(of: $0) }[...])
    }
    if context.estimates, let baseline = context.valueBaseline {
      state.values = GroupValues(
        of: trajectories, tiles: state.tiles, baseline: baseline,
        configuration: context.configuration, normalization: context.normalization)
    }
  }

  private var weights: StepWeights { StepWeights(configuration: context.configuration) }

  /// What the weights of the steps are made of: advantages over V where it is the baseline, otherwise
  /// rewards-to-go.
  private func weightSources(_ state: borrowing State) -> [Float] {
    if context.valueBaseline != nil { return state.values.advantages }
    let trajectories = state.trajectories.compactMap { $0 }
    let count = trajectories.reduce(0) { $0 + $1.header.stepCount }
    var result = [Float](repeating: 0, count: count)
    var view = result.mutableSpan
    var offset = 0
    for trajectory in trajectories {
      let steps = trajectory.header.stepCount
      var part = view._mutatingExtracting(offset..<offset + steps)
      rewardToGo(
        of: trajectory.block.rewards.span.extracting(
          trajectory.stepOffset..<trajectory.stepOffset + steps),
        discount: context.configuration.discount, scale: context.configuration.rewardScale,
        into: &part)
      offset += steps
    }
    return result
  }

  private func localWeights(_ state: borrowing State) -> [Float] {
    var steps = weightSources(state)
    var view = steps.mutableSpan
    for range in state.tiles.stepRanges {
      var part = view._mutatingExtracting(range)
      weights.weighLocally(&part)
    }
    return steps
  }

  /// Recomputes the log-probability of every step and compares with what the actors hashed. With
  /// weights, goes backward through each tile while its activations are at hand: once through the
  /// network, whatever the estimator.
  private func verify(
    _ state: inout State, weights: [Float]?, entropyWeight: Float
  ) -> GroupVerification {
    let pass = context.policy.pass(
      through: state.tiles, weights: weights, entropyWeight: entropyWeight,
      keepsSample: DivergenceSample.isTaken(ofGroup: index))
    state.sample = pass.sample
    state.entropySum = pass.entropySum
    let verification = compare(pass.logProbabilities, state)
    if verification.mismatches.isEmpty, context.passesOnce {
      state.trajectories = []
      state.tiles = GroupTiles()
    }
    state.gradient = verification.mismatches.isEmpty ? pass.gradient : nil
    state.gradientSquares = state.gradient.map { Reductions.sumOfSquares($0.span) } ?? 0
    return verification
  }

  private func compare(
    _ logProbabilities: [Float], _ state: borrowing State
  ) -> GroupVerification {
    var mismatches: [Int] = []
    var deviations: [Int: LogProbabilityDeviation] = [:]
    for (place, range) in state.tiles.stepRanges.enumerated() {
      guard let trajectory = state.trajectories[place] else { continue }
      let logProbabilities = logProbabilities.span.extracting(range)
      let agrees: Bool
      if !Reductions.areFinite(logProbabilities) {
        agrees = false
      } else if trajectory.block.logProbabilities.isEmpty {
        agrees = Digest128.hash(of: logProbabilities) == trajectory.header.fingerprint
      } else {
        let deviation = trajectory.deviation(from: logProbabilities)
        deviations[trajectory.place] = deviation
        agrees = deviation.step == nil
      }
      if !agrees { mismatches.append(trajectory.place) }
    }
    return GroupVerification(group: index, mismatches: mismatches, deviations: deviations)
  }

  /// The gradient of the group; nil before it was computed.
  func takeGradient() -> [Float]? {
    state.withLock { state in
      defer { state.gradient = nil }
      return state.gradient
    }
  }

  /// Squared norm of the policy's gradient, summed over the group.
  var gradientSquares: Double { state.withLock { $0.gradientSquares } }

  /// Takes what the weights of the round need. Another pass, for a trajectory of another group that was refused in
  /// the one before, makes it again.
  func takeWeightSummary() -> WeightSummary {
    state.withLock { state in
      defer { state.weightSummary = nil }
      return state.weightSummary ?? makeWeightSummary(state)
    }
  }

  /// Of the group's observations; nil where they are not normalised.
  var statistics: ObservationStatistics? { state.withLock { $0.statistics } }

  /// What V made of the episodes; empty where it is not the baseline.
  var values: GroupValues { state.withLock { $0.values } }

  /// Adds up (target − V) ∇V over the whole group.
  func accumulateValueGradient(of baseline: ValueBaseline) {
    state.withLock { state in
      state.gradient = baseline.gradient(towards: state.values.targets, of: state.tiles)
    }
  }

  /// Undiscounted, unscaled returns and lengths of the episodes, in slot order, once all are there.
  var outcomes: [EpisodeOutcome] { state.withLock { $0.outcomes } }

  var entropySum: Double { state.withLock { $0.entropySum } }

  /// Nil in groups that the estimate of the divergence does not look at.
  var divergenceSample: DivergenceSample? { state.withLock { $0.sample } }
}

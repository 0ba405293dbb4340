internal import Kernels
package import RL
internal import Synchronization

/// What one episode came to.
package struct EpisodeOutcome: Hashable, Sendable {
  /// Σ of the rewards as the environment gave them, neither discounted nor scaled.
  package let episodeReturn: Double
  package let stepCount: Int

  package init(episodeReturn: Double, stepCount: Int) {
    self.episodeReturn = episodeReturn
    self.stepCount = stepCount
  }
}

/// One round's estimate in the making: trajectories go in as they arrive, and groups of slots are worked
/// on meanwhile by the learner's threads.
///
/// A group goes through the network once, forward and backward, tile by tile. Where the weights of its
/// steps need nothing but its own episodes that is done when it is complete. Where they need the whole
/// round (`mean`, `leave-one-out`, normalised advantages, an entropy bonus) it is done when the round is,
/// for the weights come from rewards (and values) alone. Verifying earlier would mean a second forward
/// pass, or activations that come back from memory no faster than they are computed.
///
/// Owned by one thread. The result depends on the trajectories alone, neither on the order in which
/// they come nor on the threads.
package struct RoundEstimation<P: Policy> {
  /// Less work than this, some 30 µs, the calling thread does at once: waking another costs more.
  private static var inlineWorkLimit: Int { 600_000 }
  /// What one step costs beside the network, in multiply-adds of the network.
  private static var workBesideNetwork: Int { 200 }

  package let round: RoundID
  package let partition: RoundPartition
  private let context: RoundContext<P>
  private let groups: [SlotGroup<P>]
  private let queue: WorkQueue
  private let finished = Mailbox<GroupResult>()
  /// Groups whose slots are all filled and laid out, where the weights need the round.
  private var preparedCount = 0
  /// A group was laid out since the last pass began.
  private var isPassDue = false
  /// Counts the passes over the whole round; a trajectory that was refused and replaced makes another.
  private var pass = 0
  /// Groups found right in the present pass.
  private var verifiedCount = 0
  /// What the baseline took from the weights' mean square, where it needs the round.
  package private(set) var baselineVarianceCut: Double?
  /// Groups found right in any pass, which are reported once.
  private var isReported: [Bool]

  private enum GroupResult: Sendable {
    case prepared
    case verified(GroupVerification, pass: Int)
  }

  init(
    round: RoundID, slotCount: Int, context: RoundContext<P>, queue: WorkQueue
  ) {
    self.round = round
    self.context = context
    self.queue = queue
    let partition = RoundPartition(slotCount: slotCount)
    self.partition = partition
    groups = (0..<partition.groupCount).map {
      SlotGroup(index: $0, slots: partition.slots(of: $0), context: context)
    }
    isReported = Array(repeating: false, count: partition.groupCount)
  }

  /// Whether the weights come from the whole round.
  private var needsRound: Bool { context.estimates && context.configuration.needsRound }

  /// Puts in a trajectory. When its group is complete there is something to compute, by another thread if
  /// that is worth it; `wake` is then called there when ``takeVerifications(wake:)`` has something.
  ///
  /// - Precondition: the trajectory's slot, observation and action sizes are those of the round.
  package func insert(_ trajectory: TrajectoryReference, wake: @escaping @Sendable () -> Void) {
    let group = groups[partition.group(of: trajectory.place)]
    guard group.insert(trajectory) else { return }
    let (needsRound, pass) = (needsRound, pass)
    perform(inline: isSmall(stepCount: group.stepCount, passes: !needsRound), wake: wake) {
      if needsRound {
        group.prepare()
        return .prepared
      }
      return .verified(group.verifyLocally(), pass: pass)
    }
  }

  /// The groups verified since the last call, each once. Slots that mismatched are open again.
  package mutating func takeVerifications(
    wake: @escaping @Sendable () -> Void = {}
  ) -> [GroupVerification] {
    var reports: [GroupVerification] = []
    while case let results = finished.takeAll(), !results.isEmpty {
      for result in results {
        switch result {
        case .prepared:
          preparedCount += 1
          isPassDue = true
        case .verified(let verification, let pass) where pass == self.pass:
          note(verification, in: &reports)
        case .verified: break  // the pass was begun again
        }
      }
      if isPassDue, preparedCount == groups.count { startPass(wake: wake) }
    }
    return reports
  }

  private mutating func note(
    _ verification: GroupVerification, in reports: inout [GroupVerification]
  ) {
    let group = verification.group
    if verification.mismatches.isEmpty {
      verifiedCount += 1
      if isReported[group] { return }
      isReported[group] = true
    } else {
      for slot in verification.mismatches { groups[group].reopen(slot: slot) }
      if needsRound { preparedCount -= 1 }
    }
    reports.append(verification)
  }

  /// Goes through all groups with the weights of the round.
  private mutating func startPass(wake: @escaping @Sendable () -> Void) {
    isPassDue = false
    pass += 1
    verifiedCount = 0
    let (weights, groupSteps) = roundWeights()
    let pass = pass
    // The gradient is divided by m as a whole, the mean entropy is over steps.
    let entropyWeight = Float(
      context.configuration.entropyCoefficient * Double(partition.slotCount)
        / Double(weights.count))
    // The longest first, so that the threads are done together: 16 episodes of exponentially distributed
    // lengths on two threads, simulated, are done 6 % sooner.
    let longestFirst = groups.sorted {
      groupSteps[$0.index].count > groupSteps[$1.index].count
    }
    for group in longestFirst {
      perform(inline: isSmall(stepCount: weights.count), wake: wake) {
        .verified(
          group.verify(
            weights: weights, steps: groupSteps[group.index], entropyWeight: entropyWeight),
          pass: pass)
      }
    }
  }

  /// Whether so many steps are too little for another thread, with a pass through the network or without.
  private func isSmall(stepCount: Int, passes: Bool = true) -> Bool {
    let network = passes ? context.parameters.count : 0
    return stepCount * (network + Self.workBesideNetwork) <= Self.inlineWorkLimit
  }

  /// Leaves the result of `work` in the mailbox, at once or from another thread.
  private func perform(
    inline: Bool, wake: @escaping @Sendable () -> Void,
    _ work: @escaping @Sendable () -> GroupResult
  ) {
    if inline {
      finished.put(work())
    } else {
      queue.submit { [finished] in
        finished.put(work())
        wake()
      }
    }
  }

  /// The slots of a group.
  package func slots(of group: Int) -> Range<Int> { partition.slots(of: group) }

  package var isComplete: Bool { verifiedCount == groups.count }

  /// What every episode came to, in slot order.
  package var episodes: [EpisodeOutcome] { groups.flatMap { $0.episodes } }

  /// Mean entropy of the policy over all steps.
  package var meanEntropy: Double {
    let sum = groups.reduce(0.0) { $0 + $1.entropySum }
    return sum / Double(stepCount)
  }

  /// An estimate of KL(π_v ‖ π) for other parameters, from the first tile of up to 8 groups.
  package func divergence(from parameters: [Float]) -> Double {
    var (sum, count) = (0.0, 0)
    for group in groups.prefix(8) {
      let part = group.divergenceSum(from: parameters)
      sum += part.sum
      count += part.stepCount
    }
    return sum / Double(count)
  }

  /// ĝ = 1/m Σᵢ Σₜ ∇log π(aₜ|sₜ) Ψₜ + β ∇ mean entropy, flat like the parameters.
  ///
  /// Determinism: tiles within a chunk in order, then chunks, then groups by a fixed tree.
  ///
  /// Source: Sutton and Barto, 2nd edition, section 13.3.
  ///
  /// - Precondition: the round is complete and a training round.
  package func gradient() -> [Float] { gradientAndNoise().gradient }

  /// The gradient, and the signal-to-noise ratio of the estimate: its squared norm by the trace of its
  /// covariance, as the spread of the groups' gradients tells it. Nil for a round of one group.
  ///
  /// Source: McCandlish et al. 2018, "An Empirical Model of Large-Batch Training", appendix A.
  func gradientAndNoise() -> (gradient: [Float], signalToNoise: Double?) {
    precondition(isComplete && context.estimates, "a gradient needs the whole training round")
    var squares = 0.0
    let gradient = meanOfGroupGradients(count: partition.slotCount) {
      squares += Reductions.sumOfSquares($0)
    }
    let groupCount = Double(groups.count)
    let ofSum =
      Reductions.sumOfSquares(gradient.span) * Double(partition.slotCount)
      * Double(partition.slotCount)
    // groupCount × the variance of one group's gradient is the variance of their sum.
    let noise = (squares - ofSum / groupCount) * groupCount / (groupCount - 1)
    return (gradient, groups.count > 1 && noise > 0 ? ofSum / noise : nil)
  }

  /// The ascent direction of −½ × the mean squared error of V over all steps of the round, whose
  /// targets are the λ-returns under V as it was during the round.
  ///
  /// Determinism: as ``gradient()``.
  ///
  /// - Precondition: V is the baseline, and the policy's gradient was taken.
  func valueGradient(of baseline: ValueBaseline) -> [Float] {
    forEachGroup { $0.accumulateValueGradient(of: baseline) }
    return meanOfGroupGradients(count: stepCount)
  }

  /// How much of the variance of the λ-returns V explained; nil where V is not the baseline.
  package var explainedVariance: Double? {
    context.valueBaseline == nil ? nil : GroupValues.explainedVariance(of: allValues)
  }

  /// Of the observations of a training round; nil where they are not normalised.
  var observationStatistics: ObservationStatistics? {
    .merged(groups.compactMap { $0.statistics }[...])
  }

  /// Root of the mean squared difference of V from its targets; nil where V is not the baseline.
  package var valueError: Double? {
    context.valueBaseline == nil ? nil : GroupValues.error(of: allValues)
  }

  private var stepCount: Int { groups.reduce(0) { $0 + $1.stepCount } }
  // Closures here, for a key path into a generic type is looked up by name each time: 15 µs a round.
  private var allValues: [GroupValues] { groups.map { $0.values } }

  private func meanOfGroupGradients(
    count: Int, lookingAt look: (Span<Float>) -> Void = { _ in }
  ) -> [Float] {
    var sum = PairwiseSum()
    for group in groups {
      guard let gradient = group.takeGradient() else {
        preconditionFailure("a gradient is taken once")
      }
      look(gradient.span)
      sum.add(gradient)
    }
    guard var total = sum.total() else { preconditionFailure("a round has a group") }
    var view = total.mutableSpan
    VectorUpdates.scale(&view, by: 1 / Float(count))
    return total
  }

  /// Ψ of every step of the round in slot order, and the steps of each group.
  private mutating func roundWeights() -> (weights: [Float], groupSteps: [Range<Int>]) {
    var sources: [Float] = []
    var episodes: [Range<Int>] = []
    var groupSteps: [Range<Int>] = []
    for group in groups {
      let part = group.weightSources
      let first = sources.count
      episodes += part.episodes.map { $0.lowerBound + first..<$0.upperBound + first }
      sources += part.values
      groupSteps.append(first..<sources.count)
    }
    let (weights, varianceCut) = StepWeights(configuration: context.configuration).complete(
      rewardsToGo: sources, episodes: episodes)
    baselineVarianceCut = varianceCut
    return (weights, groupSteps)
  }

  /// Runs `body` for every group, on the learner's threads if that is worth it.
  private func forEachGroup(_ body: @escaping @Sendable (SlotGroup<P>) -> Void) {
    if isSmall(stepCount: stepCount) {
      for group in groups { body(group) }
    } else {
      queue.forEach(groups.count) { [groups] index in body(groups[index]) }
    }
  }
}

/// Values that threads leave for another one.
package final class Mailbox<Value: Sendable>: Sendable {
  private let values = Mutex<[Value]>([])

  package init() {}

  package func put(_ value: Value) { values.withLock { $0.append(value) } }

  package func takeAll() -> [Value] {
    values.withLock { values in
      defer { values = [] }
      return values
    }
  }
}

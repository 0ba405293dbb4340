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

/// One round's estimate in the making: trajectories go in as they arrive, groups of slots are verified
/// (and, where their weights need nothing else, differentiated) on the learner's threads meanwhile.
///
/// Owned by one thread. The result depends on the trajectories alone, neither on the order in which
/// they come nor on the threads.
package struct RoundEstimation<P: Policy> {
  /// Groups with fewer steps are computed at once by the calling thread: waking another costs more.
  private static var inlineStepLimit: Int { 2048 }

  package let round: RoundID
  package let partition: RoundPartition
  private let context: RoundContext<P>
  private let groups: [SlotGroup<P>]
  private let queue: WorkQueue
  private let finished = Mailbox<GroupVerification>()
  private var verifiedCount = 0

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
  }

  /// Puts in a trajectory. When its group is complete the group is verified, by another thread if that
  /// is worth it; `wake` is then called there when ``takeVerifications()`` has something.
  ///
  /// - Precondition: the trajectory's slot, observation and action sizes are those of the round.
  package func insert(_ trajectory: TrajectoryReference, wake: @escaping @Sendable () -> Void) {
    let group = groups[partition.group(of: trajectory.header.slot)]
    guard group.insert(trajectory) else { return }
    if group.stepCount <= Self.inlineStepLimit {
      finished.put(group.verify())
    } else {
      queue.submit { [finished] in
        finished.put(group.verify())
        wake()
      }
    }
  }

  /// The groups verified since the last call. Slots that mismatched are open again.
  package mutating func takeVerifications() -> [GroupVerification] {
    let verifications = finished.takeAll()
    for verification in verifications {
      if verification.mismatches.isEmpty { verifiedCount += 1 }
      for slot in verification.mismatches { groups[verification.group].reopen(slot: slot) }
    }
    return verifications
  }

  /// The slots of a group.
  package func slots(of group: Int) -> Range<Int> { partition.slots(of: group) }

  package var isComplete: Bool { verifiedCount == groups.count }

  /// What every episode came to, in slot order.
  package var episodes: [EpisodeOutcome] { groups.flatMap(\.episodes) }

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
  package func gradient() -> [Float] {
    precondition(isComplete && context.estimates, "a gradient needs the whole training round")
    if context.configuration.needsRound { accumulateWithRoundWeights() }
    return meanOfGroupGradients(count: partition.slotCount)
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
    context.valueBaseline == nil ? nil : GroupValues.explainedVariance(of: groups.map(\.values))
  }

  private var stepCount: Int { groups.reduce(0) { $0 + $1.stepCount } }

  private func meanOfGroupGradients(count: Int) -> [Float] {
    var sum = PairwiseSum()
    for group in groups {
      guard let gradient = group.takeGradient() else {
        preconditionFailure("a gradient is taken once")
      }
      sum.add(gradient)
    }
    guard var total = sum.total() else { preconditionFailure("a round has a group") }
    var view = total.mutableSpan
    VectorUpdates.scale(&view, by: 1 / Float(count))
    return total
  }

  private func accumulateWithRoundWeights() {
    let configuration = context.configuration
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
    let weights = StepWeights(configuration: configuration).complete(
      rewardsToGo: sources, episodes: episodes)
    let stepCount = weights.count
    // The gradient is divided by m as a whole, the mean entropy is over steps.
    let entropyWeight = Float(
      configuration.entropyCoefficient * Double(partition.slotCount) / Double(stepCount))
    forEachGroup { [groupSteps] group in
      group.accumulate(
        weights: weights, steps: groupSteps[group.index], entropyWeight: entropyWeight)
    }
  }

  /// Runs `body` for every group, on the learner's threads if that is worth it.
  private func forEachGroup(_ body: @escaping @Sendable (SlotGroup<P>) -> Void) {
    if stepCount <= Self.inlineStepLimit {
      for group in groups { body(group) }
    } else {
      queue.forEach(groups.count) { [groups] index in body(groups[index]) }
    }
  }
}

/// Values that threads leave for another one.
final class Mailbox<Value: Sendable>: Sendable {
  private let values = Mutex<[Value]>([])

  func put(_ value: Value) { values.withLock { $0.append(value) } }

  func takeAll() -> [Value] {
    values.withLock { values in
      defer { values = [] }
      return values
    }
  }
}

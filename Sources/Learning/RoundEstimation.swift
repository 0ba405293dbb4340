internal import Kernels
package import RL

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
package struct RoundEstimation {
  /// Less work than this, some 30 µs, the calling thread does at once: waking another costs more.
  private static var inlineWorkLimit: Int { 600_000 }
  /// What one step costs beside the network, in multiply-adds of the network.
  private static var workBesideNetwork: Int { 200 }

  package let round: RoundID
  package let partition: RoundPartition
  let context: RoundContext
  let groups: [SlotGroup]
  let queue: WorkQueue
  private let finished = Mailbox<GroupResult>()
  /// Groups still to be laid out, or in the present pass to be found right.
  private var unfinished: GroupCountdown
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
    /// A later pass went through the group before.
    case outdated

    var isRefusal: Bool {
      if case .verified(let verification, _) = self {
        !verification.mismatches.isEmpty
      } else {
        false
      }
    }
  }

  init(
    round: RoundID, slotCount: Int, context: RoundContext, queue: WorkQueue
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
    unfinished = GroupCountdown(from: partition.groupCount)
  }

  private var needsRound: Bool { context.needsRound }

  /// Puts in a trajectory. When its group is complete there is something to compute, by another thread if
  /// that is worth it; `wake` is then called there when ``takeVerifications(wake:)`` has something that
  /// cannot wait: a refusal, or the last group.
  ///
  /// - Precondition: the trajectory's slot, observation and action sizes are those of the round.
  package func insert(_ trajectory: TrajectoryReference, wake: @escaping @Sendable () -> Void) {
    let group = groups[partition.group(of: trajectory.place)]
    guard group.insert(trajectory) else { return }
    let (needsRound, pass) = (needsRound, pass)
    let piece: @Sendable () -> GroupResult = {
      if needsRound {
        group.prepare()
        return .prepared
      }
      return .verified(group.verifyLocally(), pass: pass)
    }
    perform([piece], inline: isSmall(stepCount: group.stepCount, passes: !needsRound), wake: wake)
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
        case .verified, .outdated: break  // the pass was begun again
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
    // Of its own: what a thread still does for the pass before counts there.
    unfinished = GroupCountdown(from: groups.count)
    let terms = StepWeights(configuration: context.configuration).terms(
      of: groups.map { $0.takeWeightSummary() })
    baselineVarianceCut = terms.varianceCut
    let (pass, stepCount) = (pass, stepCount)
    // The gradient is divided by m as a whole, the mean entropy is over steps.
    let entropyWeight = Float(
      context.configuration.entropyCoefficient * Double(partition.slotCount) / Double(stepCount))
    // The longest first, so that the threads are done together: 16 episodes of exponentially distributed
    // lengths on two threads, simulated, are done 6 % sooner.
    let longestFirst = groups.map { (group: $0, stepCount: $0.stepCount) }.sorted {
      $0.stepCount > $1.stepCount
    }
    let pieces = longestFirst.map { (group, _) -> @Sendable () -> GroupResult in
      {
        let verification = group.verify(with: terms, pass: pass, entropyWeight: entropyWeight)
        return verification.map { .verified($0, pass: pass) } ?? .outdated
      }
    }
    perform(pieces, inline: isSmall(stepCount: stepCount), wake: wake)
  }

  /// Whether so many steps are too little for another thread, with a pass through the network or without.
  func isSmall(stepCount: Int, passes: Bool = true) -> Bool {
    let network = passes ? context.policy.parameterCount : 0
    return stepCount * (network + Self.workBesideNetwork) <= Self.inlineWorkLimit
  }

  /// Leaves the results of `pieces` in the mailbox, at once or from other threads.
  private func perform(
    _ pieces: [@Sendable () -> GroupResult], inline: Bool, wake: @escaping @Sendable () -> Void
  ) {
    let (finished, unfinished) = (finished, unfinished)
    let finish: @Sendable (GroupResult) -> Bool = { result in
      finished.put(result)
      return result.isRefusal || unfinished.step()
    }
    if inline {
      // The caller looks at what is finished anyway.
      for piece in pieces { _ = finish(piece()) }
    } else {
      // Waking the loop takes a processor from the others.
      queue.submit(pieces.map { piece in { if finish(piece()) { wake() } } })
    }
  }

  /// The slots of a group.
  package func slots(of group: Int) -> Range<Int> { partition.slots(of: group) }

  package var isComplete: Bool { verifiedCount == groups.count }

  /// What every episode came to, in slot order.
  package var episodes: [EpisodeOutcome] { groups.flatMap { $0.outcomes } }

  /// Mean entropy of the policy over all steps.
  package var meanEntropy: Double {
    let sum = groups.reduce(0.0) { $0 + $1.entropySum }
    return sum / Double(stepCount)
  }

  var stepCount: Int { groups.reduce(0) { $0 + $1.stepCount } }
}

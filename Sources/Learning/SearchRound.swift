package import Kernels
package import RL

/// What an episode of a search round came to: all that travels of it.
package struct CandidateOutcome: Hashable, Sendable {
  package let slot: Int
  /// Σ of the rewards, in the order of the steps.
  package let episodeReturn: Double
  package let stepCount: Int
  package let end: EpisodeEnd
  /// Hash of the whole episode: its observations, actions and rewards.
  package let fingerprint: Digest128

  package init(
    slot: Int, episodeReturn: Double, stepCount: Int, end: EpisodeEnd, fingerprint: Digest128
  ) {
    self.slot = slot
    self.episodeReturn = episodeReturn
    self.stepCount = stepCount
    self.end = end
    self.fingerprint = fingerprint
  }

  /// The outcomes of the episodes in a block.
  package static func outcomes(of block: TrajectoryBlock) -> [CandidateOutcome] {
    zip(block.headers.indices, block.stepOffsets).map { index, offset in
      let header = block.headers[index]
      let (first, end) = (offset, offset + header.stepCount)
      let rewards = block.rewards.span.extracting(first..<end)
      var hash = MixingHash()
      hash.combine(
        block.observations.span.extracting(
          first * block.observationSize..<end * block.observationSize))
      hash.combine(
        block.actions.span.extracting(first * block.actionSize..<end * block.actionSize))
      hash.combine(rewards)
      return CandidateOutcome(
        slot: header.slot, episodeReturn: rewards.orderedSum, stepCount: header.stepCount,
        end: header.end, fingerprint: hash.finalize())
    }
  }
}

/// One search round in the making: outcomes go in as they arrive, in any order, and some of them are
/// checked by playing the episode again.
///
/// The learner has no trajectory whose log-probabilities it could compute, so a return is proven by
/// nothing but another copy of the episode. It is checked by copies that backup leases make, and for a
/// share of the slots by this process itself.
package struct SearchRound<P: Policy> {
  package let round: RoundID
  package let slotCount: Int
  private let environment: EnvironmentSpecification
  private let policy: P
  private let snapshot: PolicySnapshot
  let seed: UInt64
  private let queue: WorkQueue
  private var outcomes: [CandidateOutcome?]
  private var missingCount: Int
  private var runningChecks = 0
  private let finished = Mailbox<(slot: Int, matches: Bool)>()

  init(
    round: RoundID, slotCount: Int, environment: EnvironmentSpecification, policy: P,
    snapshot: PolicySnapshot, seed: UInt64, queue: WorkQueue
  ) {
    self.round = round
    self.slotCount = slotCount
    self.environment = environment
    self.policy = policy
    self.snapshot = snapshot
    self.seed = seed
    self.queue = queue
    outcomes = Array(repeating: nil, count: slotCount)
    missingCount = slotCount
  }

  /// Every slot is in hand, and no check is running.
  package var isComplete: Bool { missingCount == 0 && runningChecks == 0 }

  /// - Precondition: the slot is of this round and open.
  package mutating func insert(_ outcome: CandidateOutcome) {
    if outcomes[outcome.slot] == nil { missingCount -= 1 }
    outcomes[outcome.slot] = outcome
  }

  /// Plays a slot that is in hand again, on one of the learner's threads; `wake` is called there when
  /// ``takeChecks()`` has the result.
  package mutating func check(_ slot: Int, wake: @escaping @Sendable () -> Void) {
    guard let claimed = outcomes[slot] else { return }
    runningChecks += 1
    let (environment, policy, snapshot, seed) = (environment, policy, snapshot, seed)
    let work: @Sendable () -> Void = { [finished] in
      let replay = EpisodeReplay(
        environment: environment, policy: policy, snapshot: snapshot, seed: seed, slot: slot)
      let matches =
        replay.fault == nil && CandidateOutcome.outcomes(of: replay.block).first == claimed
      finished.put((slot, matches))
      wake()
    }
    queue.submit([work])
  }

  /// The checks that ended since the last call. A slot that did not match is open again.
  package mutating func takeChecks() -> [(slot: Int, matches: Bool)] {
    let results = finished.takeAll()
    for result in results {
      runningChecks -= 1
      guard !result.matches, outcomes[result.slot] != nil else { continue }
      outcomes[result.slot] = nil
      missingCount += 1
    }
    return results
  }

  /// - Precondition: the round is complete.
  package var episodes: [EpisodeOutcome] {
    outcomes.map { outcome in
      guard let outcome else { preconditionFailure("a complete round has every outcome") }
      return EpisodeOutcome(episodeReturn: outcome.episodeReturn, stepCount: outcome.stepCount)
    }
  }
}

internal import Kernels
package import Learning
package import Policies
package import RL

/// `troupe evaluate`: plays a finished policy in this process, on random streams of its own.
package enum StandaloneEvaluation {
  /// Episodes that are played side by side.
  private static let laneLimit = 256
  /// The same where each is an object of another process, and may be large.
  private static let laneLimitElsewhere = 32

  /// Plays `episodeCount` episodes with a policy of the run. Returns are by slot.
  ///
  /// - Throws: exit 65 if the environment breaks its contract, or cannot have the run's wrappers.
  package static func evaluate(
    _ recorded: RecordedPolicy, of run: RunConfiguration, environment: EnvironmentSpecification,
    seed: UInt64, episodeCount: Int, greedy: Bool
  ) throws(RoleFailure) -> [EpisodeOutcome] {
    try prepareArithmetic()
    let (policy, environment) = (recorded.policy, try wrappedEnvironment(environment, of: run))
    let laneLimit = environment.stepsElsewhere ? laneLimitElsewhere : laneLimit
    var rollout = Rollout(
      environment: environment, policy: policy, laneLimit: min(laneLimit, episodeCount),
      seed: seed)
    let round = RoundID(version: .initial, kind: .standaloneEvaluation)
    rollout.begin(round, snapshot: recorded.snapshot, greedy: greedy)
    var block = TrajectoryBlock(
      observationSize: policy.observationSize, actionSize: policy.actionSpace.actionSize)
    var outcomes: [EpisodeOutcome?] = Array(repeating: nil, count: episodeCount)
    var nextSlot = 0
    while outcomes.contains(where: { $0 == nil }) {
      do throws(RolloutFault) {
        // Looked at now and then, so that a million episodes need not lie in memory at once.
        try rollout.advance(
          while: { $0 < TrajectoryBatching.byteCount },
          nextSlot: {
            guard nextSlot < episodeCount else { return nil }
            defer { nextSlot += 1 }
            return nextSlot
          }, finished: { _ in true }, into: &block)
      } catch {
        throw RoleFailure(.badData, "\(error)")
      }
      for (header, offset) in zip(block.headers, block.stepOffsets) {
        let steps = offset..<offset + header.stepCount
        outcomes[header.slot] = EpisodeOutcome(
          episodeReturn: block.rewards.span.extracting(steps).orderedSum,
          stepCount: header.stepCount)
      }
      block.removeAll()
    }
    return outcomes.compactMap(\.self)
  }

  /// Plays the episode in slot `slot` of an evaluation of that policy again.
  ///
  /// - Throws: exit 65 if the environment cannot have the run's wrappers.
  package static func episode(
    of recorded: RecordedPolicy, run: RunConfiguration, environment: EnvironmentSpecification,
    seed: UInt64, slot: Int, greedy: Bool
  ) throws(RoleFailure) -> EpisodeReplay<MLPPolicy> {
    try prepareArithmetic()
    return EpisodeReplay(
      environment: try wrappedEnvironment(environment, of: run), policy: recorded.policy,
      snapshot: recorded.snapshot, seed: seed, kind: .standaloneEvaluation, slot: slot,
      greedy: greedy)
  }
}

extension RecordedPolicy {
  /// Its streams tell the episodes of an evaluation apart, not its version.
  fileprivate var snapshot: PolicySnapshot {
    PolicySnapshot(version: .initial, parameters: parameters, normalization: normalization)
  }
}

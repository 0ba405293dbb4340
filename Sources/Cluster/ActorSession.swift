internal import Kernels
internal import Learning
internal import Policies
internal import RL
internal import Wire

/// What an actor plays: the run's environment and policy, as the welcome described them.
struct ActorSession {
  let configuration: RunConfiguration
  let policy: MLPPolicy
  /// Two where environments are stepped in another process, which take turns; otherwise one.
  private var rollouts: [Rollout<MLPPolicy>]
  /// Episodes finished and not pushed.
  private var block: TrajectoryBlock
  private(set) var terms: RoundTerms?
  private let environment: EnvironmentSpecification
  /// The environment has yet to show that it does the same again.
  private var mustRehearse: Bool

  init(
    configuration: RunConfiguration, environment: EnvironmentSpecification, laneCount: Int
  ) throws(RoleFailure) {
    let environment = try wrappedEnvironment(environment, of: configuration)
    self.configuration = configuration
    self.environment = environment
    mustRehearse = environment.isReproducible
    policy = MLPPolicy(environment: environment, configuration: configuration.policy)
    rollouts = Rollout.sharing(
      environment: environment, policy: policy, laneLimit: laneCount, seed: configuration.seed)
    block = TrajectoryBlock(
      observationSize: policy.observationSize, actionSize: policy.actionSpace.actionSize)
  }

  // In their places: a copy of a rollout retains each array of its lanes.
  var isPlaying: Bool { rollouts.indices.contains { rollouts[$0].isPlaying } }
  private var stepCount: Int { rollouts.indices.reduce(0) { $0 + rollouts[$1].stepCount } }
  var hasFinished: Bool { !block.isEmpty }
  /// A push would be worth its cost.
  var isBatchFull: Bool { block.byteCount >= TrajectoryBatching.byteCount }

  /// Whether the numbers are as many as the policy of the configuration has.
  func fits(_ snapshot: PolicySnapshot) -> Bool {
    let seen = configuration.wrappers.normalizesObservations ? policy.observationSize : nil
    return snapshot.parameters.count == policy.parameterCount
      && snapshot.normalization?.observationSize == seen
  }

  /// Turns to the round of this policy, dropping all that belongs to the one before.
  mutating func begin(_ terms: RoundTerms, snapshot: PolicySnapshot) {
    self.terms = terms
    block.removeAll()
    for i in rollouts.indices { rollouts[i].begin(terms.id, snapshot: snapshot) }
  }

  mutating func abandon(_ slots: [Int]) {
    for i in rollouts.indices { rollouts[i].abandon(slots) }
  }

  /// Plays the beginning of the first slot twice, the first time that there is one; see ``Rehearsal``.
  mutating func rehearse(_ agenda: borrowing ActorAgenda) throws(RolloutFault) {
    guard mustRehearse, !isPlaying, let terms, let slot = agenda.firstWaiting else { return }
    mustRehearse = false
    try Rehearsal.play(
      slot, of: terms.id, seed: configuration.seed, on: &rollouts[0], environment: environment)
  }

  /// Plays slots of the agenda until `goOn` says no, a batch is full, or nothing is left to play, and returns how many
  /// steps that were.
  mutating func play(
    _ agenda: inout ActorAgenda, while goOn: () -> Bool
  ) throws(RolloutFault) -> Int {
    let before = stepCount
    if rollouts.count > 1 {
      try takeTurns(&agenda, while: goOn)
    } else {
      try rollouts[0].advance(
        while: { $0 < TrajectoryBatching.byteCount && goOn() }, nextSlot: { agenda.nextSlot() },
        finished: { agenda.finished($0) }, into: &block)
    }
    return stepCount - before
  }

  private mutating func takeTurns(
    _ agenda: inout ActorAgenda, while goOn: () -> Bool
  ) throws(RolloutFault) {
    // Each call completes what the other process did, starts what is next, and leaves it to that process.
    repeat {
      for i in rollouts.indices where !isBatchFull {
        let count =
          agenda.waitingCount + rollouts.indices.reduce(0) { $0 + rollouts[$1].activeLaneCount }
        let share = max(1, (count + 1) / 2)
        try rollouts[i].advance(
          laneLimit: share, takingTurns: true, while: { $0 < TrajectoryBatching.byteCount },
          nextSlot: { agenda.nextSlot() }, finished: { agenda.finished($0) }, into: &block)
      }
    } while isPlaying && !isBatchFull && goOn()
  }

  /// The finished episodes as messages, none of them larger than the learner takes: a full batch, or less
  /// and one episode.
  mutating func takeBatches(leaseNumber: UInt64) -> [ActorMessage.Body] {
    guard let terms, !block.isEmpty else { return [] }
    if configuration.learner.method.isSearch, terms.id.kind == .training {
      let outcomes = CandidateOutcome.outcomes(of: block)
      block.removeAll()
      // An envelope has at most 1 MiB, and an outcome takes less than 64 bytes of it.
      return stride(from: 0, to: outcomes.count, by: 8192).map { first in
        .returns(
          ActorMessage.Returns(
            round: terms.id, policyDigest: terms.policyDigest, leaseNumber: leaseNumber,
            outcomes: Array(outcomes[first..<min(first + 8192, outcomes.count)])))
      }
    }
    let finished = block
    block = TrajectoryBlock(
      observationSize: policy.observationSize, actionSize: policy.actionSpace.actionSize)
    block.reserve(byteCount: finished.byteCount)
    return [
      .trajectories(
        ActorMessage.Trajectories(
          round: terms.id, policyDigest: terms.policyDigest, leaseNumber: leaseNumber,
          actionSpace: policy.actionSpace, block: finished))
    ]
  }
}

extension MLPPolicy {
  /// The policy that a configuration means for an environment.
  init(environment: EnvironmentSpecification, configuration: PolicyConfiguration) {
    self.init(
      observationSize: environment.observationSize, actionSpace: environment.actionSpace,
      configuration: configuration)
  }
}

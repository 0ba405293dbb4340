internal import Kernels
internal import Learning
internal import Policies
internal import RL
internal import Wire

/// What a run came to by a checkpoint: everything that the next update depends on.
struct RestoredRun {
  let snapshot: PolicySnapshot
  let optimizer: Optimizer
  let valueBaseline: ValueBaseline?
  let search: ParameterSearch?
  /// Of the observations, where they are normalised.
  let statistics: ObservationStatistics?
  let totals: RunTotals
  /// The run ended while this version was evaluated.
  let isEvaluationDue: Bool

  /// Reads a whole checkpoint as one of this run.
  ///
  /// - Throws: exit 65 if it belongs to another run, another configuration or another build.
  init(
    _ checkpoint: Checkpoint, of run: RunID, configuration: RunConfiguration, policy: MLPPolicy,
    directory: String
  ) throws(RoleFailure) {
    try Self.requireSameRun(
      checkpoint, run: run, configuration: configuration, directory: directory)
    let learner = configuration.learner
    let expected = Optimizer(configuration: learner, parameterCount: policy.parameterCount)
    let first = checkpoint.moments[RunStore.firstMoment] ?? []
    let second = checkpoint.moments[RunStore.secondMoment] ?? []
    guard checkpoint.parameters.count == policy.parameterCount,
      first.count == expected.firstMoment.count, second.count == expected.secondMoment.count
    else {
      throw RoleFailure(
        .badData, "the checkpoint of version \(checkpoint.version) is of another network")
    }
    search = ParameterSearch(learner, state: checkpoint.arrays[RunStore.searchState] ?? [])
    guard (search != nil) == learner.method.isSearch else {
      throw RoleFailure(
        .badData, "the checkpoint of version \(checkpoint.version) lacks the state of the search")
    }
    statistics = try Self.statistics(of: checkpoint, configuration: configuration, policy: policy)
    snapshot = PolicySnapshot(
      version: checkpoint.version, parameters: checkpoint.parameters,
      normalization: statistics?.normalization, perturbation: search?.perturbation)
    optimizer = Optimizer(
      configuration: learner,
      updateCount: Self.updateCount(at: checkpoint.version, of: configuration),
      firstMoment: first, secondMoment: second)
    valueBaseline = try Self.valueBaseline(
      of: checkpoint, configuration: configuration, policy: policy)
    isEvaluationDue = checkpoint.texts[RunStore.evaluation] == RunStore.due
    totals = RunTotals(
      episodeCount: Int(checkpoint.episodeCount), stepCount: Int(checkpoint.stepCount),
      bestEvaluation: checkpoint.bestEvaluation)
  }

  private static func valueBaseline(
    of checkpoint: Checkpoint, configuration: RunConfiguration, policy: MLPPolicy
  ) throws(RoleFailure) -> ValueBaseline? {
    guard configuration.learner.baseline == .value else { return nil }
    let function = MLPValueFunction(policy, configuration)
    let arrays = [RunStore.valueParameters, RunStore.firstMoment, RunStore.secondMoment].map {
      checkpoint.value[$0] ?? []
    }
    guard arrays.allSatisfy({ $0.count == function.parameterCount }) else {
      throw RoleFailure(
        .badData,
        "the checkpoint of version \(checkpoint.version) is of another value function")
    }
    return ValueBaseline(
      function: function, configuration: configuration.learner,
      policyUpdateCount: updateCount(at: checkpoint.version, of: configuration),
      parameters: arrays[0], firstMoment: arrays[1], secondMoment: arrays[2])
  }

  /// Updates that made a version: a run that normalises observations only measures at first.
  private static func updateCount(
    at version: PolicyVersion, of configuration: RunConfiguration
  ) -> Int {
    let normalizes = configuration.wrappers.normalizesObservations
    return max(
      0, Int(version.rawValue) - Learner<MLPPolicy>.warmUpRounds(normalizes: normalizes))
  }

  private static func statistics(
    of checkpoint: Checkpoint, configuration: RunConfiguration, policy: MLPPolicy
  ) throws(RoleFailure) -> ObservationStatistics? {
    guard configuration.wrappers.normalizesObservations else { return nil }
    let arrays = [RunStore.observationMeans, RunStore.observationSquares].map {
      checkpoint.arrays[$0] ?? []
    }
    guard let stepCount = checkpoint.arrays[RunStore.observationCount]?.first, stepCount >= 0,
      arrays.allSatisfy({ $0.count == policy.observationSize && $0.allSatisfy(\.isFinite) }),
      arrays[1].allSatisfy({ $0 >= 0 })
    else {
      throw RoleFailure(
        .badData,
        "the checkpoint of version \(checkpoint.version) has no statistics of these observations")
    }
    return ObservationStatistics(stepCount: stepCount, means: arrays[0], squares: arrays[1])
  }

  private static func requireSameRun(
    _ checkpoint: Checkpoint, run: RunID, configuration: RunConfiguration, directory path: String
  ) throws(RoleFailure) {
    if checkpoint.run != run {
      throw RoleFailure(.badData, "the checkpoints in \(path) belong to another run")
    }
    if checkpoint.configurationDigest != configuration.digest {
      throw RoleFailure(
        .badData, "the checkpoints in \(path) were written under another configuration")
    }
    if checkpoint.numericsDigest != NumericsDigest.ofThisProcess {
      throw RoleFailure(
        .badData,
        "the checkpoints in \(path) were written by a build whose arithmetic gives other bits; "
          + "use that build, or start a new run")
    }
  }

  /// The learner that goes on from here.
  func learner(
    policy: MLPPolicy, configuration: RunConfiguration, queue: WorkQueue
  ) -> Learner<MLPPolicy> {
    Learner(
      policy: policy, configuration: configuration.learner, snapshot: snapshot,
      optimizer: optimizer, queue: queue, valueBaseline: valueBaseline, search: search,
      statistics: statistics)
  }
}

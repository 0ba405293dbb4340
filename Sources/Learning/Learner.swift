internal import Kernels
package import RL

/// The learner as a value: parameters, optimizer, and the one function from a round's trajectories to
/// the next version.
package struct Learner<P: Policy> {
  package let policy: P
  package let configuration: LearnerConfiguration
  package private(set) var snapshot: PolicySnapshot
  package private(set) var optimizer: Optimizer
  /// V, if it is the baseline.
  package private(set) var valueBaseline: ValueBaseline?
  /// The search method, if it is no policy gradient.
  package private(set) var search: ParameterSearch?
  /// Of all training rounds so far, where observations are normalised.
  package private(set) var statistics: ObservationStatistics?
  private let queue: WorkQueue
  private let workspaces: WorkspacePool<P.Workspace>

  /// A learner at version 0. The value function is used where it is the baseline.
  package init(
    policy: P, configuration: LearnerConfiguration, seed: UInt64, queue: WorkQueue,
    valueFunction: (any ValueFunction)? = nil, normalizesObservations: Bool = false
  ) {
    let statistics =
      normalizesObservations
      ? ObservationStatistics(observationSize: policy.observationSize) : nil
    let learnsValues = configuration.baseline == .value
    let search = ParameterSearch(configuration)
    self.init(
      policy: policy, configuration: configuration,
      snapshot: PolicySnapshot(
        version: .initial, parameters: policy.initialParameters(seed: seed),
        normalization: statistics?.normalization, perturbation: search?.perturbation),
      optimizer: Optimizer(
        configuration: configuration, parameterCount: policy.parameterCount),
      queue: queue,
      valueBaseline: learnsValues
        ? valueFunction.map {
          ValueBaseline(function: $0, configuration: configuration, seed: seed)
        } : nil, search: search, statistics: statistics)
  }

  /// A learner as a checkpoint left it.
  package init(
    policy: P, configuration: LearnerConfiguration, snapshot: PolicySnapshot,
    optimizer: Optimizer, queue: WorkQueue, valueBaseline: ValueBaseline? = nil,
    search: ParameterSearch? = nil, statistics: ObservationStatistics? = nil
  ) {
    precondition(
      configuration.method.isSearch == (search != nil)
        && snapshot.perturbation == search?.perturbation,
      "a search has its state, and its snapshot says what the slots play")
    precondition(
      (configuration.baseline == .value) == (valueBaseline != nil),
      "the baseline value needs a value function, and no other does")
    precondition(
      snapshot.parameters.count == policy.parameterCount, "parameters belong to the policy")
    precondition(
      snapshot.normalization == statistics?.normalization,
      "the policy sees observations by the statistics of the rounds before")
    self.statistics = statistics
    self.policy = policy
    self.configuration = configuration
    self.snapshot = snapshot
    self.optimizer = optimizer
    self.queue = queue
    self.valueBaseline = valueBaseline
    self.search = search
    workspaces = WorkspacePool { policy.makeWorkspace(laneCapacity: RoundPartition.tileSize) }
  }

  /// Rounds at the beginning of a run that update nothing but the statistics of observations.
  package static func warmUpRounds(normalizes: Bool) -> Int { normalizes ? 1 : 0 }

  package func beginRound(kind: StreamKind, slotCount: Int) -> RoundEstimation {
    RoundEstimation(
      round: RoundID(version: snapshot.version, kind: kind), slotCount: slotCount,
      context: RoundContext(
        policy: VersionedPolicy(
          policy, parameters: snapshot.parameters, workspaces: workspaces),
        configuration: configuration, valueBaseline: valueBaseline, estimates: kind == .training,
        normalization: snapshot.normalization),
      queue: queue)
  }

  /// - Precondition: the method is a search.
  package func beginSearchRound(
    slotCount: Int, environment: EnvironmentSpecification, seed: UInt64
  ) -> SearchRound<P> {
    precondition(search != nil, "a policy gradient looks at trajectories")
    return SearchRound(
      round: RoundID(version: snapshot.version, kind: .training), slotCount: slotCount,
      environment: environment, policy: policy, snapshot: snapshot, seed: seed, queue: queue)
  }

  /// Applies what a complete search round of the current version found.
  package mutating func update(with round: SearchRound<P>) -> UpdateDiagnostics {
    precondition(
      round.round == RoundID(version: snapshot.version, kind: .training) && round.isComplete,
      "an update consumes the round of its own version")
    let episodes = round.episodes
    var parameters = snapshot.parameters
    let learningRate = optimizer.scheduledLearningRate
    let norm = search?.update(
      &parameters, optimizer: &optimizer, returns: episodes.map(\.episodeReturn),
      seed: round.seed, version: snapshot.version)
    snapshot = PolicySnapshot(
      version: snapshot.version.next, parameters: parameters, perturbation: search?.perturbation)
    return UpdateDiagnostics(
      version: snapshot.version, episodes: episodes, meanEntropy: .nan,
      gradientNorm: norm ?? .nan, divergence: .nan, learningRate: norm == nil ? 0 : learningRate,
      explainedVariance: nil, signalToNoise: nil, baselineVarianceCut: nil, valueError: nil)
  }

  /// Applies the gradient of a complete training round of the current version.
  package mutating func update(with round: RoundEstimation) -> UpdateDiagnostics {
    finish(advance(with: round))
  }

  /// The first part of an update, what actors wait for: after it ``snapshot`` is the next version's.
  package mutating func advance(with round: RoundEstimation) -> UnfinishedUpdate {
    precondition(
      round.round == RoundID(version: snapshot.version, kind: .training),
      "an update consumes the round of its own version")
    let estimate = round.gradientAndNoise()
    var gradient = estimate.gradient
    let norm = Reductions.sumOfSquares(gradient.span).squareRoot()
    if let limit = configuration.gradientNormLimit, norm > limit {
      var view = gradient.mutableSpan
      VectorUpdates.scale(&view, by: Float(limit / norm))
    }
    // The first round of a run that normalises only measures: its policy saw nothing normalised.
    let isWarmUp = snapshot.version.rawValue < Self.warmUpRounds(normalizes: statistics != nil)
    let learningRate = isWarmUp ? 0 : optimizer.scheduledLearningRate
    var parameters = snapshot.parameters
    if !isWarmUp { optimizer.update(&parameters, along: gradient) }
    if let measured = round.observationStatistics { statistics?.merge(measured) }
    snapshot = PolicySnapshot(
      version: snapshot.version.next, parameters: parameters,
      normalization: statistics?.normalization)
    return UnfinishedUpdate(
      round: round, version: snapshot.version, parameters: parameters, gradientNorm: norm,
      signalToNoise: estimate.signalToNoise, learningRate: learningRate, fitsValues: !isWarmUp)
  }

  /// The second part: fits V, which the next round's advantages are made with, and makes the numbers that people
  /// look at.
  ///
  /// - Precondition: no training round was begun since the update, and nothing of the learner saved.
  package mutating func finish(_ update: consuming UnfinishedUpdate) -> UpdateDiagnostics {
    let round = update.round
    let diagnostics = UpdateDiagnostics(
      version: update.version, episodes: round.episodes, meanEntropy: round.meanEntropy,
      gradientNorm: update.gradientNorm, divergence: round.divergence(from: update.parameters),
      learningRate: update.learningRate, explainedVariance: round.explainedVariance,
      signalToNoise: update.signalToNoise, baselineVarianceCut: round.baselineVarianceCut,
      valueError: round.valueError)
    if valueBaseline != nil, update.fitsValues {
      for _ in 0..<configuration.value.passes { fitValues(to: round) }
    }
    return diagnostics
  }

  /// One step of V towards the λ-returns of the round.
  private mutating func fitValues(to round: RoundEstimation) {
    guard let baseline = valueBaseline else { return }
    valueBaseline?.update(along: round.valueGradient(of: baseline))
  }

  /// One whole round from blocks at hand: the function that the rest of the system spreads over
  /// processes.
  ///
  /// - Precondition: the blocks hold each slot of the round once, played by this learner's policy.
  package mutating func update(with blocks: [TrajectoryBlock]) -> UpdateDiagnostics {
    var round = beginRound(kind: .training, slotCount: configuration.episodesPerUpdate)
    for block in blocks {
      for trajectory in TrajectoryReference.all(of: block) { round.insert(trajectory) {} }
    }
    var mismatches: [Int] = []
    while !round.isComplete, mismatches.isEmpty {
      queue.drain()
      mismatches = round.takeVerifications().flatMap(\.mismatches)
    }
    precondition(mismatches.isEmpty, "slots \(mismatches) were not played by this policy")
    return update(with: round)
  }
}

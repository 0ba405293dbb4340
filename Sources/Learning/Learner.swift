internal import Kernels
package import RL

/// What one update did.
package struct UpdateDiagnostics: Sendable, Equatable {
  /// The version that the update made.
  package let version: PolicyVersion
  package let episodes: [EpisodeOutcome]
  package let meanEntropy: Double
  /// Euclidean norm of the gradient before clipping.
  package let gradientNorm: Double
  /// Estimate of KL(π_v ‖ π_v+1).
  package let divergence: Double
  package let learningRate: Double

  package var stepCount: Int { episodes.reduce(0) { $0 + $1.stepCount } }
  package var returns: ReturnStatistics { ReturnStatistics(episodes) }
}

/// The learner as a value: parameters, optimizer, and the one function from a round's trajectories to
/// the next version.
package struct Learner<P: Policy> {
  package let policy: P
  package let configuration: LearnerConfiguration
  package private(set) var snapshot: PolicySnapshot
  package private(set) var optimizer: Optimizer
  private let queue: WorkQueue
  private let workspaces: WorkspacePool<P>

  /// A learner at version 0.
  package init(policy: P, configuration: LearnerConfiguration, seed: UInt64, queue: WorkQueue) {
    self.init(
      policy: policy, configuration: configuration,
      snapshot: PolicySnapshot(
        version: .initial, parameters: policy.initialParameters(seed: seed)),
      optimizer: Optimizer(
        configuration: configuration, parameterCount: policy.parameterCount),
      queue: queue)
  }

  /// A learner as a checkpoint left it.
  package init(
    policy: P, configuration: LearnerConfiguration, snapshot: PolicySnapshot,
    optimizer: Optimizer, queue: WorkQueue
  ) {
    precondition(
      snapshot.parameters.count == policy.parameterCount, "parameters belong to the policy")
    self.policy = policy
    self.configuration = configuration
    self.snapshot = snapshot
    self.optimizer = optimizer
    self.queue = queue
    workspaces = WorkspacePool(policy: policy)
  }

  package func beginRound(kind: StreamKind, slotCount: Int) -> RoundEstimation<P> {
    RoundEstimation(
      round: RoundID(version: snapshot.version, kind: kind), slotCount: slotCount,
      context: RoundContext(
        policy: policy, parameters: snapshot.parameters, configuration: configuration,
        estimates: kind == .training, workspaces: workspaces),
      queue: queue)
  }

  /// Applies the gradient of a complete training round of the current version.
  package mutating func update(with round: RoundEstimation<P>) -> UpdateDiagnostics {
    precondition(
      round.round == RoundID(version: snapshot.version, kind: .training),
      "an update consumes the round of its own version")
    var gradient = round.gradient()
    let norm = Reductions.sumOfSquares(gradient.span).squareRoot()
    if let limit = configuration.gradientNormLimit, norm > limit {
      var view = gradient.mutableSpan
      VectorUpdates.scale(&view, by: Float(limit / norm))
    }
    let learningRate = optimizer.scheduledLearningRate
    var parameters = snapshot.parameters
    optimizer.update(&parameters, along: gradient)
    let divergence = round.divergence(from: parameters)
    snapshot = PolicySnapshot(version: snapshot.version.next, parameters: parameters)
    return UpdateDiagnostics(
      version: snapshot.version, episodes: round.episodes, meanEntropy: round.meanEntropy,
      gradientNorm: norm, divergence: divergence, learningRate: learningRate)
  }

  /// One whole round from blocks at hand: the function that the rest of the system spreads over
  /// processes.
  ///
  /// - Precondition: the blocks hold each slot of the round once, played by this learner's policy.
  package mutating func update(with blocks: [TrajectoryBlock]) -> UpdateDiagnostics {
    var round = beginRound(kind: .training, slotCount: configuration.episodesPerUpdate)
    for block in blocks {
      for (index, offset) in block.stepOffsets.enumerated() {
        round.insert(TrajectoryReference(block: block, index: index, stepOffset: offset)) {}
      }
    }
    queue.drain()
    let mismatches = round.takeVerifications().flatMap(\.mismatches)
    precondition(mismatches.isEmpty, "slots \(mismatches) were not played by this policy")
    return update(with: round)
  }
}

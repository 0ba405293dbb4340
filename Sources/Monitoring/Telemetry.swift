package import Logging

// Every name under which a number or a fact leaves the program, once. Names are stable: tools read them.

/// One column of `metrics.jsonl`, in the order of its lines.
///
/// A line belongs to one update. `version` counts the updates applied, this one included; what describes
/// the round's episodes was played by the version before, an evaluation by this one.
package enum MetricName: String, Hashable, Sendable, CaseIterable {
  case version
  case elapsedSeconds = "elapsed_seconds"
  case roundSeconds = "round_seconds"
  case episodes
  case environmentSteps = "environment_steps"
  case stepsPerSecond = "steps_per_second"
  case meanReturn = "mean_return"
  case meanReturnError = "mean_return_error"
  case stdReturn = "std_return"
  case minReturn = "min_return"
  case maxReturn = "max_return"
  case meanLength = "mean_length"
  case entropy
  case kl
  case gradientNorm = "gradient_norm"
  case explainedVariance = "explained_variance"
  case learningRate = "learning_rate"
  case evaluationMeanReturn = "evaluation_mean_return"
  case evaluationStdReturn = "evaluation_std_return"
  case evaluationEpisodes = "evaluation_episodes"
  case actors
  case learnerWaitingShare = "learner_waiting_share"
  case actorWaitingShare = "actor_waiting_share"
  case receivedBytes = "received_bytes"
  case onPolicyMismatches = "on_policy_mismatches"
  case staleTrajectories = "stale_trajectories"
  case duplicateTrajectories = "duplicate_trajectories"
  case refusedTrajectories = "refused_trajectories"

  /// Unit, or what is counted.
  package var unit: String {
    switch self {
    case .version: "updates"
    case .elapsedSeconds, .roundSeconds: "seconds"
    case .episodes, .evaluationEpisodes: "episodes"
    case .environmentSteps, .meanLength: "steps"
    case .stepsPerSecond: "steps per second"
    case .meanReturn, .meanReturnError, .stdReturn, .minReturn, .maxReturn,
      .evaluationMeanReturn, .evaluationStdReturn:
      "reward"
    case .entropy, .kl: "nats"
    case .gradientNorm, .learningRate: "1"
    case .explainedVariance: "1, at most 1"
    case .actors: "processes"
    case .learnerWaitingShare, .actorWaitingShare: "1, in 0...1"
    case .receivedBytes: "bytes"
    case .onPolicyMismatches, .staleTrajectories, .duplicateTrajectories, .refusedTrajectories:
      "trajectories"
    }
  }

  /// What it means, in one phrase.
  package var meaning: String {
    switch self {
    case .version: "policy version after this update"
    case .elapsedSeconds: "since this learner process began to train"
    case .roundSeconds: "from the broadcast of the policy to the end of the update"
    case .episodes: "episodes of this update, always the m of the configuration"
    case .environmentSteps: "steps of those episodes"
    case .stepsPerSecond: "steps of this update by the seconds of its round"
    case .meanReturn: "mean undiscounted return of the episodes"
    case .meanReturnError: "half the width of the 95 % confidence interval of the mean return"
    case .stdReturn: "standard deviation of the returns (m - 1)"
    case .minReturn: "lowest return"
    case .maxReturn: "highest return"
    case .meanLength: "mean length of the episodes"
    case .entropy: "mean entropy of the policy over the steps"
    case .kl: "mean KL divergence from the policy before the update to the one after"
    case .gradientNorm: "Euclidean norm of the gradient, before it is clipped"
    case .explainedVariance:
      "share of the returns' variance that the value function explains; null without one"
    case .learningRate: "step size of this update"
    case .evaluationMeanReturn:
      "mean return of the evaluation at this version; null if there was none"
    case .evaluationStdReturn:
      "standard deviation of the evaluation's returns; null if there was none"
    case .evaluationEpisodes: "episodes of the evaluation; null if there was none"
    case .actors: "actors alive at the end of the round"
    case .learnerWaitingShare: "share of the round in which the learner waited for trajectories"
    case .actorWaitingShare:
      "share of the round in which an actor had no slot to play, mean over actors"
    case .receivedBytes: "bytes received from actors"
    case .onPolicyMismatches:
      "trajectories whose log-probabilities the learner did not reproduce; must be 0"
    case .staleTrajectories: "trajectories of another version, dropped"
    case .duplicateTrajectories: "second copies of a slot, compared and dropped"
    case .refusedTrajectories: "trajectories refused for another reason"
    }
  }
}

/// A key of a log line's metadata.
package enum LogKey: String, Hashable, Sendable, CaseIterable {
  /// 16 hexadecimal digits of the actor's id.
  case actor
  case actors
  case attempts
  case count
  case endpoint
  case episodes
  case environment
  /// Description of an error.
  case error
  case host
  case lanes
  /// Number of a lease.
  case lease
  case path
  case reason
  /// 32 hexadecimal digits of the run's id.
  case run
  case seconds
  case seed
  case slot
  case slots
  case step
  /// Lines of the same kind that were left out since the last one.
  case suppressed
  case threads
  case version
}

/// The metadata of a log line: `logger.info("actor joined", metadata: fields([.actor: id, .lanes: 64]))`.
///
/// Numbers stay numbers in JSON. A key given twice keeps its last value.
package func fields(
  _ values: KeyValuePairs<LogKey, any CustomStringConvertible & Sendable>
) -> Logger.Metadata {
  Logger.Metadata(
    values.map { ($0.key.rawValue, .stringConvertible($0.value)) }, uniquingKeysWith: { $1 })
}

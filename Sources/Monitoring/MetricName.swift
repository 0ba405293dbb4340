// The vocabulary of metrics: every name under which a number leaves the program, what it means and how it
// should look. `metrics.jsonl`, TensorBoard, Prometheus, the dashboard and docs/metrics.md are made of it.
// Names are stable: tools read them.

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
  case episodesPerSecond = "episodes_per_second"
  case meanReturn = "mean_return"
  case meanReturnError = "mean_return_error"
  case stdReturn = "std_return"
  case minReturn = "min_return"
  case maxReturn = "max_return"
  case meanLength = "mean_length"
  case entropy
  case kl
  case gradientNorm = "gradient_norm"
  case gradientSignalToNoise = "gradient_signal_to_noise"
  case baselineVarianceCut = "baseline_variance_cut"
  case explainedVariance = "explained_variance"
  case valueError = "value_error"
  case learningRate = "learning_rate"
  case evaluationMeanReturn = "evaluation_mean_return"
  case evaluationStdReturn = "evaluation_std_return"
  case evaluationEpisodes = "evaluation_episodes"
  case actors
  case learnerWaitingShare = "learner_waiting_share"
  case learnerComputingShare = "learner_computing_share"
  case learnerBroadcastingShare = "learner_broadcasting_share"
  case actorWaitingShare = "actor_waiting_share"
  case receivedBytes = "received_bytes"
  case bytesPerStep = "bytes_per_step"
  case waitingMessages = "waiting_messages"
  case slotsLeasedAgain = "slots_leased_again"
  case backupLeases = "backup_leases"
  case resentLeases = "resent_leases"
  case approximateEpisodes = "approximate_episodes"
  case logProbabilityError = "log_probability_error"
  case onPolicyMismatches = "on_policy_mismatches"
  case staleTrajectories = "stale_trajectories"
  case duplicateTrajectories = "duplicate_trajectories"
  case refusedTrajectories = "refused_trajectories"

  /// What reading it twice means.
  package enum Kind: String, Hashable, Sendable {
    /// The present value.
    case gauge
    /// Belongs to one update, and adds up over updates.
    case counter
  }

  package var kind: Kind {
    switch self {
    case .episodes, .environmentSteps, .evaluationEpisodes, .receivedBytes, .slotsLeasedAgain,
      .backupLeases, .resentLeases, .approximateEpisodes, .onPolicyMismatches,
      .staleTrajectories, .duplicateTrajectories, .refusedTrajectories:
      .counter
    default: .gauge
    }
  }

  /// As Prometheus knows it: `troupe_mean_return`, and `troupe_episodes_total` for what adds up.
  package var prometheusName: String {
    "troupe_" + rawValue + (kind == .counter ? "_total" : "")
  }

  /// As TensorBoard groups it: `learning/mean_return`.
  package var tensorBoardTag: String { "\(subject.rawValue)/\(rawValue)" }

  /// What it tells about.
  package enum Subject: String, Hashable, Sendable, CaseIterable {
    case learning
    case system
    case trouble
  }

  package var subject: Subject {
    switch self {
    case .version, .episodes, .environmentSteps, .meanReturn, .meanReturnError, .stdReturn,
      .minReturn, .maxReturn, .meanLength, .entropy, .kl, .gradientNorm, .gradientSignalToNoise,
      .baselineVarianceCut, .explainedVariance, .valueError, .learningRate, .evaluationMeanReturn,
      .evaluationStdReturn, .evaluationEpisodes:
      .learning
    case .elapsedSeconds, .roundSeconds, .stepsPerSecond, .episodesPerSecond, .actors,
      .learnerWaitingShare, .learnerComputingShare, .learnerBroadcastingShare, .actorWaitingShare,
      .receivedBytes, .bytesPerStep, .waitingMessages:
      .system
    case .slotsLeasedAgain, .backupLeases, .resentLeases, .approximateEpisodes,
      .logProbabilityError, .onPolicyMismatches, .staleTrajectories, .duplicateTrajectories,
      .refusedTrajectories:
      .trouble
    }
  }
}

/// A number that there is once for each actor; it is asked for now and then, and stands in no line of
/// `metrics.jsonl`.
package enum ActorMetricName: String, Hashable, Sendable, CaseIterable {
  case stepsPerSecond = "actor_steps_per_second"
  case shareOfSlots = "actor_share_of_slots"
  case lastHeardSeconds = "actor_last_heard_seconds"
  case heldSlots = "actor_held_slots"

  package var prometheusName: String { "troupe_" + rawValue }
}

/// Why a trajectory or a message was refused, as a label of the count.
package enum RefusalLabel: String, Hashable, Sendable, CaseIterable {
  case malformed
  case foreignRun = "foreign_run"
  case nonFinite = "non_finite"
  case wrongKind = "wrong_kind"
  case approximate
  case slotOutOfRange = "slot_out_of_range"
  case otherParameters = "other_parameters"
  case quarantined
  case outcast
  case otherKey = "other_key"
  case tooManyIDs = "too_many_ids"
  case audit
}

// What each metric means, in words for people.

extension MetricName {
  /// Unit, or what is counted.
  package var unit: String {
    switch self {
    case .version: "updates"
    case .elapsedSeconds, .roundSeconds: "seconds"
    case .episodes, .evaluationEpisodes, .approximateEpisodes: "episodes"
    case .environmentSteps, .meanLength: "steps"
    case .stepsPerSecond: "steps per second"
    case .episodesPerSecond: "episodes per second"
    case .meanReturn, .meanReturnError, .stdReturn, .minReturn, .maxReturn,
      .evaluationMeanReturn, .evaluationStdReturn, .valueError:
      "reward"
    case .entropy, .kl, .logProbabilityError: "nats"
    case .gradientNorm, .learningRate, .gradientSignalToNoise: "1"
    case .explainedVariance, .baselineVarianceCut: "1, at most 1"
    case .actors: "processes"
    case .learnerWaitingShare, .learnerComputingShare, .learnerBroadcastingShare,
      .actorWaitingShare:
      "1, in 0...1"
    case .receivedBytes: "bytes"
    case .bytesPerStep: "bytes per step"
    case .waitingMessages: "messages"
    case .slotsLeasedAgain: "slots"
    case .backupLeases, .resentLeases: "leases"
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
    case .episodesPerSecond: "episodes of this update by the seconds of its round"
    case .meanReturn: "mean undiscounted return of the episodes"
    case .meanReturnError: "half the width of the 95 % confidence interval of the mean return"
    case .stdReturn: "standard deviation of the returns (m - 1)"
    case .minReturn: "lowest return"
    case .maxReturn: "highest return"
    case .meanLength: "mean length of the episodes"
    case .entropy: "mean entropy of the policy over the steps"
    case .kl:
      "mean KL divergence from the policy before the update to the one after, over some of the steps"
    case .gradientNorm: "Euclidean norm of the gradient, before it is clipped"
    case .gradientSignalToNoise:
      "squared norm of the estimate by the trace of its covariance, which the spread of the groups of "
        + "slots tells; near 1 the estimate is noise; null with one group"
    case .baselineVarianceCut:
      "share of the mean square of the steps' weights that the baseline takes away; null without a "
        + "baseline over the round"
    case .explainedVariance:
      "share of the returns' variance that the value function explains; null without one"
    case .valueError:
      "root of the mean squared difference of the value function from the returns it is fitted to; null "
        + "without one"
    case .learningRate: "step size of this update"
    case .evaluationMeanReturn:
      "mean return of the evaluation at this version; null if there was none"
    case .evaluationStdReturn:
      "standard deviation of the evaluation's returns; null if there was none"
    case .evaluationEpisodes: "episodes of the evaluation; null if there was none"
    case .actors: "actors alive at the end of the round"
    case .learnerWaitingShare: "share of the round in which the learner waited for trajectories"
    case .learnerComputingShare:
      "share of the round, after its last trajectory, in which the learner made the update"
    case .learnerBroadcastingShare:
      "share of the round in which the learner leased the slots and sent the policy"
    case .actorWaitingShare:
      "share of the round in which an actor had no slot to play, mean over actors"
    case .receivedBytes: "bytes received from actors"
    case .bytesPerStep: "bytes received from actors by the steps of the round"
    case .waitingMessages:
      "most messages that had queued up when the learner looked: back pressure, where it stays high"
    case .slotsLeasedAgain: "slots leased again because their actor was gone or had lost them"
    case .backupLeases: "slots leased to a second actor while the first still held them"
    case .resentLeases: "leases sent again because nobody acknowledged them"
    case .approximateEpisodes:
      "episodes of this update from actors whose arithmetic is not Troupe's"
    case .logProbabilityError:
      "greatest difference of a log-probability of theirs from the learner's; null without any"
    case .onPolicyMismatches:
      "trajectories whose log-probabilities the learner did not reproduce; must be 0"
    case .staleTrajectories: "trajectories of another version, dropped"
    case .duplicateTrajectories: "second copies of a slot, compared and dropped"
    case .refusedTrajectories: "trajectories refused for another reason"
    }
  }

  /// How it looks in a run that goes well.
  package var healthy: String {
    switch self {
    case .version, .elapsedSeconds, .episodes, .environmentSteps, .receivedBytes,
      .evaluationEpisodes:
      "grows"
    case .roundSeconds: "steady for one length of episodes"
    case .stepsPerSecond, .episodesPerSecond: "as docs/performance.md has it for the environment"
    case .meanReturn, .evaluationMeanReturn: "rises to the goal"
    case .meanReturnError: "small beside the progress of ten updates; else more episodes per update"
    case .stdReturn, .evaluationStdReturn, .minReturn, .maxReturn, .meanLength:
      "depends on the environment"
    case .entropy: "falls slowly; near 0 early, the policy has stopped exploring"
    case .kl: "0.001 to 0.05; above 0.1 the learning rate is too great"
    case .gradientNorm: "finite; jumps of a hundredfold call for a limit"
    case .gradientSignalToNoise: "above 1.5; about 1, more episodes per update are needed"
    case .baselineVarianceCut: "above 0; below, the baseline does harm"
    case .explainedVariance: "rises towards 1; below 0 the value function is worse than a constant"
    case .valueError: "falls to well below std_return"
    case .learningRate: "as configured"
    case .actors: "as many as were started"
    case .learnerWaitingShare: "any; with actor_waiting_share it says which side to strengthen"
    case .learnerComputingShare:
      "below 0.5; above, more learner threads help and more actors do not"
    case .learnerBroadcastingShare: "below 0.05"
    case .actorWaitingShare: "below 0.5; above, rounds are too short or the learner too slow"
    case .bytesPerStep: "4 × (observation + action + 1 numbers), and little more"
    case .waitingMessages: "below four an actor"
    case .slotsLeasedAgain, .backupLeases, .resentLeases, .staleTrajectories,
      .duplicateTrajectories:
      "0 but when actors come, go or fall behind; harmless to the result"
    case .approximateEpisodes: "0, unless such actors were started"
    case .logProbabilityError: "below 0.00001; up to 0.001 a step it is let pass"
    case .onPolicyMismatches: "0"
    case .refusedTrajectories: "0; anything else is an intruder or another build"
    }
  }
}

extension ActorMetricName {
  package var unit: String {
    switch self {
    case .stepsPerSecond: "steps per second"
    case .shareOfSlots: "1, in 0...1"
    case .lastHeardSeconds: "seconds"
    case .heldSlots: "slots"
    }
  }

  package var meaning: String {
    switch self {
    case .stepsPerSecond: "environment steps by the seconds in which the actor played"
    case .shareOfSlots: "share of all trajectories accepted so far that this actor sent"
    case .lastHeardSeconds: "since anything came from the actor"
    case .heldSlots: "slots leased to the actor whose trajectory has not come"
    }
  }

  package var healthy: String {
    switch self {
    case .stepsPerSecond: "equal on equal machines"
    case .shareOfSlots: "in proportion to the speeds"
    case .lastHeardSeconds: "below 1"
    case .heldSlots: "falls to 0 in every round"
    }
  }
}

extension RefusalLabel {
  package var meaning: String {
    switch self {
    case .malformed: "the message is not of this protocol"
    case .foreignRun: "the message is of another run"
    case .nonFinite: "a number is not finite"
    case .wrongKind:
      "returns where trajectories are wanted, or a training episode in an evaluation, or the reverse"
    case .approximate: "log-probabilities from an actor that may not be approximate"
    case .slotOutOfRange: "the round has no such slot"
    case .otherParameters: "played with other parameters than those of the version"
    case .quarantined: "the sender was refused too often"
    case .outcast: "the sender's key was removed"
    case .otherKey: "the actor's id belongs to another key or address"
    case .tooManyIDs: "there are more actor ids than anybody has actors"
    case .audit: "a second actor, and the learner, played the slot differently"
    }
  }
}

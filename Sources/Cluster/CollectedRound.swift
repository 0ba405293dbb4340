internal import Learning
internal import Policies
internal import RL

/// What the learner collects in a round: trajectories, or in a search nothing but their returns.
enum CollectedRound {
  case trajectories(RoundEstimation)
  case returns(SearchRound<MLPPolicy>, ReturnChecks)

  var id: RoundID {
    switch self {
    case .trajectories(let round): round.round
    case .returns(let round, _): round.round
    }
  }

  var isComplete: Bool {
    switch self {
    case .trajectories(let round): round.isComplete
    case .returns(let round, _): round.isComplete
    }
  }

  var episodes: [EpisodeOutcome] {
    switch self {
    case .trajectories(let round): round.episodes
    case .returns(let round, _): round.episodes
    }
  }
}

/// An update whose parameters are there, and what is left to do for it.
enum UnfinishedRound {
  case trajectories(UnfinishedUpdate)
  /// Nothing is left.
  case returns(UpdateDiagnostics)
}

extension Learner<MLPPolicy> {
  /// Makes the next version, and no more than that.
  ///
  /// - Precondition: the round is a complete training round of this version.
  mutating func advance(with round: consuming CollectedRound) -> UnfinishedRound {
    switch round {
    case .trajectories(let round): .trajectories(advance(with: round))
    case .returns(let round, _): .returns(update(with: round))
    }
  }

  /// Does the rest.
  mutating func finish(_ round: consuming UnfinishedRound) -> UpdateDiagnostics {
    switch round {
    case .trajectories(let update): finish(update)
    case .returns(let diagnostics): diagnostics
    }
  }
}

internal import Learning
internal import Policies
internal import RL

/// What the learner collects in a round: trajectories, or in a search nothing but their returns.
enum CollectedRound {
  case trajectories(RoundEstimation<MLPPolicy>)
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

extension Learner<MLPPolicy> {
  /// - Precondition: the round is a complete training round of this version.
  mutating func update(with round: CollectedRound) -> UpdateDiagnostics {
    switch round {
    case .trajectories(let round): update(with: round)
    case .returns(let round, _): update(with: round)
    }
  }
}

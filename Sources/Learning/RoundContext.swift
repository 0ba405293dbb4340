internal import RL

/// Everything that all groups of a round share.
final class RoundContext: Sendable {
  let policy: any RoundPolicy
  let configuration: LearnerConfiguration
  /// V as it is during the round, where it is the baseline.
  let valueBaseline: ValueBaseline?
  /// False for evaluation rounds, which estimate no gradient.
  let estimates: Bool
  /// How the round's policy, and V, see observations; nil for as they are.
  let normalization: ObservationNormalization?

  init(
    policy: any RoundPolicy, configuration: LearnerConfiguration, valueBaseline: ValueBaseline?,
    estimates: Bool, normalization: ObservationNormalization?
  ) {
    self.policy = policy
    self.configuration = configuration
    self.valueBaseline = valueBaseline
    self.estimates = estimates
    self.normalization = normalization
  }

  /// Whether the weights come from the whole round.
  var needsRound: Bool { estimates && configuration.needsRound }
  /// Whether nobody looks at a group's trajectories once they were found right: no other pass goes over them.
  var passesOnce: Bool { !needsRound && !(estimates && valueBaseline != nil) }
}

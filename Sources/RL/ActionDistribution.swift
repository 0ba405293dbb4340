/// π(·|s): what a policy made of one observation, for people and programs that look at an episode.
public enum ActionDistribution: Hashable, Sendable {
  /// For each choice the probabilities of its alternatives; one choice for a discrete space.
  case categorical([[Float]])
  /// For each switch the probability that it is on.
  case bernoulli([Float])
  /// Independent normal distributions.
  case gaussian(means: [Float], deviations: [Float])
}

/// What people want to know about an environment. Nothing of it enters an episode.
public struct EnvironmentDescription: Hashable, Sendable {
  /// The task in a phrase, such as `keep a pole upright on a cart`.
  public var summary: String
  /// Where the rules come from, such as `Gymnasium 1.4, CartPole-v1`.
  public var specification: String
  /// The rewards that one step may pay; nil if nobody said.
  public var rewardRange: ClosedRange<Double>?
  /// What each entry of an observation is, with its unit; empty, or one name an entry.
  public var observationNames: [String]
  /// What each action does, for a discrete space, or what each entry of one is; empty, or complete.
  public var actionNames: [String]

  public init(
    summary: String = "", specification: String = "", rewardRange: ClosedRange<Double>? = nil,
    observationNames: [String] = [], actionNames: [String] = []
  ) {
    self.summary = summary
    self.specification = specification
    self.rewardRange = rewardRange
    self.observationNames = observationNames
    self.actionNames = actionNames
  }
}

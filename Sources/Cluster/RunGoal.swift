/// When a run is over, and when it is looked at. Changes no parameter of any version.
package struct RunGoal: Hashable, Sendable {
  /// Stops at this policy version.
  package var updates: Int?
  /// Stops as soon as an evaluation's mean return reaches this.
  package var untilReturn: Double?
  /// An evaluation round is played at every version divisible by this; nil plays none.
  package var evaluateEvery: Int?
  /// Episodes of one evaluation round.
  package var evaluationEpisodes: Int

  package init(
    updates: Int?, untilReturn: Double?, evaluateEvery: Int?, evaluationEpisodes: Int = 100
  ) {
    self.updates = updates
    self.untilReturn = untilReturn
    self.evaluateEvery = evaluateEvery
    self.evaluationEpisodes = evaluationEpisodes
  }
}

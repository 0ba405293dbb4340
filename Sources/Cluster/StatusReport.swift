package import RL
package import Wire

/// What an actor says of itself with each status.
///
/// Trajectories leave by the same socket and hence before any status sent after them, so a slot of
/// lease `leaseNumber` that is not in `unplayed` is at the learner by now or lost on the way.
package struct StatusReport: Hashable, Sendable {
  /// The learner process that the actor follows.
  package var incarnation: Incarnation
  /// The round it plays; nil before its first policy.
  package var round: RoundID?
  /// The greatest lease number applied within this incarnation, 0 before the first.
  package var leaseNumber: UInt64
  /// The slots of that lease whose trajectory has not been pushed, whether started or not.
  package var unplayed: SlotSet
  /// Steps played since the process started.
  package var stepCount: UInt64
  /// Time spent playing them.
  package var playTime: Duration

  package init(
    incarnation: Incarnation, round: RoundID?, leaseNumber: UInt64, unplayed: SlotSet,
    stepCount: UInt64, playTime: Duration
  ) {
    self.incarnation = incarnation
    self.round = round
    self.leaseNumber = leaseNumber
    self.unplayed = unplayed
    self.stepCount = stepCount
    self.playTime = playTime
  }
}

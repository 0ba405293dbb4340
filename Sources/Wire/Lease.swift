public import RL

/// The complete set of slots that one actor holds in one round.
public struct Lease: Hashable, Sendable {
  /// Counts the leases given to one actor within one incarnation; a later lease replaces an earlier.
  public var number: UInt64
  public var round: RoundID
  public var slots: SlotSet

  public init(number: UInt64, round: RoundID, slots: SlotSet) {
    self.number = number
    self.round = round
    self.slots = slots
  }
}

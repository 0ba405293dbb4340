package import RL
package import Wire

/// What logs and metrics may know of one actor.
package struct ActorView: Hashable, Sendable {
  package enum Condition: String, Hashable, Sendable {
    case live
    /// Believed gone until it is heard again.
    case suspect
    case quarantined
  }

  package let id: ActorID
  package let identityKey: String
  package let condition: Condition
  package let lanes: Int
  /// Units: steps per second; nil before the second status.
  package let speed: Double?
  package let lastHeard: Duration
  /// Slots leased to it whose trajectory has not been received.
  package let heldCount: Int
  package let leaseNumber: UInt64
  package let isAcknowledged: Bool
  package let roundTrip: Duration?
  /// Its lease is past its deadline.
  package let isLate: Bool
}

extension RoundLedger {
  package var slotCount: Int { slots.slotCount }
  /// Slots whose trajectory is in hand, verified or not.
  package var receivedCount: Int { slots.receivedCount }
  package var verifiedCount: Int { slots.verifiedCount }
  /// Slots that nobody plays.
  package var openCount: Int { slots.openCount }
  /// Every slot of the round is verified.
  package var isComplete: Bool { round != nil && slots.verifiedCount == slots.slotCount }

  /// Ids of the actors believed to be there, ascending.
  package var liveActors: [ActorID] {
    (0..<roster.count).filter { roster[$0].isLive }.map { roster[$0].id }.sorted()
  }

  /// All actors that joined and did not leave, ascending by id.
  package var actors: [ActorView] {
    (0..<roster.count).compactMap { i in
      let record = roster[i]
      let condition: ActorView.Condition
      switch record.condition {
      case .live: condition = .live
      case .suspect: condition = .suspect
      case .quarantined: condition = .quarantined
      case .left: return nil
      }
      return ActorView(
        id: record.id, identityKey: record.identityKey, condition: condition, lanes: record.lanes,
        speed: record.speed, lastHeard: record.lastHeard, heldCount: record.heldCount,
        leaseNumber: record.lease?.number ?? 0, isAcknowledged: record.isAcknowledged,
        roundTrip: record.roundTrip, isLate: record.isLate)
    }.sorted { $0.id < $1.id }
  }

  /// Who holds `slot`: nobody, one actor, or two.
  package func holders(of slot: Int) -> [ActorID] {
    [slots[slot].holder, slots[slot].backup].filter { $0 >= 0 }.map { roster[Int($0)].id }
  }

  /// Who sent the copy of `slot` that is in hand.
  func sender(of slot: Int) -> ActorID { slots[slot].sender }

  /// The slots in hand from `actor` that are neither verified nor refused, ascending.
  func receivedSlots(from actor: ActorID) -> [Int] {
    (0..<slots.slotCount).filter {
      slots[$0].phase == .received && slots[$0].sender == actor
    }
  }

  /// The slots that are out with an actor.
  package func heldSlots(of actor: ActorID) -> SlotSet {
    guard let i = roster.index(of: actor), let lease = roster[i].lease else { return SlotSet() }
    return SlotSet(lease.slots.slots.filter { slots[$0].isHeld(by: i) })
  }

  /// The slots still out with actors whose deadline passed, for a line in the log.
  package var lateSlots: [(actor: ActorID, slots: SlotSet)] {
    (0..<roster.count).compactMap { i in
      guard roster[i].isLive, roster[i].isLate, let lease = roster[i].lease else { return nil }
      let held = SlotSet(lease.slots.slots.filter { slots[$0].isHeld(by: i) })
      return held.isEmpty ? nil : (roster[i].id, held)
    }
  }
}

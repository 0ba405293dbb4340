package import Wire

// Slots that two actors play: who may be the second, and what to do where nobody can.
extension RoundLedger {
  /// Ends the wait for second copies where only their first players are there, and was nobody else for a
  /// while. Gives the slots, whose first copies are to be used.
  package mutating func waiveAudits(now: Duration) -> [Int] {
    guard slots.firstCopyCount > 0 else { return [] }
    if roster.liveCount >= 2 { lastCompany = now }
    guard now - lastCompany > rules.silence else { return [] }
    let waived = (0..<slots.slotCount).filter { slots[$0].hasFirstCopy && slots[$0].holder < 0 }
    for slot in waived {
      slots.receive(slot, from: slots[slot].sender, fingerprint: slots[slot].fingerprint)
    }
    counts.auditsWaived += waived.count
    return waived
  }

  /// Says whose copy of an audited slot proved true.
  ///
  /// - Precondition: the slot is received and was not verified.
  package mutating func attribute(_ slot: Int, to actor: ActorID) {
    slots.attribute(slot, to: actor)
  }

  /// By whom a slot may have been played first that actor `i` is to play a second time: not by itself, and
  /// by nobody of its own party if others are there.
  func mayRepeat(_ i: Int) -> (ActorID) -> Bool {
    guard slots.firstCopyCount > 0 else { return { _ in true } }
    let id = roster[i].id
    let own = party(of: id)
    let hasOthers = (0..<roster.count).contains {
      roster[$0].isLive && party(of: roster[$0].id) != own
    }
    let parties = bindings
    return { first in
      first != id && !(hasOthers && Self.party(of: first, in: parties) == own)
    }
  }
}

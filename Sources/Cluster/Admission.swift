package import Wire

/// What the ledger says to one trajectory that arrived.
package enum Admission: Hashable, Sendable {
  /// The first copy of a slot of this round: it goes to the forward pass.
  case accepted
  /// The first copy of a slot that is audited: to be kept until the second is there.
  case first
  /// The second copy of it, to be compared with the first.
  case second
  /// Counted and dropped.
  case rejected(Rejection)
}

/// Why a trajectory is dropped. It is judged by content alone; where it comes from matters only for an
/// actor in quarantine.
package enum Rejection: Hashable, Sendable {
  /// Made for a version before the round's.
  case stale
  /// Made for a version after the round's: the learner resumed from an older checkpoint.
  case ahead
  /// Of the round's version, but a training episode in an evaluation round or the reverse.
  case wrongKind
  case slotOutOfRange
  /// Made with other parameters than those of this version.
  case digestMismatch
  /// The slot is in hand already; `agrees` tells whether both copies have one fingerprint, which they
  /// must in an environment that is reproducible.
  case duplicate(of: ActorID, agrees: Bool)
  /// The sender was refused too often.
  case quarantined
}

/// What becomes of the sender of something that no honest actor sends, such as a trajectory whose
/// log-probabilities the learner could not reproduce.
package struct Refusal: Hashable, Sendable {
  /// Who sent it; nil if only its key is known.
  package let actor: ActorID?
  /// Who is held to account.
  package let party: Party
  /// Refusals of this party so far in this run, this one included.
  package let refusalCount: Int
  /// Nothing that this party sends is accepted any more.
  package let isQuarantined: Bool
  /// As of this refusal.
  package let isNewInQuarantine: Bool
}

/// What the ledger counted since its process started.
package struct LedgerCounts: Hashable, Sendable {
  package var accepted = 0
  /// Slots played by two actors and compared.
  package var audited = 0
  /// Slots that were to be, but there was no second actor.
  package var auditsWaived = 0
  package var stale = 0
  package var ahead = 0
  package var wrongKind = 0
  package var slotOutOfRange = 0
  package var digestMismatch = 0
  /// Second copies equal to the first.
  package var agreeingDuplicate = 0
  /// Second copies that differ from the first: bad memory, another build or tampering.
  package var differingDuplicate = 0
  package var quarantined = 0
  /// Trajectories whose log-probabilities were not reproduced.
  package var refused = 0
  /// Slots whose trajectory is known never to have arrived.
  package var lost = 0
  /// Slots taken from an actor that was believed gone, left or was quarantined.
  package var released = 0
  /// Leases made, the first ones of each round included.
  package var leases = 0
  /// Leases sent again because nobody acknowledged them.
  package var resent = 0
  /// Slots leased to a second actor while the first still held them.
  package var backups = 0
  /// Times that an actor was believed gone.
  package var suspicions = 0
  /// Times that one believed gone was heard again.
  package var revivals = 0

  package init() {}

  mutating func count(_ rejection: Rejection) {
    switch rejection {
    case .stale: stale += 1
    case .ahead: ahead += 1
    case .wrongKind: wrongKind += 1
    case .slotOutOfRange: slotOutOfRange += 1
    case .digestMismatch: digestMismatch += 1
    case .duplicate(_, agrees: true): agreeingDuplicate += 1
    case .duplicate(_, agrees: false): differingDuplicate += 1
    case .quarantined: quarantined += 1
    }
  }
}

package import Wire

/// A message that the ledger wants sent to one actor.
package enum LedgerAction: Hashable, Sendable {
  /// Configuration, the current policy and this lease. Without a lease the actor is not known here: it
  /// joins (again).
  case welcome(ActorID, Lease?)
  /// The complete set of slots that the actor now holds.
  case lease(ActorID, Lease)
  /// The actor is not wanted.
  case refuse(ActorID, RefusalReason)
  /// The run is over.
  case goodbye(ActorID)
}

/// Why an actor is not wanted.
package enum RefusalReason: Hashable, Sendable {
  /// Another process, `heldBy`, joined under the same id. Both hear the refusal: it is meant for
  /// the one whose identity key is `identityKey`.
  case clonedIdentity(identityKey: String, heldBy: String)
  /// Too much of what it, or another actor with its key, sent was refused.
  case quarantined(refusalCount: Int)
}

/// One line of the table that rides in a policy message.
package struct FirstLease: Hashable, Sendable {
  package let actor: ActorID
  package let lease: Lease

  package init(actor: ActorID, lease: Lease) {
    self.actor = actor
    self.lease = lease
  }
}

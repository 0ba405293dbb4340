package import Wire
package import ZeroMQ

// Who may speak for which actor, and who may not speak any more.
extension RoundLedger {
  /// Whether what `peer` says under the id of `actor` counts. To be asked before anything of it is
  /// believed.
  package mutating func claim(
    _ actor: ActorID, by peer: Peer, now: Duration
  ) -> ActorBindings.Claim {
    bindings.claim(actor, by: peer, now: now, silence: rules.silence)
  }

  /// The peer that an actor's id belongs to; nil if nobody was heard under it.
  package func peer(of actor: ActorID) -> Peer? { bindings.peer(of: actor) }

  /// Keys whose holders are out of the run.
  package var quarantinedKeys: Set<CurvePublicKey> { quarantine.keys }

  /// Notes a message that no honest actor sends, and shuts its sender out if this happens too often.
  package mutating func offended(_ actor: ActorID) -> Refusal {
    refuse(actor, party: party(of: actor))
  }

  /// The same where the message does not say whose it is: nil unless its key answers for it.
  package mutating func offended(by peer: Peer) -> Refusal? {
    guard case .key(let key) = peer else { return nil }
    return refuse(nil, party: .key(key))
  }

  mutating func refuse(_ actor: ActorID?, party: Party) -> Refusal {
    let wasQuarantined = quarantine.contains(party)
    let count = quarantine.refuse(party)
    let isQuarantined = quarantine.contains(party)
    if isQuarantined {
      for i in 0..<roster.count
      where self.party(of: roster[i].id) == party
        && (roster[i].condition == .live || roster[i].condition == .suspect)
      {
        releaseAll(i)
        roster[i].condition = .quarantined
        post(.refuse(roster[i].id, .quarantined(refusalCount: count)))
      }
    }
    return Refusal(
      actor: actor, party: party, refusalCount: count, isQuarantined: isQuarantined,
      isNewInQuarantine: isQuarantined && !wasQuarantined)
  }

  /// Who answers for what comes under the id of `actor`.
  func party(of actor: ActorID) -> Party { Self.party(of: actor, in: bindings) }

  static func party(of actor: ActorID, in bindings: ActorBindings) -> Party {
    if case .key(let key) = bindings.peer(of: actor) { .key(key) } else { .actor(actor) }
  }

  func isQuarantined(_ actor: ActorID) -> Bool {
    !quarantine.isEmpty && quarantine.contains(party(of: actor))
  }
}

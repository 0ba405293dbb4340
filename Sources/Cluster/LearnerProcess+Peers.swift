internal import Logging
internal import Monitoring
internal import Wire
internal import ZeroMQ

// Whose word counts, and what becomes of those whose word does not.
extension LearnerProcess {
  /// Whether what a peer says under the actor id of its message counts; if not, it is told so.
  mutating func isGranted(_ message: ActorMessage, to peer: Peer) throws(RoleFailure) -> Bool {
    switch ledger.claim(message.actor, by: peer, now: clock.now) {
    case .granted: return true
    case .tooMany:
      monitor.dropped(
        .tooManyIDs, "nobody has so many actors", actor: message.actor, peer: text(of: peer))
    case .foreign(let holder):
      let owner = text(of: holder) ?? "another address"
      monitor.dropped(
        .otherKey, "the id belongs to \(owner)", actor: message.actor, peer: text(of: peer))
      guard case .join(let join) = message.body else { return false }
      let name = identityKey(
        hostName: join.hostName, processID: join.processID, key: peer.key)
      // Both hear it, and the one who has that name obeys.
      let isHolder = ledger.actors.contains {
        $0.id == message.actor && $0.identityKey == name
      }
      guard !isHolder else { return false }
      try refuse(
        message.actor, .duplicateActor,
        "its id belongs to an actor with another key or address; start it again for another id",
        identityKey: name)
    }
    return false
  }

  /// Whether a subscription says anything about an actor: not when a stranger to it subscribed.
  func mayHint(_ sender: Peer?, of actor: ActorID) -> Bool {
    guard let sender, sender.key != nil, let holder = ledger.peer(of: actor) else { return true }
    return holder.isSame(as: sender)
  }

  /// Tells who went into quarantine, and keeps it in mind for the run's later processes.
  mutating func note(_ refusal: Refusal?) {
    guard let refusal, refusal.isNewInQuarantine else { return }
    var metadata = fields([.refusals: refusal.refusalCount])
    if let actor = refusal.actor { metadata[LogKey.actor.rawValue] = "\(actor)" }
    guard let key = refusal.party.key else {
      return logger.error("quarantined an actor", metadata: metadata)
    }
    metadata[LogKey.key.rawValue] = "\(keys?.text(of: key) ?? "\(key)")"
    metadata[LogKey.path.rawValue] = "\(store.directory.quarantinePath)"
    logger.error(
      "quarantined a key: no actor with it takes part in this run any more", metadata: metadata)
    let list = keys?.allowList
    store.record(quarantined: ledger.quarantinedKeys) { list?.name(of: $0) }
  }

  /// The key of a peer, for people; nil where it has none.
  func text(of peer: Peer) -> String? { keys?.text(of: peer) }

  /// The key that an actor's id belongs to, for people.
  func peerText(of actor: ActorID) -> String? {
    guard let keys, let peer = ledger.peer(of: actor) else { return nil }
    return keys.text(of: peer)
  }
}

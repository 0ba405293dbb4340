package import Wire

/// Which peer each actor's id belongs to: the first that was heard under it.
///
/// A key keeps an id for as long as the ledger remembers the actor. An address proves less and may change
/// where an honest actor's network does, so it keeps an id only while the actor is heard.
package struct ActorBindings: Sendable {
  /// Whether a peer may speak under an id.
  package enum Claim: Hashable, Sendable {
    case granted
    /// The id is another peer's.
    case foreign(heldBy: Peer)
    /// There are more ids than anybody has actors.
    case tooMany
  }

  private struct Binding {
    var peer: Peer
    var lastHeard: Duration
  }

  /// Ids remembered at most: who invents ids costs no more memory than this.
  private let capacity: Int
  private var bindings: [ActorID: Binding] = [:]

  /// - Precondition: `capacity` is at least 1.
  package init(capacity: Int = 65_536) {
    precondition(capacity >= 1)
    self.capacity = capacity
  }

  package var count: Int { bindings.count }

  /// The peer that the id belongs to; nil if nobody was heard under it.
  package func peer(of actor: ActorID) -> Peer? { bindings[actor]?.peer }

  /// Notes that something came under the id, and says whether it counts.
  ///
  /// `silence` is the time without a word after which an id without a key is free.
  package mutating func claim(
    _ actor: ActorID, by peer: Peer, now: Duration, silence: Duration
  ) -> Claim {
    if let binding = bindings[actor] {
      let isFree = binding.peer.key == nil && now - binding.lastHeard > silence
      guard binding.peer.isSame(as: peer) || isFree else {
        return .foreign(heldBy: binding.peer)
      }
    } else if bindings.count >= capacity {
      return .tooMany
    }
    bindings[actor] = Binding(peer: peer, lastHeard: now)
    return .granted
  }

  /// Forgets ids that are not `kept` and were not heard since `time`.
  package mutating func forget(heardBefore time: Duration, unless isKept: (ActorID) -> Bool) {
    bindings = bindings.filter { $0.value.lastHeard >= time || isKept($0.key) }
  }
}

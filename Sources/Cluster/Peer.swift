package import Wire
package import ZeroMQ

/// Whom a message came from, as its connection shows it: nothing that the message says can change it.
package enum Peer: Hashable, Sendable {
  /// Who holds this key, and answers for everything signed with it.
  case key(CurvePublicKey)
  /// One of several actors that speak with this key: a relay's, or one that hosts share.
  case sharedKey(CurvePublicKey)
  /// Nothing is signed. The IP address of the connection, or user, group and process of an ipc one as
  /// `localhost:UID:GID:PID`; empty where libzmq knows neither.
  case address(String)

  package var key: CurvePublicKey? {
    switch self {
    case .key(let key), .sharedKey(let key): key
    case .address: nil
    }
  }

  /// Whether both are one, also if the key's file was renamed in between.
  package func isSame(as other: Peer) -> Bool { self == other || key != nil && key == other.key }
}

/// Who is held to account for what an actor sends.
package enum Party: Hashable, Sendable {
  case key(CurvePublicKey)
  /// The actor alone: a restarted process has another id and is another party.
  case actor(ActorID)

  package var key: CurvePublicKey? {
    switch self {
    case .key(let key): key
    case .actor: nil
    }
  }
}

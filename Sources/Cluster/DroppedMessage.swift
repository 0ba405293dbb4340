internal import Monitoring

/// Why a message was dropped before the ledger saw it.
enum DroppedMessage: Hashable, Sendable {
  case malformed
  case foreignRun
  case nonFinite
  case outcast
  /// Trajectories where returns are collected, or the reverse.
  case wrongForm
  /// With log-probabilities in the place of bits that can be compared.
  case approximate
  /// Under the id of another peer's actor.
  case otherKey
  /// Under one id too many.
  case tooManyIDs

  var label: RefusalLabel {
    switch self {
    case .malformed: .malformed
    case .foreignRun: .foreignRun
    case .nonFinite: .nonFinite
    case .outcast: .outcast
    case .wrongForm: .wrongKind
    case .approximate: .approximate
    case .otherKey: .otherKey
    case .tooManyIDs: .tooManyIDs
    }
  }

  var text: String {
    switch self {
    case .malformed: "dropped a message that is not of this protocol"
    case .foreignRun: "dropped a message of another run"
    case .nonFinite: "dropped trajectories with a number that is not finite"
    case .outcast: "dropped a message of a key that may not connect"
    case .wrongForm: "dropped episodes in a form that this round does not take"
    case .approximate: "dropped trajectories of an approximate actor"
    case .otherKey: "dropped a message under the id of another's actor"
    case .tooManyIDs: "dropped a message under a new id: there are too many"
    }
  }
}

/// What the ledger rejects that is not just late: no honest actor sends it.
enum Poison: Hashable, Sendable {
  case slotOutOfRange
  /// Of this version's number, but played with other parameters.
  case otherParameters
  case quarantined

  /// Nil where an honest actor may be that late.
  init?(_ rejection: Rejection) {
    switch rejection {
    case .slotOutOfRange: self = .slotOutOfRange
    case .digestMismatch: self = .otherParameters
    case .quarantined: self = .quarantined
    case .stale, .ahead, .wrongKind, .duplicate: return nil
    }
  }

  var label: RefusalLabel {
    switch self {
    case .slotOutOfRange: .slotOutOfRange
    case .otherParameters: .otherParameters
    case .quarantined: .quarantined
    }
  }

  var text: String {
    switch self {
    case .slotOutOfRange: "dropped an episode of a slot that the round does not have"
    case .otherParameters: "dropped an episode that was played with other parameters"
    case .quarantined: "dropped an episode of an actor in quarantine"
    }
  }
}

/// What is said once in a while.
struct RefusedKind: Hashable, Sendable {
  let label: RefusalLabel
  /// Its sender's key.
  let peer: String?
}

internal import Learning
internal import RL
package import Wire

/// Who computes with another arithmetic than the learner's, and whether such actors may take part.
///
/// A trajectory is judged by content. One with log-probabilities enters where approximate actors are allowed,
/// unless its sender joined as exact: whoever can be held to bits is. One without them is compared bit for
/// bit, whoever sent it.
package struct ApproximateActors {
  let areAllowed: Bool
  /// A search checks returns by playing episodes again, which another arithmetic does not reproduce.
  let isSearch: Bool
  private var arithmetics: [ActorID: ActorMessage.Arithmetic] = [:]

  package init(areAllowed: Bool, isSearch: Bool) {
    self.areAllowed = areAllowed
    self.isSearch = isSearch
  }

  /// Whether this actor joined as approximate.
  package func contains(_ actor: ActorID) -> Bool { arithmetics[actor] == .approximate }

  /// Notes how an actor that was let in computes.
  package mutating func joined(_ actor: ActorID, _ arithmetic: ActorMessage.Arithmetic) {
    guard areAllowed else { return }
    arithmetics[actor] = arithmetic
  }

  /// Forgets actors that are gone for good; whoever comes back joins again.
  package mutating func forget(unlessIn ledger: borrowing RoundLedger) {
    guard arithmetics.count > ledger.actorCount else { return }
    for actor in arithmetics.keys where !ledger.remembers(actor) { arithmetics[actor] = nil }
  }

  /// Why no approximate actor may join; nil if they may.
  var objection: String? {
    if !areAllowed {
      return
        "its arithmetic is not Troupe's; start the learner with --allow-approximate-actors, or use "
        + "troupe actor"
    }
    if isSearch {
      return
        "a search checks episodes by playing them again, bit for bit, so it takes no approximate actors"
    }
    return nil
  }

  /// Why these trajectories may not enter; nil if they may.
  func objection(to block: TrajectoryBlock, from actor: ActorID) -> String? {
    if block.logProbabilities.isEmpty { return nil }
    if !areAllowed { return "log-probabilities, but approximate actors are not allowed" }
    return arithmetics[actor] == .exact
      ? "log-probabilities, but the actor joined as an exact one" : nil
  }
}

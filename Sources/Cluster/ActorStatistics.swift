internal import Monitoring
internal import RL
package import Wire

/// What the learner knows of its actors for those who look: where they run, what came of them, how long they
/// have played.
package struct ActorStatistics {
  private var hosts: [ActorID: (name: String, process: UInt32, isApproximate: Bool)] = [:]
  private var acceptedCounts: [ActorID: Int] = [:]
  private var acceptedCount = 0
  private var playNanoseconds: [ActorID: UInt64] = [:]

  package init() {}

  func hostName(of actor: ActorID) -> String? { hosts[actor]?.name }

  package mutating func joined(_ actor: ActorID, host: String, process: UInt32, isApproximate: Bool)
  {
    hosts[actor] = (host, process, isApproximate)
  }

  /// Trajectories of an actor entered the round.
  package mutating func accepted(_ count: Int, from actor: ActorID) {
    acceptedCounts[actor, default: 0] += count
    acceptedCount += count
  }

  /// How many actors are known.
  package var actorCount: Int { max(hosts.count, acceptedCounts.count, playNanoseconds.count) }

  /// Forgets actors that are gone for good, so that comings and goings without end take no memory.
  package mutating func forget(unlessIn ledger: borrowing RoundLedger) {
    guard actorCount > ledger.actorCount else { return }
    for actor in hosts.keys where !ledger.remembers(actor) { hosts[actor] = nil }
    for actor in acceptedCounts.keys where !ledger.remembers(actor) { acceptedCounts[actor] = nil }
    for actor in playNanoseconds.keys where !ledger.remembers(actor) {
      playNanoseconds[actor] = nil
    }
  }

  /// Learns how long an actor has played, and gives by how many nanoseconds that has grown.
  package mutating func heard(playNanoseconds played: UInt64, from actor: ActorID) -> UInt64 {
    let before = playNanoseconds.updateValue(played, forKey: actor) ?? 0
    return played > before ? played - before : 0
  }

  func rows(of ledger: borrowing RoundLedger, now: Duration) -> [ActorRow] {
    let total = max(1, acceptedCount)
    return ledger.actors.map { actor in
      ActorRow(
        id: "\(actor.id)", host: hosts[actor.id]?.name ?? "",
        pid: hosts[actor.id]?.process ?? 0, condition: actor.condition.rawValue,
        isLate: actor.isLate, isApproximate: hosts[actor.id]?.isApproximate ?? false,
        lanes: actor.lanes, stepsPerSecond: actor.speed ?? 0,
        shareOfSlots: Double(acceptedCounts[actor.id] ?? 0) / Double(total),
        heldSlots: actor.heldCount, lastHeardSeconds: max(0, (now - actor.lastHeard).seconds))
    }
  }
}

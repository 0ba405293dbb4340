internal import Monitoring
internal import RL
package import Wire

/// What the learner knows of its actors for those who look: where they run, what came of them, how long they
/// have played.
package struct ActorStatistics {
  private struct Record {
    /// Nil for an actor that has not said it.
    var host: String?
    var process: UInt32 = 0
    var isApproximate = false
    var acceptedCount = 0
    var playNanoseconds: UInt64 = 0
  }

  private var records: [ActorID: Record] = [:]
  /// Of actors that are forgotten, too.
  private var acceptedCount = 0

  package init() {}

  func hostName(of actor: ActorID) -> String? { records[actor]?.host }

  package mutating func joined(_ actor: ActorID, host: String, process: UInt32, isApproximate: Bool)
  {
    records[actor, default: Record()].host = host
    records[actor, default: Record()].process = process
    records[actor, default: Record()].isApproximate = isApproximate
  }

  /// Trajectories of an actor entered the round.
  package mutating func accepted(_ count: Int, from actor: ActorID) {
    records[actor, default: Record()].acceptedCount += count
    acceptedCount += count
  }

  /// How many actors are known.
  package var actorCount: Int { records.count }

  /// Forgets actors that are gone for good, so that comings and goings without end take no memory.
  package mutating func forget(unlessIn ledger: borrowing RoundLedger) {
    guard actorCount > ledger.actorCount else { return }
    for actor in records.keys where !ledger.remembers(actor) { records[actor] = nil }
  }

  /// Learns how long an actor has played, and gives by how many nanoseconds that has grown.
  package mutating func heard(playNanoseconds played: UInt64, from actor: ActorID) -> UInt64 {
    let before = records[actor]?.playNanoseconds ?? 0
    records[actor, default: Record()].playNanoseconds = played
    return played > before ? played - before : 0
  }

  func rows(of ledger: borrowing RoundLedger, now: Duration) -> [ActorRow] {
    let total = max(1, acceptedCount)
    return ledger.actors.map { actor in
      let record = records[actor.id] ?? Record()
      return ActorRow(
        id: "\(actor.id)", host: record.host ?? "", pid: record.process,
        condition: actor.condition.rawValue, isLate: actor.isLate,
        isApproximate: record.isApproximate,
        lanes: actor.lanes, stepsPerSecond: actor.speed ?? 0,
        shareOfSlots: Double(record.acceptedCount) / Double(total),
        heldSlots: actor.heldCount, lastHeardSeconds: max(0, (now - actor.lastHeard).seconds))
    }
  }
}

import Cluster
import RL
import Testing
import Wire

// Comings and goings without end take no memory.
@Suite struct ForgottenActorTests {
  @Test("who left, or has been silent for long, is forgotten with the next round, by everybody")
  func forgotten() {
    var fixture = LedgerFixture()
    var statistics = ActorStatistics()
    var approximate = ApproximateActors(areAllowed: true, isSearch: false)
    let (stayer, silent) = (ActorID(1), ActorID(2))
    func join(_ actor: ActorID) {
      fixture.join(actor)
      statistics.joined(actor, host: "host", process: 1, isApproximate: true)
      statistics.accepted(1, from: actor)
      _ = statistics.heard(playNanoseconds: 1, from: actor)
      approximate.joined(actor, .approximate)
    }
    func begin(_ version: UInt32) {
      fixture.begin(version, slotCount: 4)
      statistics.forget(unlessIn: fixture.ledger)
      approximate.forget(unlessIn: fixture.ledger)
    }
    for actor in [stayer, silent] { join(actor) }
    for version in UInt32(1)...100 {
      let guest = ActorID(UInt64(1000 + version))
      join(guest)
      fixture.ledger.leave(guest)
      begin(version)
      #expect(!approximate.contains(guest) && !fixture.ledger.remembers(guest))
    }
    #expect(statistics.actorCount == 2 && fixture.ledger.actorCount == 2)
    for _ in 0..<70 {
      _ = fixture.tick(after: .seconds(1))
      fixture.status(stayer)
    }
    begin(101)
    #expect(statistics.actorCount == 1)
    #expect(approximate.contains(stayer) && !approximate.contains(silent))
  }
}

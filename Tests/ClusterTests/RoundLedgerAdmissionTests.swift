import Cluster
import Kernels
import RL
import Testing
import Wire

private let a = LedgerFixture.a
private let b = LedgerFixture.b

@Suite("Round ledger: admission")
struct RoundLedgerAdmissionTests {
  @Test("each slot is accepted once, from whoever sends it")
  func accepted() {
    var fixture = LedgerFixture(slotCount: 4, actors: [a])
    #expect(fixture.deliver(0, from: a) == .accepted)
    #expect(fixture.deliver(1, from: b) == .accepted, "it is judged by content alone")
    #expect(fixture.ledger.receivedCount == 2)
    #expect(fixture.held(by: a) == SlotSet(2..<4))
  }

  @Test("a trajectory of another version, kind, slot or digest is rejected by name")
  func rejected() {
    var fixture = LedgerFixture(slotCount: 4, actors: [a])
    #expect(fixture.deliver(0, from: a, version: 4) == .rejected(.stale))
    #expect(fixture.deliver(0, from: a, version: 6) == .rejected(.ahead))
    #expect(fixture.deliver(0, from: a, kind: .evaluation) == .rejected(.wrongKind))
    #expect(fixture.deliver(4, from: a) == .rejected(.slotOutOfRange))
    #expect(fixture.deliver(-1, from: a) == .rejected(.slotOutOfRange))
    let other = Digest128(high: 1, low: 1)
    #expect(fixture.deliver(0, from: a, policyDigest: other) == .rejected(.digestMismatch))
    let counts = fixture.ledger.counts
    #expect(counts.stale == 1 && counts.ahead == 1 && counts.wrongKind == 1)
    #expect(counts.slotOutOfRange == 2 && counts.digestMismatch == 1 && counts.accepted == 0)
    #expect(fixture.ledger.receivedCount == 0)
  }

  @Test("before the first round everything is stale")
  func noRound() {
    var fixture = LedgerFixture()
    #expect(fixture.deliver(0, from: a) == .rejected(.stale))
    #expect(!fixture.ledger.isComplete)
  }

  @Test("a second copy is compared with the first and names its sender")
  func duplicate() {
    var fixture = LedgerFixture(slotCount: 4, actors: [a, b])
    fixture.deliver(0, from: a)
    #expect(fixture.deliver(0, from: b) == .rejected(.duplicate(of: a, agrees: true)))
    fixture.ledger.verified(0)
    let other = Digest128(high: 1, low: 1)
    #expect(
      fixture.deliver(0, from: b, fingerprint: other)
        == .rejected(.duplicate(of: a, agrees: false)))
    #expect(fixture.ledger.counts.agreeingDuplicate == 1)
    #expect(fixture.ledger.counts.differingDuplicate == 1)
  }

  @Test("a round is complete when every slot is verified, not when it is received")
  func complete() {
    var fixture = LedgerFixture(slotCount: 2, actors: [a])
    for slot in [1, 0] { fixture.deliver(slot, from: a) }
    fixture.ledger.verified(0)
    #expect(fixture.ledger.receivedCount == 2 && !fixture.ledger.isComplete)
    fixture.ledger.verified(1)
    #expect(fixture.ledger.isComplete)
  }

  @Test("a trajectory of the round before is stale, its leases are void, their numbers go on")
  func nextRound() throws {
    var fixture = LedgerFixture(slotCount: 2, actors: [a])
    let before = try #require(fixture.view(a)?.leaseNumber)
    let table = fixture.begin(6, slotCount: 2)
    #expect(table.map(\.actor) == [a])
    #expect(try #require(table.first).lease.number > before)
    #expect(fixture.deliver(0, from: a, version: 5) == .rejected(.stale))
    #expect(fixture.held(by: a) == SlotSet(0..<2))
  }

  @Test("a refused slot is open again and goes to another actor")
  func refused() {
    var fixture = LedgerFixture(slotCount: 2, actors: [a, b])
    fixture.deliver(0, from: a)
    let refusal = fixture.ledger.refused(0)
    #expect(refusal.actor == a && refusal.refusalCount == 1 && !refusal.isQuarantined)
    let actions = fixture.tick()
    #expect(actions.map(\.actor) == [b])
    #expect(actions.first?.lease?.slots == SlotSet(0..<2))
    #expect(fixture.deliver(0, from: b) == .accepted)
  }

  @Test("a refused slot goes back to its actor where there is no other")
  func refusedAlone() throws {
    var fixture = LedgerFixture(slotCount: 2, actors: [a])
    fixture.deliver(0, from: a)
    _ = fixture.ledger.refused(0)
    let without = try #require(fixture.tick().first?.lease)
    #expect(without.slots == SlotSet(1..<2), "it took slot 0 for played otherwise")
    fixture.status(a)
    #expect(fixture.tick().first?.lease?.slots == SlotSet(0..<2))
  }

  @Test("three refusals put an actor in quarantine for the run")
  func quarantine() {
    var fixture = LedgerFixture(slotCount: 6, actors: [a, b])
    for slot in 0..<3 {
      #expect(fixture.deliver(slot, from: a) == .accepted)
      let refusal = fixture.ledger.refused(slot)
      #expect(refusal.isQuarantined == (slot == 2))
    }
    let reason = RefusalReason.quarantined(refusalCount: 3)
    let actions = fixture.tick()
    #expect(actions.first == .refuse(a, reason))
    #expect(fixture.held(by: a).isEmpty && fixture.held(by: b).count > 3)
    #expect(fixture.deliver(0, from: a) == .rejected(.quarantined))
    fixture.begin(6, slotCount: 2)
    #expect(fixture.held(by: b) == SlotSet(0..<2))
    fixture.join(a)
    #expect(fixture.tick().contains(.refuse(a, reason)))
    fixture.status(a)
    #expect(fixture.tick().contains(.refuse(a, reason)))
    #expect(fixture.ledger.liveActors == [b])
  }

  @Test("a sender that never joined is quarantined as well")
  func quarantinedStranger() {
    var fixture = LedgerFixture(slotCount: 6, actors: [a])
    for slot in 0..<3 {
      fixture.deliver(slot, from: b)
      _ = fixture.ledger.refused(slot)
    }
    #expect(fixture.deliver(4, from: b) == .rejected(.quarantined))
    #expect(fixture.ledger.liveActors == [a])
  }
}

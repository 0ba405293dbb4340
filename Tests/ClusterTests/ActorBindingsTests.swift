import Cluster
import Testing
import Wire
import ZeroMQ

private let a = LedgerFixture.a
private let b = LedgerFixture.b
private let c = LedgerFixture.c

@Suite("Whose an actor's id is") struct ActorBindingsTests {
  private let keys: [CurvePublicKey]

  init() throws { keys = try (0..<3).map { _ in try CurveKeyPair.generate().publicKey } }

  private func claim(
    _ bindings: inout ActorBindings, _ actor: ActorID, _ peer: Peer, at seconds: Int = 0
  ) -> ActorBindings.Claim {
    bindings.claim(actor, by: peer, now: .seconds(seconds), silence: .seconds(2))
  }

  @Test("an id belongs to the key that was heard under it first, however long that is silent")
  func key() {
    var bindings = ActorBindings()
    #expect(claim(&bindings, a, .key(keys[0])) == .granted)
    #expect(claim(&bindings, a, .key(keys[1])) == .foreign(heldBy: .key(keys[0])))
    #expect(claim(&bindings, a, .address("10.0.0.1")) == .foreign(heldBy: .key(keys[0])))
    #expect(claim(&bindings, b, .key(keys[0])) == .granted, "one key may have many actors")
    let late = claim(&bindings, a, .key(keys[1]), at: 1000)
    #expect(late == .foreign(heldBy: .key(keys[0])))
    #expect(claim(&bindings, a, .key(keys[0]), at: 1000) == .granted)
  }

  @Test("a key stays the same key when its file is renamed")
  func renamed() {
    var bindings = ActorBindings()
    #expect(claim(&bindings, a, .key(keys[0])) == .granted)
    #expect(claim(&bindings, a, .sharedKey(keys[0])) == .granted)
    #expect(bindings.peer(of: a) == .sharedKey(keys[0]))
    #expect(claim(&bindings, a, .sharedKey(keys[1])) == .foreign(heldBy: .sharedKey(keys[0])))
  }

  @Test("without keys an id belongs to an address, until nothing was heard from there for a while")
  func address() {
    var bindings = ActorBindings()
    #expect(claim(&bindings, a, .address("10.0.0.1")) == .granted)
    #expect(
      claim(&bindings, a, .address("10.0.0.2"), at: 2) == .foreign(heldBy: .address("10.0.0.1")))
    #expect(claim(&bindings, a, .address("10.0.0.2"), at: 3) == .granted)
    #expect(
      claim(&bindings, a, .address("10.0.0.1"), at: 4) == .foreign(heldBy: .address("10.0.0.2")))
  }

  @Test("who invents ids fills a bounded table, and those that are there go on")
  func capacity() {
    var bindings = ActorBindings(capacity: 2)
    #expect(claim(&bindings, a, .key(keys[0])) == .granted)
    #expect(claim(&bindings, b, .key(keys[1]), at: 5) == .granted)
    #expect(claim(&bindings, c, .key(keys[1]), at: 6) == .tooMany)
    #expect(claim(&bindings, a, .key(keys[0]), at: 6) == .granted)
    bindings.forget(heardBefore: .seconds(6)) { _ in false }
    #expect(bindings.count == 1 && bindings.peer(of: b) == nil)
    #expect(claim(&bindings, c, .key(keys[1]), at: 7) == .granted)
    bindings.forget(heardBefore: .seconds(60)) { $0 == c }
    #expect(bindings.peer(of: c) == .key(keys[1]) && bindings.count == 1)
  }

  @Test("refusals are counted by key, whatever ids it speaks under, and all its actors go")
  func quarantine() {
    var fixture = LedgerFixture(slotCount: 9, actors: [a, b, c])
    for (actor, key) in [(a, keys[0]), (b, keys[0]), (c, keys[1])] {
      #expect(fixture.ledger.claim(actor, by: .key(key), now: fixture.now) == .granted)
    }
    var outcomes: [Refusal] = []
    for (slot, actor) in [(0, a), (1, b), (2, a), (3, b)] {
      guard fixture.deliver(slot, from: actor) == .accepted else { continue }
      outcomes.append(fixture.ledger.refused(slot))
    }
    #expect(outcomes.map(\.refusalCount) == [1, 2, 3], "the fourth was not even accepted")
    #expect(outcomes.map(\.isNewInQuarantine) == [false, false, true])
    let reason = RefusalReason.quarantined(refusalCount: 3)
    let actions = fixture.tick()
    #expect(actions.contains(.refuse(a, reason)) && actions.contains(.refuse(b, reason)))
    #expect(fixture.ledger.liveActors == [c] && fixture.ledger.quarantinedKeys == [keys[0]])
    // A process that was started again has another id.
    let again = ActorID(99)
    #expect(fixture.ledger.claim(again, by: .key(keys[0]), now: fixture.now) == .granted)
    fixture.join(again)
    #expect(fixture.tick().contains(.refuse(again, reason)))
    #expect(fixture.deliver(5, from: again) == .rejected(.quarantined))
    #expect(fixture.ledger.liveActors == [c])
  }

  @Test("of a shared key only the actor that was refused is out")
  func shared() {
    var fixture = LedgerFixture(slotCount: 9, actors: [a, b])
    for actor in [a, b] {
      #expect(
        fixture.ledger.claim(actor, by: .sharedKey(keys[0]), now: fixture.now) == .granted)
    }
    for _ in 0..<3 { _ = fixture.ledger.offended(a) }
    _ = fixture.tick()
    #expect(fixture.ledger.liveActors == [b] && fixture.ledger.quarantinedKeys.isEmpty)
    #expect(fixture.ledger.offended(by: .sharedKey(keys[0])) == nil, "nobody knows who it was")
  }

  @Test("keys that an earlier process of the run put into quarantine stay there")
  func restored() {
    var fixture = LedgerFixture()
    fixture.ledger = RoundLedger(incarnation: LedgerFixture.incarnation, quarantinedKeys: [keys[2]])
    fixture.begin(0, slotCount: 2)
    #expect(fixture.ledger.claim(a, by: .key(keys[2]), now: .zero) == .granted)
    fixture.join(a)
    #expect(fixture.tick() == [.refuse(a, .quarantined(refusalCount: 3))])
    #expect(fixture.ledger.quarantinedKeys == [keys[2]])
  }

  @Test("who invents ids cannot fill the table of refusals, and quarantine outlasts the attempt")
  func bounded() {
    var fixture = LedgerFixture(slotCount: 2, actors: [a, b])
    for actor in [a, a, a, b, b] { _ = fixture.ledger.offended(actor) }
    for id in 0..<UInt64(65_536) { _ = fixture.ledger.offended(ActorID(1 << 32 + id)) }
    #expect(fixture.ledger.offended(b).refusalCount == 1, "two refusals were forgotten")
    #expect(fixture.ledger.offended(a).refusalCount == 4)
  }
}

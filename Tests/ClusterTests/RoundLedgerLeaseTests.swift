import Cluster
import RL
import Testing
import Wire

private let a = LedgerFixture.a
private let b = LedgerFixture.b
private let c = LedgerFixture.c

@Suite("Round ledger: leases")
struct RoundLedgerLeaseTests {
  @Test("a round that fits the lanes is given out at once, in ranges by actor id")
  func firstLeases() {
    var fixture = LedgerFixture()
    for actor in [c, a, b] { fixture.join(actor) }
    let table = fixture.begin(0, slotCount: 12)
    #expect(table.map(\.actor) == [a, b, c])
    #expect(table.map(\.lease.slots) == [SlotSet(0..<4), SlotSet(4..<8), SlotSet(8..<12)])
    #expect(fixture.ledger.openCount == 0)
  }

  @Test("first leases follow the measured speeds")
  func firstLeasesBySpeed() {
    var fixture = LedgerFixture(slotCount: 8, actors: [a, b], lanes: 8)
    fixture.status(a, steps: 3000, playTime: .seconds(1))
    fixture.status(b, steps: 1000, playTime: .seconds(1))
    let table = fixture.begin(6, slotCount: 8)
    #expect(table.map(\.lease.slots.count) == [6, 2])
  }

  @Test("an actor without a slot has an entry in the table all the same")
  func emptyFirstLease() {
    var fixture = LedgerFixture()
    for actor in [a, b, c] { fixture.join(actor) }
    let table = fixture.begin(0, slotCount: 1)
    #expect(table.count == 3 && table.map(\.lease.slots.count).sorted() == [0, 0, 1])
  }

  @Test("a larger round is topped up in pieces that shrink, until it is all given out")
  func topUps() {
    var fixture = LedgerFixture(slotCount: 160, actors: [a, b])
    fixture.status(a, steps: 1000, playTime: .seconds(1))
    fixture.status(b, steps: 1000, playTime: .seconds(1))
    var sizes: [Int] = []
    for _ in 0..<200 {
      for actor in [a, b] {
        guard let slot = fixture.held(by: actor).first else { continue }
        #expect(fixture.deliver(slot, from: actor) == .accepted)
        let before = fixture.ledger.openCount
        for action in fixture.tick() {
          #expect(action.lease?.slots == fixture.held(by: action.actor), "a lease is complete")
        }
        if fixture.ledger.openCount < before { sizes.append(before - fixture.ledger.openCount) }
        fixture.status(actor)
      }
    }
    #expect(fixture.ledger.receivedCount == 160)
    #expect(sizes.first == 10, "a quarter of what is open")
    #expect(sizes.last == 1 && sizes.reduce(0, +) == 40)
    #expect(zip(sizes, sizes.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(fixture.ledger.counts.lost == 0)
  }

  @Test("whoever joins in the middle of a round gets open slots with its welcome")
  func joinLate() throws {
    var fixture = LedgerFixture(slotCount: 400, actors: [a])
    fixture.join(b)
    let welcome = try #require(fixture.tick().first { $0.actor == b })
    #expect(welcome == .welcome(b, welcome.lease))
    #expect(try #require(welcome.lease).slots == fixture.held(by: b))
    #expect(fixture.held(by: b).count == 8, "twice its lanes as long as its speed is unknown")
  }

  @Test("a lease that nobody answers is sent again, unchanged, at growing intervals")
  func resend() throws {
    var fixture = LedgerFixture(slotCount: 4, actors: [a])
    let lease = try #require(fixture.begin(6, slotCount: 4).first?.lease)
    #expect(fixture.tick(after: .milliseconds(19)).isEmpty)
    #expect(fixture.ledger.nextDeadline == fixture.now + .milliseconds(1))
    #expect(fixture.tick(after: .milliseconds(1)) == [.lease(a, lease)])
    #expect(fixture.tick(after: .milliseconds(39)).isEmpty)
    #expect(fixture.tick(after: .milliseconds(1)) == [.lease(a, lease)])
    fixture.status(a)
    #expect(fixture.tick(after: .milliseconds(900)).isEmpty)
    #expect(fixture.ledger.counts.resent == 2)
  }

  @Test("on a slow line a lease is sent again only after four round trips")
  func resendOnSlowLine() {
    var fixture = LedgerFixture(slotCount: 4, actors: [a])
    for version in 6..<30 {
      fixture.begin(UInt32(version), slotCount: 4)
      fixture.now += .milliseconds(50)
      fixture.status(a)
      _ = fixture.tick()
    }
    fixture.begin(30, slotCount: 4)
    #expect(fixture.tick(after: .milliseconds(150)).isEmpty)
    #expect(fixture.tick(after: .milliseconds(60)).count == 1)
  }

  @Test("a slot of the lease answered that is neither reported nor here was lost")
  func lost() throws {
    var fixture = LedgerFixture(slotCount: 8, actors: [a, b])
    fixture.deliver(0, from: a)
    fixture.status(a, unplayed: SlotSet(2..<4))
    #expect(fixture.ledger.counts.lost == 1)
    let actions = fixture.tick()
    #expect(actions.first { $0.actor == a }?.lease?.slots == SlotSet(2..<4))
    #expect(
      fixture.ledger.holders(of: 1).isEmpty, "b has all its lanes busy, a may not have it yet")
    fixture.deliver(4, from: b)
    let again = try #require(fixture.tick().first)
    #expect(again.actor == b && again.lease?.slots == SlotSet([1, 5, 6, 7]))
  }

  @Test("a lost slot returns to its actor only after it answered a lease without it")
  func lostAlone() throws {
    var fixture = LedgerFixture(slotCount: 4, actors: [a])
    fixture.status(a, unplayed: SlotSet(1..<4))
    let without = try #require(fixture.tick().first?.lease)
    #expect(without.slots == SlotSet(1..<4))
    fixture.status(a, unplayed: SlotSet(1..<4), leaseNumber: without.number - 1)
    #expect(fixture.tick().isEmpty, "nothing new was answered")
    fixture.status(a)
    let with = try #require(fixture.tick().first?.lease)
    #expect(with.slots == SlotSet(0..<4) && with.number > without.number)
  }

  @Test("a status that answers an older lease, round or incarnation proves nothing lost")
  func provesNothing() throws {
    var fixture = LedgerFixture(slotCount: 4, actors: [a])
    let number = try #require(fixture.view(a)?.leaseNumber)
    fixture.status(a, unplayed: SlotSet(), leaseNumber: number - 1)
    fixture.status(
      a, unplayed: SlotSet(), round: RoundID(version: PolicyVersion(4), kind: .training))
    fixture.status(a, unplayed: SlotSet(), incarnation: Incarnation(8))
    #expect(fixture.ledger.counts.lost == 0 && fixture.held(by: a) == SlotSet(0..<4))
  }

  @Test("an actor that is behind for longer than an answer takes is welcomed again")
  func behind() throws {
    var fixture = LedgerFixture(slotCount: 4, actors: [a])
    fixture.begin(6, slotCount: 4)
    let before = RoundID(version: PolicyVersion(5), kind: .training)
    fixture.status(a, unplayed: SlotSet(), round: before)
    #expect(fixture.tick().isEmpty, "the policy message is on its way")
    fixture.now += .milliseconds(30)
    fixture.status(a, unplayed: SlotSet(), round: before)
    let welcome = try #require(fixture.tick().first)
    #expect(welcome == .welcome(a, welcome.lease) && welcome.lease?.slots == SlotSet(0..<4))
    fixture.status(a, unplayed: SlotSet(), incarnation: Incarnation(8))
    #expect(fixture.tick().isEmpty, "so is this welcome")
  }

  @Test("a late actor's slots are leased once more to an idle one, and the first copy wins")
  func backup() throws {
    var fixture = LedgerFixture(slotCount: 8, actors: [a, b, c], lanes: 8)
    let slots = fixture.held(by: a)
    for actor in [b, c] {
      for slot in fixture.held(by: actor).slots { fixture.deliver(slot, from: actor) }
    }
    for _ in 0..<12 {
      _ = fixture.tick(after: .milliseconds(499))
      for actor in [a, b, c] { fixture.status(actor) }
    }
    #expect(fixture.view(a)?.isLate == true)
    #expect(fixture.ledger.lateSlots.map(\.slots) == [slots])
    #expect(slots.slots.allSatisfy { fixture.ledger.holders(of: $0).count == 2 })
    #expect(fixture.ledger.counts.backups == slots.count, "at most two copies")

    let slot = try #require(slots.first)
    #expect(fixture.ledger.holders(of: slot).first == a)
    let helper = try #require(fixture.ledger.holders(of: slot).last)
    _ = fixture.tick()
    #expect(fixture.deliver(slot, from: helper) == .accepted)
    let release = try #require(fixture.tick(after: .milliseconds(20)).first { $0.actor == a })
    #expect(release.lease?.slots.contains(slot) == false, "a need not play it any more")
    #expect(
      fixture.deliver(slot, from: a) == .rejected(.duplicate(of: helper, agrees: true)))
  }

  @Test("deadlines double as long as they are too short, and halve with each round that keeps them")
  func deadlinesDouble() {
    var fixture = LedgerFixture(slotCount: 1, actors: [a], lanes: 1)
    fixture.deliver(0, from: a)
    fixture.status(a, unplayed: SlotSet(), steps: 1_000_000, playTime: .seconds(1))
    var version: UInt32 = 6
    /// Plays a round in which the actor takes `limit` at most; how long it took to become late, if it did.
    func lateness(within limit: Duration) -> Duration? {
      defer { version += 1 }
      fixture.begin(version, slotCount: 1)
      fixture.status(a)
      let start = fixture.now
      var late: Duration?
      while late == nil, fixture.now - start < limit {
        _ = fixture.tick(after: .milliseconds(100))
        fixture.status(a)
        if fixture.view(a)?.isLate == true { late = fixture.now - start }
      }
      // A late actor delivers all the same: that its deadline was too short is not forgotten.
      fixture.deliver(0, from: a)
      fixture.status(a, unplayed: SlotSet())
      return late
    }
    let floor = fixture.ledger.rules.deadlineFloor
    for factor in [1, 2, 4, 8] {
      #expect(lateness(within: .seconds(100)) == floor * factor)
    }
    for _ in 0..<2 { #expect(lateness(within: .milliseconds(300)) == nil) }
    #expect(lateness(within: .seconds(100)) == floor * 4, "16, halved twice")
    for _ in 0..<8 { #expect(lateness(within: .milliseconds(300)) == nil) }
    #expect(lateness(within: .seconds(100)) == floor, "never below its floor")
    for _ in 0..<9 { _ = lateness(within: .seconds(100)) }
    #expect(lateness(within: .seconds(100)) == floor * 64, "never beyond 64 times it")
  }

  @Test("where episodes are not reproducible there are no backups, and hints free nothing")
  func notReproducible() {
    var rules = LedgerRules()
    rules.isReproducible = false
    var fixture = LedgerFixture(slotCount: 8, actors: [a, b], lanes: 8, rules: rules)
    for slot in fixture.held(by: b).slots { fixture.deliver(slot, from: b) }
    for _ in 0..<40 {
      _ = fixture.tick(after: .milliseconds(499))
      for actor in [a, b] { fixture.status(actor) }
    }
    fixture.ledger.suspect(a)
    _ = fixture.tick()
    #expect(fixture.ledger.counts.backups == 0 && fixture.held(by: a).count == 4)
  }
}

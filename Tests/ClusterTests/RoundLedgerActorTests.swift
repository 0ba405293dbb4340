import Cluster
import RL
import Testing
import Wire

private let a = LedgerFixture.a
private let b = LedgerFixture.b

@Suite("Round ledger: actors")
struct RoundLedgerActorTests {
  @Test("a join is answered with a welcome and a lease, again each time it is repeated")
  func join() throws {
    var fixture = LedgerFixture()
    fixture.join(a)
    #expect(fixture.tick().isEmpty, "without a round there is nothing to welcome to")
    fixture.begin(0, slotCount: 4)
    let first = try #require(fixture.tick().first)
    #expect(first == .welcome(a, first.lease) && first.lease?.slots == SlotSet(0..<4))
    fixture.now += .milliseconds(10)
    fixture.join(a)
    let second = try #require(fixture.tick().first)
    #expect(second == .welcome(a, second.lease) && second.lease?.slots == SlotSet(0..<4))
    #expect(try #require(second.lease).number > #require(first.lease).number)
    fixture.ledger.subscribed(a, now: fixture.now)
    #expect(fixture.tick().isEmpty, "an echo of the same join")
  }

  @Test("a second process under the id of another is refused by name")
  func clone() {
    var fixture = LedgerFixture(slotCount: 4, actors: [a])
    fixture.join(a, identityKey: "elsewhere")
    #expect(
      fixture.tick() == [
        .refuse(a, .clonedIdentity(identityKey: "elsewhere", heldBy: "\(a)"))
      ])
    #expect(fixture.held(by: a) == SlotSet(0..<4))
  }

  @Test("an actor that is not known here is told to join, once for a burst of statuses")
  func stranger() {
    var fixture = LedgerFixture(slotCount: 4, actors: [a])
    for _ in 0..<5 { fixture.status(b, incarnation: Incarnation(6)) }
    #expect(fixture.tick() == [.welcome(b, nil)])
    fixture.ledger.subscribed(b, now: fixture.now)
    #expect(fixture.tick().isEmpty)
    fixture.now += .milliseconds(20)
    fixture.ledger.subscribed(b, now: fixture.now)
    #expect(fixture.tick() == [.welcome(b, nil)])
    #expect(fixture.ledger.liveActors == [a])
  }

  @Test("the slots of an actor that leaves go to the others at once")
  func leave() {
    var fixture = LedgerFixture(slotCount: 8, actors: [a, b], lanes: 8)
    fixture.ledger.leave(a)
    let actions = fixture.tick()
    #expect(actions.map(\.actor) == [b] && fixture.held(by: b) == SlotSet(0..<8))
    #expect(fixture.ledger.liveActors == [b])
    fixture.join(a, identityKey: "another process")
    #expect(fixture.tick().map(\.actor) == [a], "the id is free again")
  }

  @Test("an unsubscription frees slots at once, a status brings back what nobody took")
  func suspect() throws {
    var fixture = LedgerFixture(slotCount: 8, actors: [a, b], lanes: 1)
    let number = try #require(fixture.view(a)?.leaseNumber)
    #expect(fixture.held(by: a) == SlotSet(0..<3) && fixture.held(by: b) == SlotSet(3..<6))
    fixture.deliver(3, from: b)
    fixture.deliver(4, from: b)
    fixture.ledger.suspect(a)
    #expect(fixture.ledger.liveActors == [b] && fixture.ledger.openCount == 5)
    #expect(fixture.tick().map(\.actor) == [b])
    let taken = fixture.held(by: b).intersection(SlotSet(0..<3))
    #expect(taken == SlotSet(0..<2))
    #expect(fixture.deliver(2, from: a) == .accepted, "its trajectories count")
    #expect(fixture.ledger.liveActors == [b], "but only a status revives it")
    fixture.status(a, unplayed: SlotSet(0..<2), leaseNumber: number)
    #expect(fixture.ledger.liveActors == [a, b])
    let lease = try #require(fixture.tick().first { $0.actor == a }?.lease)
    #expect(lease.number > number && lease.slots.intersection(taken).isEmpty)
    #expect(lease.slots == fixture.held(by: a))
  }

  @Test("an unsubscription that was not meant costs nothing if the status comes in time")
  func spuriousHint() throws {
    var fixture = LedgerFixture(slotCount: 8, actors: [a, b], lanes: 1)
    let number = try #require(fixture.view(a)?.leaseNumber)
    fixture.ledger.suspect(a)
    #expect(fixture.tick().isEmpty, "b has enough to play")
    fixture.status(a, unplayed: SlotSet(0..<3), leaseNumber: number)
    #expect(fixture.tick().isEmpty)
    #expect(fixture.held(by: a) == SlotSet(0..<3) && fixture.ledger.counts.lost == 0)
  }

  @Test("what an actor lost while it was suspect is played again")
  func suspectAndLost() throws {
    var fixture = LedgerFixture(slotCount: 8, actors: [a, b], lanes: 1)
    let number = try #require(fixture.view(a)?.leaseNumber)
    fixture.ledger.suspect(a)
    fixture.status(a, unplayed: SlotSet(1..<3), leaseNumber: number)
    #expect(fixture.held(by: a) == SlotSet(1..<3) && fixture.ledger.counts.lost == 1)
  }

  @Test("a late unsubscription of an old connection does not stop a live actor")
  func lateUnsubscription() throws {
    var fixture = LedgerFixture(slotCount: 8, actors: [a, b], lanes: 1)
    let number = try #require(fixture.view(a)?.leaseNumber)
    fixture.now += .milliseconds(50)
    fixture.ledger.subscribed(a, now: fixture.now)
    fixture.ledger.suspect(a)
    _ = fixture.tick()
    #expect(fixture.ledger.liveActors == [b])
    fixture.now += .milliseconds(400)
    fixture.status(a, unplayed: SlotSet(0..<3), leaseNumber: number)
    #expect(fixture.ledger.liveActors == [a, b] && fixture.held(by: a) == SlotSet(0..<3))
    let welcome = try #require(fixture.tick().first)
    #expect(welcome == .welcome(a, welcome.lease) && welcome.lease?.slots == SlotSet(0..<3))
  }

  @Test("silence of two seconds makes an actor suspect")
  func silence() {
    var fixture = LedgerFixture(slotCount: 8, actors: [a, b], lanes: 8)
    for _ in 0..<5 {
      fixture.status(b)
      _ = fixture.tick(after: .milliseconds(450))
    }
    #expect(fixture.ledger.liveActors == [b] && fixture.held(by: b) == SlotSet(0..<8))
  }

  @Test("after an absence of the learner itself nobody is suspect for not having been heard")
  func absence() {
    var fixture = LedgerFixture(slotCount: 8, actors: [a, b])
    _ = fixture.tick(after: .seconds(30))
    #expect(fixture.ledger.liveActors == [a, b])
    fixture.status(b)
    _ = fixture.tick(after: .milliseconds(900))
    fixture.status(b)
    _ = fixture.tick(after: .milliseconds(900))
    #expect(fixture.ledger.liveActors == [b])
  }

  @Test("a live actor has the ledger ticked at least twice a second, nobody never")
  func nextDeadline() throws {
    var fixture = LedgerFixture()
    #expect(fixture.ledger.nextDeadline == nil)
    fixture = LedgerFixture(slotCount: 4, actors: [a])
    #expect(try #require(fixture.ledger.nextDeadline) == fixture.now + .milliseconds(500))
    fixture.join(b)
    #expect(try #require(fixture.ledger.nextDeadline) <= fixture.now, "a welcome is due")
  }

  @Test("after the end whatever is heard is answered with goodbye")
  func ending() {
    var fixture = LedgerFixture(slotCount: 4, actors: [a])
    fixture.ledger.end()
    #expect(fixture.tick() == [.goodbye(a)])
    fixture.status(a)
    fixture.join(b)
    #expect(fixture.tick() == [.goodbye(a), .goodbye(b)])
    fixture.ledger.subscribed(b, now: fixture.now)
    #expect(fixture.tick(after: .seconds(1)) == [.goodbye(b)])
    fixture.ledger.leave(a)
    #expect(fixture.ledger.liveActors.isEmpty && fixture.ledger.nextDeadline == nil)
  }

  @Test("an actor that was silent for a minute is forgotten with the next round, and may come back")
  func forgotten() throws {
    var fixture = LedgerFixture(slotCount: 4, actors: [a])
    let number = try #require(fixture.view(a)?.leaseNumber)
    fixture.ledger.suspect(a)
    fixture.now += .seconds(61)
    fixture.begin(6, slotCount: 4)
    #expect(fixture.ledger.actors.isEmpty)
    fixture.status(a)
    #expect(fixture.tick() == [.welcome(a, nil)])
    fixture.join(a)
    let lease = try #require(fixture.tick().first?.lease)
    #expect(lease.number > number && lease.slots == SlotSet(0..<4))
  }

  @Test("no claim of an actor, however absurd, stops the ledger")
  func absurd() {
    var fixture = LedgerFixture(slotCount: 40, actors: [a])
    fixture.join(b, lanes: .max)
    fixture.join(LedgerFixture.c, lanes: -1)
    _ = fixture.tick()
    let everything = SlotSet([0, 5, 1 << 40])
    fixture.status(
      a, unplayed: everything, leaseNumber: .max, steps: .max, playTime: .nanoseconds(1))
    fixture.status(b, unplayed: everything, steps: 1, playTime: .seconds(1 << 40))
    fixture.status(a, steps: 0, playTime: .seconds(-5))
    _ = fixture.tick(after: .seconds(1))
    fixture.begin(6, slotCount: 40)
    _ = fixture.tick(after: .seconds(1))
    #expect(fixture.ledger.liveActors.count == 3)
  }
}

import Cluster
import Kernels
import RL
import Testing
import Wire

private let run = RunID(Digest128(high: 1, low: 2))
private let first = Incarnation(10)
private let second = Incarnation(11)

private func terms(_ version: UInt32, slotCount: Int = 20) -> RoundTerms {
  let version = PolicyVersion(version)
  return RoundTerms(
    id: RoundID(version: version, kind: .training), policyDigest: digest(of: version),
    slotCount: slotCount)
}

private func lease(_ number: UInt64, _ version: UInt32, _ slots: Range<Int>) -> Lease {
  Lease(number: number, round: terms(version).id, slots: SlotSet(slots))
}

private func origin(_ sequence: UInt64, _ incarnation: Incarnation = first) -> MessageOrigin {
  MessageOrigin(run: run, incarnation: incarnation, sequence: sequence)
}

@Suite("Actor agenda")
struct ActorAgendaTests {
  /// An actor that was welcomed to version 5 with the slots 0..<8 and has said so.
  private func welcomed() -> AgendaFixture {
    let agenda = AgendaFixture()
    _ = agenda.nextDuty(0)
    let change = agenda.welcome(origin(5), terms(5), lease(3, 5, 0..<8))
    #expect(change.verdict == .heeded && change.startsRound && change.followsNewIncarnation)
    #expect(agenda.nextDuty(0) == .status && agenda.nextDuty(0) == nil)
    return agenda
  }

  @Test("an actor joins at once, then at doubling intervals up to half a second")
  func joins() {
    let agenda = AgendaFixture()
    #expect(
      agenda.duties(from: 0, until: 2200) == [0, 10, 30, 70, 150, 310, 630, 1130, 1630, 2130])
    #expect(agenda.statusReport == nil)
  }

  @Test("a welcome with a lease ends the joining; without one it only brings the policy")
  func joined() {
    let agenda = AgendaFixture()
    #expect(agenda.nextDuty(0) == .join)
    let change = agenda.welcome(origin(1), terms(5), nil)
    #expect(change.startsRound && !agenda.isJoined && agenda.nextSlot() == nil)
    #expect(agenda.nextDuty(9) == nil)
    #expect(agenda.nextDuty(10) == .join)
    let again = agenda.welcome(
      origin(2), terms(5), lease(1, 5, 2..<4), now: .milliseconds(11))
    #expect(!again.startsRound && agenda.isJoined && agenda.nextSlot() == 2)
    #expect(agenda.nextDuty(11) == .status)
  }

  @Test("a learner that forgot the actor makes it join again at once")
  func forgotten() {
    let agenda = welcomed()
    _ = agenda.welcome(origin(6), terms(5), nil, now: .milliseconds(100))
    #expect(agenda.nextDuty(100) == .join)
  }

  @Test("before a welcome nothing else is heeded")
  func early() {
    let agenda = AgendaFixture()
    #expect(
      agenda.policy(origin(1), terms(5), lease(1, 5, 0..<4)).verdict
        == .early)
    #expect(agenda.lease(origin(2), lease(1, 5, 0..<4)).verdict == .early)
    #expect(agenda.nextSlot() == nil)
  }

  @Test("while playing a status goes out twice a second, while idle after 16, 32, 64 … 500 ms")
  func statuses() {
    let agenda = welcomed()
    #expect(agenda.duties(from: 1, until: 1600) == [500, 1000, 1500])
    for slot in agenda.startAll() { #expect(agenda.finished(slot)) }
    #expect(agenda.shouldPush(now: .zero) && !agenda.isIdle)
    agenda.pushedFinished(now: .milliseconds(1700))
    #expect(agenda.isIdle && !agenda.shouldPush(now: .seconds(9)))
    #expect(
      agenda.duties(from: 1700, until: 3300)
        == [1700, 1716, 1748, 1812, 1940, 2196, 2696, 3196])
  }

  @Test("in rounds of a millisecond a status goes out every fifth round")
  func statusesOfShortRounds() {
    let agenda = welcomed()
    var statuses: [Int] = []
    for round in 1...20 {
      let version = UInt32(5 + round)
      let now = Duration.milliseconds(round)
      let change = agenda.policy(
        origin(5 + UInt64(round)), terms(version), lease(3 + UInt64(round), version, 0..<2),
        now: now)
      #expect(change.startsRound)
      for slot in agenda.startAll() { #expect(agenda.finished(slot)) }
      agenda.pushedFinished(now: now)
      if agenda.nextDuty(at: now) != nil { statuses.append(round) }
    }
    #expect(statuses == [5, 10, 15, 20])
  }

  @Test(
    "what is finished is pushed when lanes run dry, at most every 10 ms, or when nothing is left")
  func pushes() {
    let agenda = welcomed()
    for _ in 0..<7 { _ = agenda.nextSlot() }
    #expect(agenda.finished(0) && !agenda.shouldPush(now: .seconds(1)), "a slot waits")
    _ = agenda.nextSlot()
    #expect(!agenda.shouldPush(now: .milliseconds(9)), "the round began at 0")
    #expect(agenda.shouldPush(now: .milliseconds(10)))
    agenda.pushedFinished(now: .milliseconds(10))
    #expect(!agenda.shouldPush(now: .seconds(1)), "nothing is finished")
    #expect(agenda.finished(1) && !agenda.shouldPush(now: .milliseconds(19)))
    #expect(agenda.shouldPush(now: .milliseconds(20)))
    for slot in 2..<8 { #expect(agenda.finished(slot)) }
    #expect(agenda.shouldPush(now: .milliseconds(11)), "nothing is left to play")
  }

  @Test("a status lists all that was not pushed: waiting, under way and finished")
  func unplayed() throws {
    let agenda = welcomed()
    for _ in 0..<3 { _ = agenda.nextSlot() }
    #expect(agenda.finished(1) && agenda.waitingCount == 5)
    #expect(try #require(agenda.statusReport).unplayed == SlotSet(0..<8))
    agenda.pushedFinished(now: .zero)
    agenda.value.count(steps: 9, duration: .milliseconds(3))
    let report = try #require(agenda.statusReport)
    #expect(report.unplayed == SlotSet([0, 2, 3, 4, 5, 6, 7]))
    #expect(report.leaseNumber == 3 && report.round == terms(5).id && report.incarnation == first)
    #expect(report.stepCount == 9 && report.playTime == .milliseconds(3))
  }

  @Test("a later lease replaces the former: what it does not list is dropped, finished or not")
  func replaced() {
    let agenda = welcomed()
    for _ in 0..<3 { _ = agenda.nextSlot() }
    #expect(agenda.finished(0))
    let change = agenda.lease(origin(6), lease(4, 5, 2..<10), now: .milliseconds(7))
    #expect(change.abandoned == [1])
    #expect(!agenda.finished(1), "its trajectory is thrown away")
    #expect(agenda.finished(2))
    #expect(agenda.nextDuty(7) == .status, "each lease is answered")
    #expect(agenda.startAll() == Array(3..<10))
    agenda.pushedFinished(now: .zero)
    #expect(agenda.statusReport?.unplayed == SlotSet(3..<10))
  }

  @Test("what was pushed is not played again while leases go on listing it")
  func crossed() {
    let agenda = welcomed()
    for slot in agenda.startAll() { #expect(agenda.finished(slot)) }
    agenda.pushedFinished(now: .zero)
    _ = agenda.lease(origin(6), lease(4, 5, 0..<9))
    #expect(agenda.startAll() == [8])
    _ = agenda.lease(origin(7), lease(5, 5, 4..<9))
    _ = agenda.lease(origin(8), lease(6, 5, 2..<9))
    #expect(agenda.startAll() == [2, 3])
  }

  @Test("a lease that is not later, or of another round, is only answered")
  func olderLease() {
    let agenda = welcomed()
    #expect(agenda.lease(origin(6), lease(3, 5, 0..<1), now: .milliseconds(5)).verdict == .heeded)
    #expect(agenda.nextDuty(5) == .status && agenda.waitingCount == 8)
    _ = agenda.lease(origin(7), lease(9, 6, 0..<1), now: .milliseconds(10))
    #expect(agenda.nextDuty(10) == .status && agenda.waitingCount == 8)
    #expect(agenda.leaseNumber == 3)
  }

  @Test("within an incarnation nothing older is believed")
  func outdated() {
    let agenda = welcomed()
    for sequence in [UInt64(5), 4] {
      let change = agenda.policy(
        origin(sequence), terms(4), lease(2, 4, 0..<2))
      #expect(change.verdict == .outdated)
    }
    #expect(agenda.terms == terms(5) && agenda.waitingCount == 8)
  }

  @Test("a new round abandons what is under way and starts with the lease in its table")
  func newRound() {
    let agenda = welcomed()
    for _ in 0..<3 { _ = agenda.nextSlot() }
    #expect(agenda.finished(0))
    let change = agenda.policy(
      origin(6), terms(6), lease(4, 6, 10..<12), now: .milliseconds(5))
    #expect(change.startsRound && !change.followsNewIncarnation && change.abandoned == [1, 2])
    #expect(!agenda.shouldPush(now: .zero) && agenda.nextDuty(5) == .status)
    #expect(agenda.statusReport?.leaseNumber == 4)
    #expect(agenda.nextSlot() == 10)
  }

  @Test("another incarnation is believed at once, also with an older version and lower numbers")
  func restarted() {
    let agenda = welcomed()
    _ = agenda.nextSlot()
    let change = agenda.policy(origin(1, second), terms(3), nil, now: .milliseconds(4))
    #expect(change.followsNewIncarnation && change.startsRound && change.abandoned == [0])
    #expect(agenda.terms == terms(3) && agenda.leaseNumber == 0 && agenda.waitingCount == 0)
    #expect(agenda.nextDuty(4) == .join, "this learner does not know it")
    _ = agenda.welcome(origin(2, second), terms(3), lease(1, 3, 0..<2))
    #expect(agenda.nextSlot() == 0)
  }

  @Test("a lease of another incarnation makes the actor join: it has no policy of that learner")
  func restartedByLease() {
    let agenda = welcomed()
    let change = agenda.lease(origin(1, second), lease(9, 5, 0..<2), now: .milliseconds(4))
    #expect(change.followsNewIncarnation && agenda.terms == nil && agenda.nextSlot() == nil)
    #expect(agenda.nextDuty(4) == .join)
  }

  @Test("messages of another run change nothing")
  func foreignRun() {
    let agenda = welcomed()
    let other = MessageOrigin(
      run: RunID(Digest128(high: 3, low: 4)), incarnation: second, sequence: 9)
    #expect(
      agenda.welcome(other, terms(6), lease(1, 6, 0..<2)).verdict
        == .foreignRun)
    #expect(agenda.goodbye(other).verdict == .foreignRun)
    #expect(agenda.terms == terms(5) && agenda.waitingCount == 8 && !agenda.isOver)
  }

  @Test("after goodbye there is nothing to play and nothing to say")
  func goodbye() {
    let agenda = welcomed()
    _ = agenda.nextSlot()
    #expect(agenda.goodbye(origin(6)).abandoned == [0])
    #expect(agenda.isOver && agenda.nextSlot() == nil && agenda.nextDuty(9000) == nil)
    let unwelcomed = AgendaFixture()
    #expect(unwelcomed.goodbye(origin(6)).verdict == .heeded && unwelcomed.isOver)
  }

  @Test("a refusal meant for a clone of the actor does not end the actor")
  func refusal() {
    let agenda = welcomed()
    #expect(agenda.refusal(origin(6), identityKey: "there").verdict == .notMeant)
    #expect(!agenda.isOver)
    #expect(agenda.refusal(origin(7), identityKey: "here").verdict == .heeded)
    #expect(agenda.isOver)
  }

  @Test("slots beyond the round are not played")
  func beyond() {
    let agenda = welcomed()
    _ = agenda.lease(origin(6), lease(4, 5, 18..<1 << 40))
    #expect(agenda.startAll() == [18, 19])
    #expect(!agenda.finished(1 << 40) && !agenda.finished(-1))
  }
}

import Cluster
import RL
import Testing
import Wire

@Suite struct StallWatchTests {
  private static let interval = Duration.seconds(10)
  private let log = CapturedLog()

  private func watch() -> StallWatch {
    StallWatch(logger: log.logger, address: "tcp://learner:5555")
  }

  @Test func `a round that stands still names each late actor, its slots and when it was heard`() {
    var fixture = LedgerFixture(slotCount: 12, actors: [LedgerFixture.a, LedgerFixture.b])
    var actors = ActorStatistics()
    actors.joined(LedgerFixture.a, host: "north", process: 7, isApproximate: false)
    var watch = watch()
    let start = fixture.now
    watch.roundBegan(now: start)
    func look(after time: Duration) {
      watch.lookAt(fixture.ledger, round: fixture.round, hosts: actors, now: start + time)
    }
    let (late, done) = (fixture.held(by: LedgerFixture.a), fixture.held(by: LedgerFixture.b))
    #expect(!late.isEmpty && !done.isEmpty)
    for slot in done.ranges.joined() { fixture.deliver(slot, from: LedgerFixture.b) }
    look(after: .zero)
    look(after: Self.interval)
    #expect(log.lines.isEmpty)
    look(after: Self.interval + .milliseconds(1500))
    let slots = late.ranges.map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound - 1)"
    }.joined(separator: " ")
    #expect(
      log.lines == [
        "warning the round waits for an actor, last heard 11.5 s ago actor=\(LedgerFixture.a) "
          + "count=\(late.count) host=north seconds=11.5 slots=\(slots) version=5"
      ])
    look(after: Self.interval * 2)
    #expect(log.lines.count == 1)
    look(after: Self.interval * 2 + .seconds(2))
    #expect(log.lines.count == 2)
    // Something arrives: for a while there is nothing to complain of.
    fixture.deliver(late.ranges[0].lowerBound, from: LedgerFixture.a)
    look(after: Self.interval * 4)
    look(after: Self.interval * 5)
    #expect(log.lines.count == 2)
    look(after: Self.interval * 5 + .seconds(1))
    #expect(log.lines.count == 3 && log.lines[2].contains("count=\(late.count - 1) "))
  }

  @Test func `a learner without actors says so every 10 s, with the command that starts one`() {
    var fixture = LedgerFixture()
    fixture.begin(5, slotCount: 4)
    var watch = watch()
    watch.roundBegan(now: .zero)
    for second in 0...35 {
      watch.lookAt(
        fixture.ledger, round: fixture.round, hosts: ActorStatistics(), now: .seconds(second))
    }
    let text =
      "warning no actor is there; start one with: troupe actor --connect tcp://learner:5555"
    #expect(log.lines == [11.0, 22.0, 33.0].map { "\(text) seconds=\($0) version=5" })
  }

  @Test func `of many pieces of slots the first eight are named`() {
    var fixture = LedgerFixture(slotCount: 40, actors: [LedgerFixture.a], lanes: 40)
    for slot in stride(from: 0, to: 40, by: 2) { fixture.deliver(slot, from: LedgerFixture.a) }
    var watch = watch()
    watch.roundBegan(now: .zero)
    for time in [0, 11] {
      watch.lookAt(
        fixture.ledger, round: fixture.round, hosts: ActorStatistics(), now: .seconds(time))
    }
    #expect(log.lines(with: "slots=1 3 5 7 9 11 13 15 …").count == 1, "\(log.lines)")
    #expect(log.lines(with: "host=unknown").count == 1)
  }
}

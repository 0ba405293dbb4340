import Cluster
import Environments
import Glibc
import Monitoring
import RL
import Testing
import Wire
import ZeroMQ

private let a = LedgerFixture.a
private let b = LedgerFixture.b
private let c = LedgerFixture.c

@Suite("Audits: which slots, and by whom") struct AuditLedgerTests {
  private func round(_ version: UInt32) -> RoundID {
    RoundID(version: PolicyVersion(version), kind: .training)
  }

  @Test("the share is met, by slot and version alone")
  func share() {
    for share in [0, 0.01, 0.25, 1] {
      let choice = AuditChoice(share: share, key: 7)
      let again = AuditChoice(share: share, key: 7)
      var count = 0
      for version in 0..<100 as Range<UInt32> {
        for slot in 0..<1000 where choice.isChosen(slot, of: round(version)) {
          count += 1
          #expect(again.isChosen(slot, of: round(version)))
        }
      }
      // Five standard deviations of a binomial number of 100,000 draws.
      let slack = 5 * (100_000 * share * (1 - share)).squareRoot()
      #expect(abs(Double(count) - 100_000 * share) <= slack, "\(count) of share \(share)")
    }
    let (one, other) = (AuditChoice(share: 0.5, key: 7), AuditChoice(share: 0.5, key: 8))
    let agreement = (0..<10_000).count {
      one.isChosen($0, of: round(1)) == other.isChosen($0, of: round(1))
    }
    #expect((4_700...5_300).contains(agreement), "another key chooses others")
  }

  private func fixture(slotCount: Int, actors: [ActorID], lanes: Int = 8) -> LedgerFixture {
    var rules = LedgerRules()
    rules.audit = AuditChoice(share: 1, key: 1)
    return LedgerFixture(slotCount: slotCount, actors: actors, lanes: lanes, rules: rules)
  }

  @Test(
    "an audited slot goes to a second actor once the first has played it, never to the first again")
  func second() {
    var fixture = fixture(slotCount: 2, actors: [a, b], lanes: 1)
    #expect(fixture.held(by: a) == SlotSet(0..<1) && fixture.held(by: b) == SlotSet(1..<2))
    #expect(fixture.deliver(0, from: a) == .first)
    #expect(fixture.deliver(0, from: a) == .rejected(.duplicate(of: a, agrees: true)))
    #expect(fixture.deliver(1, from: b) == .first)
    _ = fixture.tick()
    #expect(fixture.held(by: a) == SlotSet(1..<2) && fixture.held(by: b) == SlotSet(0..<1))
    #expect(fixture.ledger.receivedCount == 0)
    #expect(fixture.deliver(0, from: b) == .second)
    #expect(fixture.deliver(1, from: a) == .second)
    #expect(fixture.ledger.receivedCount == 2 && fixture.ledger.counts.audited == 2)
    #expect(fixture.deliver(1, from: a) == .rejected(.duplicate(of: b, agrees: true)))
    // Both copies agree: the first player answers for the log-probabilities.
    #expect(fixture.ledger.refused(0).actor == a)
  }

  @Test("where others are there, nobody with the first player's key is the second")
  func parties() throws {
    var fixture = fixture(slotCount: 1, actors: [a, b], lanes: 1)
    let keys = try (0..<2).map { _ in try CurveKeyPair.generate().publicKey }
    for actor in [a, b] {
      #expect(fixture.ledger.claim(actor, by: .key(keys[0]), now: fixture.now) == .granted)
    }
    fixture.join(c, lanes: 1)
    #expect(fixture.ledger.claim(c, by: .key(keys[1]), now: fixture.now) == .granted)
    #expect(fixture.deliver(0, from: a) == .first)
    _ = fixture.tick()
    #expect(fixture.held(by: b).isEmpty && fixture.held(by: c) == SlotSet(0..<1))
    fixture.ledger.leave(c)
    _ = fixture.tick()
    #expect(fixture.held(by: b) == SlotSet(0..<1), "nobody else is left")
  }

  @Test("alone for two seconds, an actor's first copies are used without a second")
  func waived() {
    var fixture = fixture(slotCount: 3, actors: [a])
    for slot in 0..<3 { #expect(fixture.deliver(slot, from: a) == .first) }
    for _ in 0..<4 {
      fixture.status(a)
      _ = fixture.tick(after: .milliseconds(500))
      #expect(fixture.ledger.waiveAudits(now: fixture.now).isEmpty)
    }
    fixture.status(a)
    _ = fixture.tick(after: .milliseconds(1))
    #expect(fixture.ledger.waiveAudits(now: fixture.now) == [0, 1, 2])
    #expect(fixture.ledger.receivedCount == 3 && fixture.ledger.counts.auditsWaived == 3)
    #expect(fixture.ledger.waiveAudits(now: fixture.now).isEmpty)
    // From now on it is known that nobody is there; who joins is company again.
    fixture.begin(6, slotCount: 2)
    #expect(fixture.deliver(0, from: a) == .first)
    #expect(fixture.ledger.waiveAudits(now: fixture.now) == [0])
    fixture.join(b)
    #expect(fixture.deliver(1, from: a) == .first)
    #expect(fixture.ledger.waiveAudits(now: fixture.now).isEmpty)
  }
}

/// CartPole to look at, with observations that nobody ever made.
private struct InventedCartPole: Environment {
  static let name = "cartpole"
  private var honest = CartPole()
  var observationSize: Int { honest.observationSize }
  var actionSpace: ActionSpace { honest.actionSpace }
  var stepLimit: Int { honest.stepLimit }

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    honest.reset(using: &random, observation: &observation)
    observation[0] += 0.25
  }

  mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    let result = honest.step(action, using: &random, observation: &observation)
    observation[0] += 0.25
    return result
  }
}

// Promise 5 against an allowed actor whose log-probabilities are right and whose observations are not.
@Suite("Audits: a lying actor", .serialized) struct LyingActorTests {
  @Test("honest runs end at the same bytes, whatever share is audited", arguments: [0.3, 1])
  func honest(share: Double) throws {
    let undisturbed = try SmallRun.undisturbed.get()
    var run = try SmallRun()
    run.audit = share
    let learner = try run.startLearner()
    let actors = [run.startActor(), run.startActor()]
    let summary = try learner.value()
    for actor in actors { try actor.value() }
    #expect(summary.parametersSHA256 == undisturbed && summary.refusedTrajectories == 0)
    let line = try #require(run.log.lines(with: "info audited").first)
    let match = try #require(line.firstMatch(of: /slots=([0-9]+) waived=([0-9]+)/))
    let (audited, waived) = (try #require(Int(match.1)), try #require(Int(match.2)))
    #expect(audited > 0)
    if share == 1 { #expect(audited + waived == SmallRun.updateCount * SmallRun.slotCount) }
  }

  @Test("without an audit invented observations go into the parameters: no other check sees them")
  func unaudited() throws {
    let undisturbed = try SmallRun.undisturbed.get()
    var run = try SmallRun()
    let learner = try run.startLearner()
    run.environment = EnvironmentSpecification(InventedCartPole.self)
    let liar = run.startActor()
    let summary = try learner.value()
    try liar.value()
    #expect(summary.onPolicyMismatches == 0 && summary.refusedTrajectories == 0)
    #expect(summary.parametersSHA256 != undisturbed)
  }

  @Test("an audit names both actors, finds out who lies, and shuts the liar out")
  func liar() throws {
    let undisturbed = try SmallRun.undisturbed.get()
    var run = try SmallRun()
    run.audit = 1
    let learner = try run.startLearner()
    let honest = run.startActor()
    let end = ContinuousClock.now + .seconds(20)
    while run.log.lines(with: "an actor joined").isEmpty, ContinuousClock.now < end {
      _ = poll(nil, 0, 1)
    }
    var other = run
    other.environment = EnvironmentSpecification(InventedCartPole.self)
    let liarLog = CapturedLog()
    let liar = other.startActor(log: liarLog)
    let summary = try learner.value()
    try honest.value()
    // Of all slots: not one of its episodes got in.
    #expect(summary.parametersSHA256 == undisturbed)
    let lines = run.log.lines(with: "error two actors played one slot differently")
    #expect(lines.count >= 3)
    let names = Set(lines.compactMap { $0.firstMatch(of: /liar=([0-9a-f]{16})/)?.1 })
    #expect(names.count == 1, "\(lines)")
    #expect(lines.allSatisfy { $0.contains("actor=") && $0.contains("other=") })
    let name = try #require(names.first)
    #expect(run.log.lines(with: "quarantined an actor actor=\(name) refusals=3").count == 1)
    let failure = #expect(throws: RoleFailure.self) { try liar.value() }
    #expect(failure?.exitCode == .unavailable)
    #expect(summary.refusedTrajectories >= 3)
  }

  @Test("alone, an actor is waited for no longer than two seconds, and the log says so")
  func alone() throws {
    let undisturbed = try SmallRun.undisturbed.get()
    var run = try SmallRun()
    run.audit = 1
    let learner = try run.startLearner()
    let actor = run.startActor()
    #expect(try learner.value().parametersSHA256 == undisturbed)
    try actor.value()
    #expect(run.log.lines(with: "warning slots are not audited").count == SmallRun.updateCount)
    #expect(run.log.lines(with: "info audited slots=0 waived=96").count == 1)
  }

  @Test("an environment that is not reproducible cannot be audited")
  func irreproducible() throws {
    var run = try SmallRun()
    run.audit = 0.1
    run.environment = EnvironmentSpecification(
      name: "cartpole", observationSize: 4, actionSpace: .discrete(count: 2), stepLimit: 500,
      rewardThreshold: nil, isReproducible: false, stepsElsewhere: false
    ) { _, _ in [] }
    let learner = try run.startLearner()
    let failure = #expect(throws: RoleFailure.self) { try learner.value() }
    #expect(failure?.exitCode == .usage)
    #expect(
      failure?.description
        == "--audit plays slots twice and compares the copies, but cartpole declares that equal slots "
        + "need not give equal episodes; leave it out")
  }
}

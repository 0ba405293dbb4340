import Cluster
import Monitoring
import RL
import Synchronization
import Testing

/// Pays no number at the third step of slot 5.
private struct Faulty: Environment {
  static let name = "faulty"
  var slot = 0
  var steps = 0
  var observationSize: Int { 4 }
  var actionSpace: ActionSpace { .discrete(count: 2) }
  var stepLimit: Int { 20 }

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    (slot, steps) = (random.slot, 0)
    for entry in 0..<4 { observation[entry] = 0 }
  }

  mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    steps += 1
    for entry in 0..<4 { observation[entry] = Float(steps) }
    return StepResult(
      reward: slot == 5 && steps == 3 ? .nan : 1, end: steps == 9 ? .terminated : nil)
  }
}

@Suite struct EnvironmentFaultTests {
  @Test(arguments: [1, 2, 3])
  func `a slot that nobody can play ends the run and is named`(actorCount: Int) throws {
    var run = try SmallRun()
    run.environment = EnvironmentSpecification(Faulty.self)
    let learner = try run.startLearner()
    let actors = (0..<actorCount).map { _ in run.startActor(patience: .seconds(3)) }
    let failure = #expect(throws: RoleFailure.self) { try learner.value() }
    #expect(failure?.exitCode == .badData)
    let text = failure?.description ?? ""
    #expect(
      text.contains("environment faulty returned") && text.contains("at step 2 of slot 5"),
      "\(text)")
    // Whoever played the slot ends with the same sentence, the others with the run.
    var failures = 0
    for actor in actors {
      do {
        try actor.value()
      } catch let error as RoleFailure where error.exitCode == .tryAgain {
        // It came when the run had ended already, and found nobody.
      } catch let error as RoleFailure {
        #expect(error.exitCode == .badData)
        #expect(error.description.contains("at step 2 of slot 5"))
        failures += 1
      }
    }
    // Two in turn end it, and a third may be playing a backup copy meanwhile.
    #expect((1...actorCount).contains(failures))
  }
}

/// Observes zeros for nine steps, unless `Flaw` makes it something else.
private struct Flawed<Flaw: EnvironmentFlaw>: Environment {
  static var name: String { "flawed" }
  var flaw = Flaw()
  var steps = 0
  var observationSize: Int { 4 }
  var actionSpace: ActionSpace { .discrete(count: 2) }
  var stepLimit: Int { 20 }

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    steps = 0
    flaw.noteReset()
    for entry in 0..<4 { observation[entry] = 0 }
  }

  mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    steps += 1
    for entry in 0..<4 { observation[entry] = 0 }
    observation[2] = flaw.observed(atStep: steps)
    return StepResult(reward: 1, end: steps == flaw.length ? .terminated : nil)
  }
}

private protocol EnvironmentFlaw: Sendable {
  init()
  var length: Int { get }
  mutating func noteReset()
  mutating func observed(atStep step: Int) -> Float
}

/// Its reset forgets a counter.
private struct ForgottenReset: EnvironmentFlaw {
  var count = 0
  var length: Int { 9 }
  mutating func noteReset() {}
  mutating func observed(atStep step: Int) -> Float {
    if step == 4 { count += 1 }
    return Float(count)
  }
}

/// Takes a number from elsewhere than its stream.
private struct Unseeded: EnvironmentFlaw {
  private static let count = Mutex(0)
  var length: Int { 9 }
  mutating func noteReset() {}
  mutating func observed(atStep step: Int) -> Float {
    guard step == 4 else { return 0 }
    return Self.count.withLock {
      $0 += 1
      return Float($0)
    }
  }
}

/// Gives up earlier in each episode.
private struct Tired: EnvironmentFlaw {
  var length = 6
  mutating func noteReset() { length -= 1 }
  mutating func observed(atStep step: Int) -> Float { 0 }
}

/// Shows four entries, and writes five from the second step on.
private struct Overrunning: Environment {
  static let name = "overrunning"
  var steps = 0
  var observationSize: Int { 4 }
  var actionSpace: ActionSpace { .box(low: [1], high: [2]) }
  var stepLimit: Int { 20 }

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    steps = 0
    for entry in 0..<4 { observation[entry] = 0 }
  }

  mutating func step(
    _ action: Float, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    for entry in 0..<(steps == 1 ? 5 : 4) { observation[entry] = action }
    steps += 1
    return StepResult(reward: 1)
  }
}

@Suite struct RehearsalTests {
  @Test func `who writes beyond the observation is refused by name`() throws {
    var run = try SmallRun()
    run.environment = try EnvironmentSpecification(Overrunning.self).wrapped(
      by: EnvironmentWrappers(frameStack: 2))
    let learner = try run.startLearner()
    let actor = run.startActor()
    let failure = #expect(throws: RoleFailure.self) { try learner.value() }
    let text = failure?.description ?? ""
    #expect(
      text.contains(
        "environment overrunning wrote entry 4 of an observation that ends before it, at step 1 of slot 0"
      ), "\(text)")
    #expect(throws: RoleFailure.self) { try actor.value() }
  }

  @Test(arguments: [
    (Flawed<ForgottenReset>.self as any Environment.Type, 1, "entry 2 of the observation is 1.0"),
    (Flawed<Unseeded>.self, 4, "entry 2 of the observation is"),
    (Flawed<Tired>.self, 4, "its length: 4 steps instead of 5"),
  ])
  func `an environment that does not repeat itself is refused by name`(
    type: any Environment.Type, step: Int, difference: String
  ) throws {
    var run = try SmallRun()
    run.environment = EnvironmentSpecification(type)
    let learner = try run.startLearner()
    let actor = run.startActor()
    let failure = #expect(throws: RoleFailure.self) { try learner.value() }
    #expect(failure?.exitCode == .badData)
    let text = failure?.description ?? ""
    #expect(
      text.contains(
        "environment flawed did something else when it was played again at step \(step) of slot 0"),
      "\(text)")
    #expect(text.contains(difference), "\(text)")
    #expect(throws: RoleFailure.self) { try actor.value() }
  }

  @Test func `an environment that says it does not repeat itself is not asked to`() throws {
    var run = try SmallRun()
    let honest = EnvironmentSpecification(Flawed<Unseeded>.self)
    run.environment = EnvironmentSpecification(
      name: honest.name, observationSize: honest.observationSize, actionSpace: honest.actionSpace,
      stepLimit: honest.stepLimit, rewardThreshold: nil, isReproducible: false,
      stepsElsewhere: false
    ) { honest.makeLanes(groupCount: $0, laneCount: $1) }
    let learner = try run.startLearner()
    let actor = run.startActor()
    #expect(try learner.value().updates == SmallRun.updateCount)
    try actor.value()
  }
}

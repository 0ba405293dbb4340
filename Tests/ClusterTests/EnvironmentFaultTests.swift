import Cluster
import RL
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
    let actors = (0..<actorCount).map { _ in run.startActor() }
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
      } catch let error as RoleFailure {
        #expect(error.exitCode == .badData)
        #expect(error.description.contains("at step 2 of slot 5"))
        failures += 1
      }
    }
    #expect((1...2).contains(failures))
  }
}

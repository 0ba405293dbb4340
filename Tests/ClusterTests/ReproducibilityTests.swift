import Cluster
import Environments
import RL
import Synchronization
import Testing

/// Pays 1 for twelve steps; what it observes is up to `observe`.
private struct Suspect<Source: ObservationSource>: Environment {
  static var name: String { "suspect" }
  var source = Source()
  var steps = 0
  var observationSize: Int { 1 }
  var actionSpace: ActionSpace { .discrete(count: 2) }
  var stepLimit: Int { 12 }

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    steps = 0
    observation[0] = source.next(&random)
  }

  mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    steps += 1
    observation[0] = steps == 5 ? source.next(&random) : 0
    return StepResult(reward: 1)
  }
}

private protocol ObservationSource: Sendable {
  init()
  mutating func next(_ random: inout RandomStream) -> Float
}

/// As it should be.
private struct Seeded: ObservationSource {
  mutating func next(_ random: inout RandomStream) -> Float { random.uniform() }
}

/// One counter for all environments of the process.
private struct Global: ObservationSource {
  private static let count = Mutex(0)
  mutating func next(_ random: inout RandomStream) -> Float {
    Self.count.withLock {
      $0 += 1
      return Float($0)
    }
  }
}

/// A counter that the environment takes from episode to episode.
private struct Leaking: ObservationSource {
  private var count = 0
  mutating func next(_ random: inout RandomStream) -> Float {
    count += 1
    return Float(count)
  }
}

@Suite struct ReproducibilityTests {
  private func examine(_ type: any Environment.Type) throws -> ReproducibilityExamination {
    try ReproducibilityExamination(
      of: EnvironmentSpecification(type), policy: PolicyConfiguration(), seed: 1, stepLimit: 200)
  }

  @Test("environments that take everything from their seed are reproducible")
  func reproducible() throws {
    for type in [CartPole.self, Suspect<Seeded>.self] as [any Environment.Type] {
      let examination = try examine(type)
      #expect(examination.isReproducible, "\(examination.findings)")
      #expect(examination.episodeCount == 8 && examination.findings.count == 5)
    }
    #expect(try examine(Suspect<Seeded>.self).stepCount == 8 * 12)
  }

  @Test("one that looks at what is shared by all differs whenever it is played again")
  func global() throws {
    let findings = try examine(Suspect<Global>.self).findings
    #expect(findings.allSatisfy { $0.difference?.hasPrefix("slot 0 differs at step 0: ") == true })
    #expect(findings[0].difference?.contains("entry 0 of the observation is") == true)
  }

  @Test("one that remembers former episodes differs only where there are some")
  func leaking() throws {
    let examination = try examine(Suspect<Leaking>.self)
    #expect(!examination.isReproducible)
    #expect(examination.findings[0].difference == nil)
    #expect(
      examination.findings[1].difference
        == "slot 0 differs at step 0: entry 0 of the observation is 3.0 instead of 1.0")
  }

  @Test("a measurement says where an actor's time goes")
  func measurement() throws {
    var latency = StepLatency()
    latency.duration = .milliseconds(1)
    let slow = try ActingMeasurement(
      of: EnvironmentSpecification(CartPole.self).delayed(by: latency),
      policy: PolicyConfiguration(), lanes: 4, seed: 1, duration: .milliseconds(100))
    // A request may have been under way when the time began.
    #expect(slow.stepsPerSecond <= 1100 && slow.stepsPerSecond > 0)
    #expect(slow.environmentShare > 0.25 && slow.ownCores > 0)
    let fast = try ActingMeasurement(
      of: EnvironmentSpecification(CartPole.self), policy: PolicyConfiguration(), lanes: 32,
      seed: 1, duration: .milliseconds(50))
    #expect(fast.stepsPerSecond > slow.stepsPerSecond)
  }
}

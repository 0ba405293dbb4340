import RL
import Synchronization
import Testing

/// Shows how often any environment of its kind was reset.
private struct Forgetful: Environment {
  static let name = "forgetful"
  private static let count = Mutex(0)
  let observationSize = 1
  let actionSpace = ActionSpace.discrete(count: 2)
  let stepLimit = 3

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    observation[0] = Self.count.withLock {
      $0 += 1
      return Float($0)
    }
  }

  mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    observation[0] = 0
    return StepResult(reward: 1)
  }
}

/// Pays nothing that is a number.
private struct Broken: Environment {
  static let name = "broken"
  let observationSize = 1
  let actionSpace = ActionSpace.discrete(count: 2)
  let stepLimit = 3

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    observation[0] = 0
  }

  mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    observation[0] = 0
    return StepResult(reward: .nan)
  }
}

@Suite struct DoctorCommandTests {
  private func doctor(_ arguments: String...) throws -> Outcome {
    try Workplace().run(
      ["doctor", "--measure-for", "0.1s"] + arguments,
      environments: [Corridor.self, Forgetful.self, Broken.self])
  }

  @Test("an environment is found reproducible, and lanes and actors are suggested")
  func healthy() throws {
    let outcome = try doctor("corridor")
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.output.contains("reproducible as far as 8 episodes, "), "\(outcome.output)")
    #expect(outcome.output.contains("lanes in another order: equal, bit for bit"))
    #expect(outcome.output.contains("\n  128  "))
    #expect(outcome.output.contains(#/suggested: --lanes [0-9]+ --actors [0-9]+/#))
  }

  @Test("the same as one JSON object")
  func json() throws {
    let outcome = try doctor("corridor", "--json")
    #expect(outcome.output.hasPrefix("{\"environment\":\"corridor\",\"reproducible\":true,"))
    #expect(outcome.output.contains("\"suggested_lanes\":"))
    #expect(outcome.output.filter { $0 == "\n" }.count == 1)
  }

  @Test("what is not reproducible is named, with exit code 65")
  func forgetful() throws {
    let outcome = try doctor("forgetful")
    #expect(outcome.code == 65)
    #expect(outcome.output.contains("NOT reproducible (8 episodes, 24 steps)"))
    #expect(
      outcome.error.contains(
        "troupe: error: forgetful is not reproducible: with the same seeds in new environments slot 0 "
          + "differs at step 0: entry 0 of the observation is "), "\(outcome.error)")
  }

  @Test("what breaks its contract is named, with exit code 65")
  func broken() throws {
    let outcome = try doctor("broken")
    #expect(outcome.code == 65)
    #expect(outcome.error.contains("troupe: error: environment broken "), "\(outcome.error)")
  }

  @Test("no environment, an unknown one, and too short a time are usage errors")
  func usage() throws {
    #expect(try doctor().error.contains("no environment is given; name one of: broken, corridor"))
    #expect(try doctor("corridr").error.contains("did you mean corridor"))
    #expect(try doctor("corridor", "--measure-for", "1ms").code == 64)
    for arguments in [[], ["corridr"]] {
      #expect(try Workplace().run(["doctor"] + arguments).code == 64)
    }
  }
}

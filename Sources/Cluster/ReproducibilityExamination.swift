package import RL

/// Whether an environment's episodes depend on seed and actions alone, which the run's promises rest on: the
/// same slots are played again under other circumstances and compared bit for bit.
package struct ReproducibilityExamination: Sendable {
  /// One comparison.
  package struct Finding: Sendable {
    /// What was changed, such as `lanes in another order`.
    package let circumstance: String
    /// Where an episode first differed; nil if none did.
    package let difference: String?
  }

  package let episodeCount: Int
  package let stepCount: Int
  package let findings: [Finding]

  package var isReproducible: Bool { findings.allSatisfy { $0.difference == nil } }

  private static let slots = Array(0..<8)

  /// Plays eight episodes six times, each of at most `stepLimit` steps.
  ///
  /// - Throws: ``RolloutFault`` when the environment fails; ``WrapperProblem`` for a step limit of 0.
  package init(
    of environment: EnvironmentSpecification, policy: PolicyConfiguration, seed: UInt64,
    stepLimit: Int
  ) throws {
    try prepareArithmetic()
    let environment = try environment.wrapped(by: EnvironmentWrappers(stepLimit: stepLimit))
    func fresh(lanes: Int) -> ExaminedActor {
      ExaminedActor(environment, policy: policy, lanes: lanes, seed: seed)
    }
    let slots = Self.slots
    var first = fresh(lanes: slots.count)
    let expected = try first.play(slots)
    episodeCount = expected.count
    stepCount = expected.values.reduce(0) { $0 + $1.stepCount }

    func finding(
      _ circumstance: String, _ episodes: [Int: ExaminedEpisode]
    ) -> Finding {
      for slot in slots {
        guard let before = expected[slot], let after = episodes[slot] else { continue }
        if let difference = before.difference(from: after) {
          return Finding(
            circumstance: circumstance, difference: "slot \(slot) differs \(difference)")
        }
      }
      return Finding(circumstance: circumstance, difference: nil)
    }
    var (again, single, three) = (fresh(lanes: slots.count), fresh(lanes: 1), fresh(lanes: 3))
    findings = [
      finding("the same seeds in new environments", try again.play(slots)),
      finding("the same environments, after other episodes", try first.play(slots)),
      finding("lanes in another order", try again.play(slots.reversed())),
      finding("one lane", try single.play(slots)),
      finding("three lanes", try three.play(slots)),
    ]
  }
}

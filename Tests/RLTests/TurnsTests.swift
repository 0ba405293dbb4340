import RL
import TestKit
import Testing

/// All episodes end at once, after three steps.
private struct ThreeSteps: Environment {
  static let name = "three-steps"
  var steps = 0
  var observationSize: Int { 1 }
  var actionSpace: ActionSpace { .discrete(count: 2) }
  var stepLimit: Int { 3 }

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    steps = 0
    observation[0] = 0
  }

  mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    steps += 1
    observation[0] = Float(steps)
    return StepResult(reward: 1)
  }
}

/// Rollouts that share another process: what one leaves there is done while the policy chooses for the other.
@Suite struct TurnsTests {
  @Test(arguments: [1, 4, 8]) func `every turn leaves the other process something to do`(
    lanes: Int
  ) throws {
    let work = WorkCount()
    let environment = DeferredLanes<ThreeSteps>.specification(work: work)
    var rollouts = Rollout.sharing(
      environment: environment, policy: BlindPolicy(observationSize: 1, count: 2),
      laneLimit: 2 * lanes, seed: 1)
    #expect(rollouts.count == 2)
    let round = RoundID(version: .initial, kind: .training)
    for i in rollouts.indices {
      rollouts[i].begin(round, snapshot: PolicySnapshot(version: .initial, parameters: []))
    }
    var block = TrajectoryBlock(observationSize: 1, actionSize: 1)
    var (next, turns) = (0, 0)
    while block.headers.count < 10 * lanes {
      for i in rollouts.indices {
        try rollouts[i].advance(
          laneLimit: lanes, takingTurns: true, while: { _ in true },
          nextSlot: {
            defer { next += 1 }
            return next
          }, finished: { _ in true }, into: &block)
        turns += 1
        #expect(work.underWay == min(turns, 2), "turn \(turns)")
      }
    }
    // Resets and three steps for each episode of a lane, and the first turns that complete nothing.
    #expect(turns == 4 * 10 + 2)
    #expect(block.headers.allSatisfy { $0.stepCount == 3 })
  }
}

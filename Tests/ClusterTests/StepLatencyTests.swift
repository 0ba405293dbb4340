import Cluster
import Environments
import Kernels
import Policies
import RL
import Testing

@Suite struct StepLatencyTests {
  private static let slotCount = 16

  /// Plays the slots of a round as an actor does, and says how long that took and how many steps it was.
  private func play(
    _ environment: EnvironmentSpecification, lanes: Int
  ) throws -> (episodes: [TrajectoryHeader], steps: Int, duration: Duration) {
    FloatingPointMode.establish()
    let policy = MLPPolicy(
      observationSize: environment.observationSize, actionSpace: environment.actionSpace,
      configuration: PolicyConfiguration())
    var rollouts = Rollout.sharing(
      environment: environment, policy: policy, laneLimit: lanes, seed: 3)
    var block = TrajectoryBlock(
      observationSize: environment.observationSize, actionSize: policy.actionSpace.actionSize)
    let snapshot = PolicySnapshot(
      version: .initial, parameters: policy.initialParameters(seed: 3))
    for i in rollouts.indices {
      rollouts[i].begin(RoundID(version: .initial, kind: .training), snapshot: snapshot)
    }
    var (next, finished) = (0, 0)
    let start = ContinuousClock.now
    while finished < Self.slotCount {
      for i in rollouts.indices {
        try rollouts[i].advance(
          takingTurns: true, while: { _ in true },
          nextSlot: {
            defer { next += 1 }
            return next < Self.slotCount ? next : nil
          },
          finished: { _ in
            finished += 1
            return true
          }, into: &block)
      }
    }
    let steps = block.headers.reduce(0) { $0 + $1.stepCount }
    return (
      block.headers.sorted { $0.slot < $1.slot }, steps, ContinuousClock.now - start
    )
  }

  private func delayed(_ duration: Duration, _ unit: StepLatency.Unit) -> EnvironmentSpecification {
    var latency = StepLatency()
    (latency.duration, latency.unit) = (duration, unit)
    return EnvironmentSpecification(CartPole.self).delayed(by: latency)
  }

  @Test("without a latency the environment is stepped as before")
  func none() {
    #expect(!delayed(.zero, .lane).stepsElsewhere)
  }

  @Test("no episode changes", arguments: [1, 2, 5, 16], StepLatency.Unit.allCases)
  func equal(lanes: Int, unit: StepLatency.Unit) throws {
    let plain = try play(EnvironmentSpecification(CartPole.self), lanes: lanes)
    #expect(try play(delayed(.nanoseconds(1), unit), lanes: lanes).episodes == plain.episodes)
  }

  @Test("lanes that share a simulator step in turn, in however many groups", arguments: [1, 8])
  func sequential(lanes: Int) throws {
    let run = try play(delayed(.microseconds(200), .lane), lanes: lanes)
    #expect(run.duration >= Duration.microseconds(200) * run.steps)
  }

  @Test("a vectorised simulator steps all lanes of a request at once")
  func vectorised() throws {
    let latency = Duration.milliseconds(5)
    let run = try play(delayed(latency, .tick), lanes: 16)
    // Two groups of eight take turns: no more steps than these in one latency, and far fewer than in turn.
    #expect(run.duration >= latency * (run.steps / 8))
    #expect(run.duration < latency * run.steps)
  }
}

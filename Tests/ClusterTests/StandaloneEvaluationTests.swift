import Cluster
import Environments
import Learning
import Policies
import RL
import Testing

@Suite struct StandaloneEvaluationTests {
  private struct Recorded {
    let place: TemporaryDirectory
    let run: RunConfiguration
    let policy: RecordedPolicy
    let environment = EnvironmentSpecification(CartPole.self)

    /// A run's directory with a policy in it.
    init(means: [Float]? = nil) throws {
      place = try TemporaryDirectory()
      run = try RunConfiguration(
        environment: "cartpole", seed: 1, policy: PolicyConfiguration(hidden: [8]),
        learner: LearnerConfiguration(),
        wrappers: EnvironmentWrappers(normalizesObservations: means != nil))
      let network = MLPPolicy(
        observationSize: 4, actionSpace: .discrete(count: 2), configuration: run.policy)
      // Twenty times as large as parameters begin: what is seen decides what is done.
      policy = RecordedPolicy(
        policy: network, parameters: network.initialParameters(seed: 9).map { 20 * $0 },
        normalization: means.map {
          ObservationNormalization(means: $0, inverseDeviations: [1, 1, 1, 1])
        }, environment: "cartpole")
      try AtomicFile.write(
        policy.safetensors, to: RunDirectory.policyPath(in: place.path))
    }

    func play(seed: UInt64 = 3, episodes: Int = 40, greedy: Bool = false) throws -> [Double] {
      let policy = try RunReplay(
        runDirectory: place.path, run: run, environment: environment, threads: 1
      ).policy(.newest, note: { _ in })
      return try StandaloneEvaluation.evaluate(
        policy, of: run, environment: environment, seed: seed, episodeCount: episodes,
        greedy: greedy
      ).map(\.episodeReturn)
    }
  }

  @Test func `seed and number of episodes decide what is played, and a slot is the same in all`()
    throws
  {
    let recorded = try Recorded()
    let returns = try recorded.play()
    #expect(try recorded.play() == returns)
    #expect(try recorded.play(episodes: 300).prefix(40) == returns[...])
    #expect(try recorded.play(seed: 4) != returns)
    #expect(try recorded.play(greedy: true) != returns)
  }

  @Test func `its episodes are drawn from streams that training and the run's evaluations lack`()
    throws
  {
    let recorded = try Recorded()
    let slot = 11
    let played = try recorded.play(seed: 1)[slot]
    let replay = try StandaloneEvaluation.episode(
      of: recorded.policy, run: recorded.run, environment: recorded.environment, seed: 1,
      slot: slot, greedy: false)
    #expect(replay.episodeReturn == played && replay.round.kind == .standaloneEvaluation)
    let firsts = [StreamKind.training, .evaluation, .standaloneEvaluation].map { kind in
      EpisodeReplay(
        environment: recorded.environment, policy: recorded.policy.policy,
        snapshot: PolicySnapshot(version: .initial, parameters: recorded.policy.parameters),
        seed: 1, kind: kind, slot: slot
      ).first { _ in true }?.observation
    }
    #expect(Set(firsts).count == 3)
    #expect(firsts[2] == replay.first { _ in true }?.observation)
  }

  @Test func `nothing is played again where the same seeds give other episodes`() throws {
    let recorded = try Recorded()
    let honest = recorded.environment
    let environment = EnvironmentSpecification(
      name: "dice", observationSize: honest.observationSize, actionSpace: honest.actionSpace,
      stepLimit: honest.stepLimit, rewardThreshold: nil, isReproducible: false,
      stepsElsewhere: false
    ) { _, _ in [] }
    let replay = RunReplay(
      runDirectory: recorded.place.path, run: recorded.run, environment: environment, threads: 1)
    let failure = #expect(throws: RoleFailure.self) {
      _ = try replay.episode(version: .initial, kind: .training, slot: 0, note: { _ in })
    }
    #expect(failure?.description.contains("dice is not reproducible") == true)
    // The newest policy is a file, and can be played all the same.
    #expect(try replay.policy(.newest, note: { _ in }).parameters == recorded.policy.parameters)
  }

  @Test func `observations are normalised as in training`() throws {
    let plain = try Recorded(means: [0, 0, 0, 0]).play()
    #expect(try Recorded().play() == plain, "centred at 0 and not scaled they stay as they are")
    #expect(try Recorded(means: [0.5, -1, 0.3, 2]).play() != plain)
  }

  @Test func `a policy that sees observations otherwise than the run is refused`() throws {
    let (normalized, plain) = (try Recorded(means: [0, 0, 0, 0]), try Recorded())
    for (policy, run) in [(normalized, plain), (plain, normalized)] {
      try AtomicFile.write(
        policy.policy.safetensors, to: RunDirectory.policyPath(in: run.place.path))
      let failure = #expect(throws: RoleFailure.self) { try run.play(episodes: 1) }
      #expect(failure?.description.contains("normalize-observations") == true)
    }
  }
}

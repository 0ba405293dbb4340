import Environments
import Kernels
import Learning
import Policies
import RL
import Testing

@Suite struct ParameterSearchTests {
  private static let seed: UInt64 = 77
  private static let environment = CartPole()
  private static let policy = MLPPolicy(
    observationSize: environment.observationSize, actionSpace: environment.actionSpace,
    configuration: PolicyConfiguration(hidden: []))

  private func configuration(
    _ method: TrainingMethod, m: Int = 12, _ search: SearchConfiguration = SearchConfiguration()
  ) -> LearnerConfiguration {
    LearnerConfiguration(
      episodesPerUpdate: m, learningRate: 0.1, method: method, search: search)
  }

  private func learner(_ configuration: LearnerConfiguration) -> Learner<MLPPolicy> {
    FloatingPointMode.establish()
    return Learner(
      policy: Self.policy, configuration: configuration, seed: Self.seed,
      queue: WorkQueue(threadCount: 1))
  }

  private func round(
    _ learner: Learner<MLPPolicy>, returns: [Double]
  ) -> SearchRound<MLPPolicy> {
    var round = learner.beginSearchRound(
      slotCount: returns.count, environment: EnvironmentSpecification(CartPole.self),
      seed: Self.seed)
    for (slot, value) in returns.enumerated().reversed() {
      round.insert(
        CandidateOutcome(
          slot: slot, episodeReturn: value, stepCount: 1, end: .terminated,
          fingerprint: Digest128(high: 0, low: 0)))
    }
    return round
  }

  private func noise(_ index: Int, version: UInt32 = 0) -> [Float] {
    Perturbation.noise(
      index, seed: Self.seed, version: PolicyVersion(version), count: Self.policy.parameterCount)
  }

  // MARK: Noise

  @Test func `noise is standard normal and differs by seed, version and index`() {
    FloatingPointMode.establish()
    let count = 100_001
    let noise = Perturbation.noise(3, seed: 1, version: PolicyVersion(2), count: count)
    #expect(noise.count == count)
    let moments = (1...4).map { power in
      noise.reduce(0.0) { sum, x in
        sum + (0..<power).reduce(1.0) { product, _ in product * Double(x) }
      }
        / Double(count)
    }
    // Six standard errors of each moment.
    let error = 6 / Double(count).squareRoot()
    #expect(abs(moments[0]) < error)
    #expect(abs(moments[1] - 1) < error * 2.0.squareRoot())
    #expect(abs(moments[2]) < error * 15.0.squareRoot())
    #expect(abs(moments[3] - 3) < error * 96.0.squareRoot())
    #expect(Set(noise).count > 95_000)
    for (index, seed, version) in [(4, 1, 2), (3, 2, 2), (3, 1, 3)] {
      #expect(
        Perturbation.noise(
          index, seed: UInt64(seed), version: PolicyVersion(UInt32(version)), count: count)
          != noise)
    }
    // A shorter vector is the beginning of a longer one.
    #expect(
      Perturbation.noise(3, seed: 1, version: PolicyVersion(2), count: 7) == Array(noise.prefix(7)))
  }

  @Test func `the digest of a snapshot tells scales of noise apart`() {
    let digests = [nil, 0.5, 0.25].map { (scale: Float?) in
      PolicySnapshot(
        version: .initial, parameters: [1, 2],
        perturbation: scale.map {
          Perturbation(scale: $0, episodesPerCandidate: 1, isAntithetic: true)
        }
      ).digest
    }
    #expect(Set(digests).count == 3)
  }

  // MARK: Updates

  @Test func `hill climbing takes the best candidate, or widens the noise`() {
    let search = SearchConfiguration(episodesPerCandidate: 2, noise: 0.5)
    var learner = learner(configuration(.hillClimbing, m: 8, search))
    let start = learner.snapshot.parameters
    // Candidate means: incumbent 3, then 2, 4, 4: the first of the best wins.
    _ = learner.update(with: round(learner, returns: [2, 4, 2, 2, 1, 7, 4, 4]))
    let step = noise(2)
    #expect(learner.snapshot.parameters == zip(start, step).map { $0 + 0.5 * $1 })
    #expect(learner.snapshot.perturbation?.scale == 0.3)
    let before = learner.snapshot.parameters
    for scale: Float in [0.6, 1.2, 2, 2] {
      _ = learner.update(with: round(learner, returns: [9, 9, 1, 1, 8, 8, 2, 2]))
      #expect(learner.snapshot.parameters == before)
      #expect(learner.snapshot.perturbation?.scale == scale)
    }
    #expect(learner.snapshot.version == PolicyVersion(5))
  }

  @Test func `annealing takes a worse candidate as often as the temperature says`() {
    let search = SearchConfiguration(noise: 0.5, temperature: 10, cooling: 1)
    var learner = learner(configuration(.annealing, m: 2, search))
    var acceptedCount = 0
    for _ in 0..<2000 {
      let before = learner.snapshot.parameters
      _ = learner.update(with: round(learner, returns: [20, 10]))
      if learner.snapshot.parameters != before { acceptedCount += 1 }
    }
    // exp(−1) of 2,000 ± 5 standard deviations.
    #expect(abs(Double(acceptedCount) - 2000 * 0.36788) < 108)
    var cold = self.learner(
      configuration(.annealing, m: 2, SearchConfiguration(temperature: 0)))
    let start = cold.snapshot.parameters
    _ = cold.update(with: round(cold, returns: [20, 19.9]))
    #expect(cold.snapshot.parameters == start)
    _ = cold.update(with: round(cold, returns: [20, 20]))
    #expect(cold.snapshot.parameters != start)
  }

  @Test func `annealing cools`() throws {
    var search = try #require(
      ParameterSearch(configuration(.annealing, m: 2, SearchConfiguration(cooling: 0.5))))
    #expect(search.temperature == 20)
    var learner = self.learner(configuration(.annealing, m: 2, SearchConfiguration(cooling: 0.5)))
    _ = learner.update(with: round(learner, returns: [1, 2]))
    search = try #require(learner.search)
    #expect(search.temperature == 10)
    #expect(
      ParameterSearch(configuration(.annealing), state: search.state)?.temperature == 10)
    #expect(ParameterSearch(configuration(.annealing), state: []) == nil)
    #expect(ParameterSearch(configuration(.annealing), state: [.nan, 1]) == nil)
  }

  /// Against the formula of the paper, summed over candidates instead of pairs.
  @Test func `evolution strategies ascend along rank-shaped noise`() {
    var configuration = configuration(.evolutionStrategies, m: 6)
    configuration.optimizer = .sgd
    var learner = learner(configuration)
    let start = learner.snapshot.parameters
    // Ranks 5, 0, 1.5, 1.5, 3, 4 of 0...5.
    let returns = [9.0, -1, 2, 2, 3, 5]
    let shaped = [5, 0, 1.5, 1.5, 3, 4].map { $0 / 5 - 0.5 }
    let diagnostics = learner.update(with: round(learner, returns: returns))
    var norm = 0.0
    for index in start.indices {
      var gradient = 0.0
      for candidate in 0..<6 {
        let sign = candidate % 2 == 0 ? 1.0 : -1
        gradient += shaped[candidate] * sign * Double(noise(candidate / 2)[index])
      }
      gradient /= 6 * 0.5
      norm += gradient * gradient
      // Two roundings to single precision.
      #expect(
        abs(Double(learner.snapshot.parameters[index] - start[index]) - 0.1 * gradient) < 1e-7)
    }
    #expect(abs(diagnostics.gradientNorm - norm.squareRoot()) < 1e-5)
    #expect(diagnostics.divergence.isNaN)
  }

  // MARK: Rounds

  @Test(arguments: [1, 3, 64], [1, 5])
  func `slots play their candidates, whatever lanes and pauses`(lanes: Int, ticks: Int) throws {
    FloatingPointMode.establish()
    let search = SearchConfiguration(episodesPerCandidate: 3)
    let learner = learner(configuration(.hillClimbing, m: 12, search))
    let round = RoundID(version: .initial, kind: .training)
    var rollout = Rollout(
      environment: CartPole.self, policy: Self.policy, laneLimit: lanes, seed: Self.seed)
    rollout.begin(round, snapshot: learner.snapshot)
    var block = TrajectoryBlock(observationSize: 4, actionSize: 1)
    var waiting = (0..<12).map { $0 }[...]
    var finishedCount = 0
    while finishedCount < 12 {
      var count = 0
      try rollout.advance(
        while: { _ in
          count += 1
          return count < ticks
        }, nextSlot: { waiting.popFirst() },
        finished: { _ in
          finishedCount += 1
          return true
        }, into: &block)
      #expect(rollout.isPlaying == (finishedCount < 12))
    }
    for outcome in CandidateOutcome.outcomes(of: block) {
      let slot = outcome.slot
      let perturbation = try #require(learner.snapshot.perturbation)
      // By hand: the candidate's own parameters, in a round that is no search, acting greedily.
      var alone = Rollout(
        environment: CartPole.self, policy: Self.policy, laneLimit: 1, seed: Self.seed)
      alone.begin(
        round,
        snapshot: PolicySnapshot(
          version: .initial,
          parameters: perturbation.parameters(
            of: slot / 3, around: learner.snapshot.parameters, seed: Self.seed, version: .initial)),
        greedy: true)
      var expected = TrajectoryBlock(observationSize: 4, actionSize: 1)
      var next: Int? = slot
      try alone.advance(
        while: { _ in true }, nextSlot: { next.take() }, finished: { _ in true }, into: &expected)
      #expect(CandidateOutcome.outcomes(of: expected) == [outcome])
      let replay = EpisodeReplay(
        environment: CartPole.self, policy: Self.policy, snapshot: learner.snapshot,
        seed: Self.seed, slot: slot)
      #expect(replay.block == expected)
      #expect(Array(replay).allSatisfy { $0.logProbability <= 0 })
    }
  }

  @Test func `a check finds an outcome that the episode does not have`() {
    FloatingPointMode.establish()
    let learner = learner(configuration(.evolutionStrategies, m: 4))
    var round = learner.beginSearchRound(
      slotCount: 4, environment: EnvironmentSpecification(CartPole.self), seed: Self.seed)
    for slot in 0..<4 {
      let honest = CandidateOutcome.outcomes(
        of: EpisodeReplay(
          environment: CartPole.self, policy: Self.policy, snapshot: learner.snapshot,
          seed: Self.seed, slot: slot
        ).block)[0]
      round.insert(
        CandidateOutcome(
          slot: slot, episodeReturn: honest.episodeReturn + (slot == 2 ? 1 : 0),
          stepCount: honest.stepCount, end: honest.end, fingerprint: honest.fingerprint))
      round.check(slot) {}
    }
    #expect(!round.isComplete)
    var checks: [(slot: Int, matches: Bool)] = []
    while checks.count < 4 { checks += round.takeChecks() }
    for check in checks { #expect(check.matches == (check.slot != 2)) }
    // Slot 2 is open again.
    #expect(!round.isComplete)
  }

  @Test(
    arguments: [
      (TrainingMethod.hillClimbing, 4, SearchConfiguration(episodesPerCandidate: 3)),
      (.hillClimbing, 4, SearchConfiguration(episodesPerCandidate: 4)),
      (.evolutionStrategies, 6, SearchConfiguration(episodesPerCandidate: 2)),
      (.annealing, 4, SearchConfiguration(temperature: -1)),
      (.annealing, 4, SearchConfiguration(cooling: 1.5)),
      (.hillClimbing, 4, SearchConfiguration(noise: 0)),
      (.hillClimbing, 4, SearchConfiguration(lowestNoise: 3, highestNoise: 2)),
    ])
  func `a search that cannot be is refused`(
    method: TrainingMethod, m: Int, search: SearchConfiguration
  ) {
    #expect(throws: ConfigurationError.self) {
      try RunConfiguration(
        environment: "cartpole", seed: 1, policy: PolicyConfiguration(),
        learner: configuration(method, m: m, search))
    }
  }

  @Test func `observations cannot be normalised where none reach the learner`() {
    let error = #expect(throws: ConfigurationError.self) {
      try RunConfiguration(
        environment: "cartpole", seed: 1, policy: PolicyConfiguration(),
        learner: configuration(.evolutionStrategies),
        wrappers: EnvironmentWrappers(normalizesObservations: true))
    }
    #expect(error?.key == "normalize-observations")
  }

  @Test func `the first episodes that come are not enough for a search`() {
    let error = #expect(throws: ConfigurationError.self) {
      var learner = configuration(.evolutionStrategies)
      learner.collection = .firstCome
      _ = try RunConfiguration(
        environment: "cartpole", seed: 1, policy: PolicyConfiguration(), learner: learner)
    }
    #expect(error?.key == "collection")
  }
}

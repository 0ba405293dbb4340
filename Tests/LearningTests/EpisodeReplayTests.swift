import Environments
import Kernels
import Policies
import RL
import Testing

@Suite struct EpisodeReplayTests {
  private static let seed: UInt64 = 0x5eed_0000_0000_0011
  private static let version = PolicyVersion(9)

  /// Rewards NaN at the third step of slot 1.
  struct Faulty: Environment {
    static let name = "faulty"
    var steps = 0
    var observationSize: Int { 1 }
    var actionSpace: ActionSpace { .discrete(count: 2) }
    var stepLimit: Int { 7 }

    mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
      steps = 0
      observation[0] = random.uniform()
    }

    mutating func step(
      _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
    ) -> StepResult {
      steps += 1
      observation[0] = Float(steps)
      return StepResult(reward: steps == 3 ? .nan : 1)
    }
  }

  private func policy(for environment: any Environment.Type) -> MLPPolicy {
    let prototype = environment.init()
    return MLPPolicy(
      observationSize: prototype.observationSize, actionSpace: prototype.actionSpace,
      configuration: PolicyConfiguration(hidden: [16], initialization: .pytorch))
  }

  /// Episodes as an actor plays them: many lanes, interrupted every few ticks.
  private func recorded(
    _ environment: any Environment.Type, policy: MLPPolicy, snapshot: PolicySnapshot,
    kind: StreamKind, slots: Range<Int>
  ) throws -> TrajectoryBlock {
    var rollout = Rollout(
      environment: environment, policy: policy, laneLimit: 5, seed: Self.seed)
    rollout.begin(RoundID(version: Self.version, kind: kind), snapshot: snapshot)
    var block = TrajectoryBlock(
      observationSize: policy.observationSize, actionSize: policy.actionSpace.actionSize)
    var waiting = slots[...]
    while block.headers.count < slots.count {
      var ticks = 0
      try rollout.advance(
        while: { _ in
          ticks += 1
          return ticks < 37
        }, nextSlot: { waiting.popFirst() }, finished: { _ in true }, into: &block)
    }
    return block
  }

  /// Each episode in a block of its own.
  private func episodes(of block: TrajectoryBlock) -> [TrajectoryBlock] {
    zip(block.headers, block.stepOffsets).enumerated().map { index, episode in
      let (header, first) = episode
      let steps = first..<first + header.stepCount
      func rows(_ size: Int, _ range: Range<Int>, of values: [Float]) -> [Float] {
        Array(values[range.lowerBound * size..<range.upperBound * size])
      }
      return TrajectoryBlock(
        observationSize: block.observationSize, actionSize: block.actionSize, headers: [header],
        observations: rows(block.observationSize, steps, of: block.observations),
        actions: rows(block.actionSize, steps, of: block.actions),
        rewards: rows(1, steps, of: block.rewards),
        finalObservations: rows(
          block.observationSize, index..<index + 1, of: block.finalObservations))
    }
  }

  @Test(arguments: BuiltInEnvironments.all.indices, [StreamKind.training, .evaluation])
  func `a replay equals what many lanes recorded, bit for bit`(
    index: Int, kind: StreamKind
  ) throws {
    FloatingPointMode.establish()
    let environment = BuiltInEnvironments.all[index]
    let policy = policy(for: environment)
    let snapshot = PolicySnapshot(
      version: Self.version, parameters: policy.initialParameters(seed: 3))
    let slots = 0..<7
    let block = try recorded(
      environment, policy: policy, snapshot: snapshot, kind: kind, slots: slots)
    for piece in episodes(of: block) {
      let header = piece.headers[0]
      let replay = EpisodeReplay(
        environment: environment, policy: policy, snapshot: snapshot, seed: Self.seed, kind: kind,
        slot: header.slot)
      #expect(replay.fault == nil)
      #expect(replay.block == piece, "\(environment.name), slot \(header.slot)")
      let steps = Array(replay)
      #expect(steps.count == header.stepCount)
      #expect(steps.map(\.reward) == piece.rewards)
      let logProbabilities = steps.map(\.logProbability)
      let fingerprint = Digest128.hash(of: logProbabilities.span)
      #expect(fingerprint == header.fingerprint, "\(environment.name), slot \(header.slot)")
      let observations = (0..<piece.observationSize).flatMap { feature in
        steps.map { $0.observation[feature] }
      }
      #expect(observations == piece.observations)
      #expect(steps.map(\.end) == Array(repeating: nil, count: steps.count - 1) + [header.end])
      #expect(steps.allSatisfy(Self.isConsistent), "\(environment.name), slot \(header.slot)")
    }
  }

  /// Whether the distribution gives the action its log-probability.
  private static func isConsistent(_ step: ReplayedStep) -> Bool {
    switch step.distribution {
    case .categorical(let choices):
      // One rounding for each exp and each sum.
      return choices[0][Int(step.action[0])] == Elementary.exp(step.logProbability)
        && abs(choices[0].reduce(0, +) - 1) <= 8 * .ulpOfOne
    case .gaussian(let means, let deviations):
      let deviation = (step.action[0] - means[0]) / deviations[0]
      let expected = -0.5 * deviation * deviation - Elementary.log(deviations[0]) - 0.9189385
      return abs(expected - step.logProbability) <= 1e-5
    case .bernoulli: return false  // no built-in environment has switches
    }
  }

  @Test func `training and evaluation episodes of one slot differ`() {
    FloatingPointMode.establish()
    let policy = policy(for: CartPole.self)
    let snapshot = PolicySnapshot(
      version: Self.version, parameters: policy.initialParameters(seed: 3))
    let blocks = [StreamKind.training, .evaluation].map {
      EpisodeReplay(
        environment: CartPole.self, policy: policy, snapshot: snapshot, seed: Self.seed, kind: $0,
        slot: 0
      ).block
    }
    #expect(blocks[0] != blocks[1])
  }

  @Test func `a replay of an episode at fault shows the steps up to the fault`() {
    FloatingPointMode.establish()
    let policy = policy(for: Faulty.self)
    let replay = EpisodeReplay(
      environment: Faulty.self, policy: policy,
      snapshot: PolicySnapshot(
        version: Self.version, parameters: policy.initialParameters(seed: 3)), seed: Self.seed,
      slot: 1)
    #expect(replay.fault?.step == 2)
    #expect(replay.fault?.slot == 1)
    let steps = Array(replay)
    #expect(steps.count == 3)
    #expect(steps.prefix(2).map(\.reward) == [1, 1])
    #expect(steps.last?.reward.isNaN == true)
  }
}

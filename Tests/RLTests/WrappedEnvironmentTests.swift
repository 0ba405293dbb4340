import Kernels
import RL
import TestKit
import Testing

/// Shows a count that goes up by the action it was given, and pays that action. Ends when it is told to
/// by its first random number.
struct Adder: Environment {
  static let name = "adder"
  typealias Action = [Float]
  var length = 0
  var steps = 0
  var sum: Float = 0
  var observationSize: Int { 2 }
  var actionSpace: ActionSpace { .box(low: [-1, 0], high: [3, 0.5]) }
  var stepLimit: Int { 40 }

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    length = 1 + random.index(below: 60)
    (steps, sum) = (0, 1)
    (observation[0], observation[1]) = (sum, Float(length))
  }

  mutating func step(
    _ action: [Float], using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    steps += 1
    sum += action[0]
    (observation[0], observation[1]) = (sum, action[1])
    return StepResult(reward: action[0], end: steps == length ? .terminated : nil)
  }
}

/// Samples from −4 to 4, whatever it sees, and says in its log-probability what it saw.
struct WidePolicy: Policy {
  let observationSize: Int
  var actionSpace: ActionSpace { Adder().actionSpace }
  var parameterLayout: [ParameterTensor] { [] }

  func initialParameters(seed: UInt64) -> [Float] { [] }
  func makeWorkspace(laneCapacity: Int) -> Int { 0 }

  func act(
    on observations: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    streams: borrowing LaneStreams, greedy: Bool, workspace: inout Int,
    into actions: inout MutableSpan<Float>, logProbabilities: inout MutableSpan<Float>
  ) {
    for lane in 0..<laneCount {
      var random = streams.stream(lane: lane, purpose: .action)
      actions[lane] = 8 * random.uniform() - 4
      actions[stride + lane] = 8 * random.uniform() - 4
      logProbabilities[lane] = (0..<observationSize).reduce(0) {
        $0 + observations[$1 * stride + lane]
      }
    }
  }

  func distributions(
    at observations: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    workspace: inout Int
  ) -> [ActionDistribution] { [] }

  func evaluate(
    observations: Span<Float>, actions: Span<Float>, laneCount: Int, stride: Int,
    parameters: Span<Float>, workspace: inout Int,
    into logProbabilities: inout MutableSpan<Float>, entropies: inout MutableSpan<Float>
  ) {}

  func accumulateScore(
    actions: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    weights: Span<Float>, entropyWeight: Float, workspace: inout Int,
    into gradient: inout MutableSpan<Float>
  ) {}
}

@Suite struct WrappedEnvironmentTests {
  private struct Episode: Equatable {
    var end: EpisodeEnd
    /// Per step and one more, what was observed.
    var observations: [[Float]]
    var actions: [[Float]]
    var rewards: [Float]
    var fingerprint: Digest128
  }

  private func play(
    _ wrappers: EnvironmentWrappers, lanes: Int = 9,
    normalization: ObservationNormalization? = nil, elsewhere: Bool = false
  ) throws -> [Int: Episode] {
    let inner =
      elsewhere
      ? DeferredLanes<Adder>.specification() : EnvironmentSpecification(Adder.self)
    let environment = try inner.wrapped(by: wrappers)
    let size = environment.observationSize
    var rollout = Rollout(
      environment: environment, policy: WidePolicy(observationSize: size), laneLimit: lanes, seed: 3
    )
    rollout.begin(
      RoundID(version: .initial, kind: .training),
      snapshot: PolicySnapshot(version: .initial, parameters: [], normalization: normalization))
    var block = TrajectoryBlock(observationSize: size, actionSize: 2)
    var waiting = (0..<30)[...]
    try rollout.advance(
      while: { _ in true }, nextSlot: { waiting.popFirst() }, finished: { _ in true }, into: &block)
    var episodes: [Int: Episode] = [:]
    for (index, header) in block.headers.enumerated() {
      let (first, steps) = (block.stepOffsets[index], header.stepCount)
      func rows(_ values: [Float], _ count: Int) -> [[Float]] {
        (0..<steps).map { t in (0..<count).map { values[count * first + $0 * steps + t] } }
      }
      episodes[header.slot] = Episode(
        end: header.end,
        observations: rows(block.observations, size)
          + [Array(block.finalObservations[index * size..<(index + 1) * size])],
        actions: rows(block.actions, 2), rewards: Array(block.rewards[first..<first + steps]),
        fingerprint: header.fingerprint)
    }
    #expect(episodes.count == 30)
    return episodes
  }

  @Test func `without wrappers nothing changes`() throws {
    let plain = try play(EnvironmentWrappers())
    for episode in plain.values {
      #expect(episode.actions.map { $0[0] } == episode.rewards)
      #expect(episode.end == (episode.observations[0][1] <= 40 ? .terminated : .truncated))
    }
    #expect(plain.values.contains { $0.end == .truncated })
  }

  @Test func `an earlier step limit truncates, a later one does not matter`() throws {
    let plain = try play(EnvironmentWrappers())
    #expect(try play(EnvironmentWrappers(stepLimit: 1000)) == plain)
    for (slot, episode) in try play(EnvironmentWrappers(stepLimit: 7)) {
      let whole = try #require(plain[slot])
      let steps = min(7, whole.rewards.count)
      #expect(episode.rewards == Array(whole.rewards.prefix(steps)))
      #expect(episode.observations == Array(whole.observations.prefix(steps + 1)))
      #expect(episode.end == (whole.rewards.count > 7 ? .truncated : .terminated))
    }
  }

  @Test(arguments: [[0.5], [0.5, -2]]) func `observations are scaled entry by entry`(
    scale: [Double]
  ) throws {
    let plain = try play(EnvironmentWrappers())
    for (slot, episode) in try play(EnvironmentWrappers(observationScale: scale)) {
      let expected = plain[slot]?.observations.map { observation in
        observation.enumerated().map { $1 * Float(scale.count == 1 ? scale[0] : scale[$0]) }
      }
      #expect(episode.observations == expected)
    }
  }

  @Test(arguments: [1, 9, 64]) func `a stack holds the newest observation first`(
    lanes: Int
  ) throws {
    let plain = try play(EnvironmentWrappers())
    for (slot, episode) in try play(EnvironmentWrappers(frameStack: 3), lanes: lanes) {
      let whole = try #require(plain[slot]).observations
      for (t, stack) in episode.observations.enumerated() {
        #expect(stack == (0..<3).flatMap { whole[max(0, t - $0)] }, "slot \(slot), step \(t)")
      }
    }
  }

  @Test func `scaled observations are stacked`() throws {
    let plain = try play(EnvironmentWrappers(observationScale: [2, 3]))
    let both = EnvironmentWrappers(frameStack: 2, observationScale: [2, 3])
    for (slot, episode) in try play(both) {
      let whole = try #require(plain[slot]).observations
      #expect(episode.observations.last.map { Array($0[..<2]) } == whole.last)
    }
  }

  @Test(arguments: [ActionTransform.clip, .tanh]) func `an environment gets numbers in its bounds`(
    transform: ActionTransform
  ) throws {
    let plain = try play(EnvironmentWrappers())
    for (slot, episode) in try play(EnvironmentWrappers(actionTransform: transform)) {
      // What travels is what was sampled.
      #expect(episode.actions == plain[slot]?.actions)
      for (t, action) in episode.actions.enumerated() {
        let bounds = [(-1, 3), (0, 0.5)] as [(Float, Float)]
        let given = zip(action, bounds).map { sampled, bounds in
          let (low, high) = bounds
          return switch transform {
          case .none: sampled
          case .clip: min(max(sampled, low), high)
          case .tanh: (low + high) / 2 + (high - low) / 2 * Elementary.tanh(sampled)
          }
        }
        #expect(episode.rewards[t] == given[0])
        #expect(episode.observations[t + 1][1] == given[1])
      }
    }
  }

  @Test func `the policy sees normalised observations, the trajectory holds raw ones`() throws {
    let plain = try play(EnvironmentWrappers())
    let normalization = ObservationNormalization(
      means: [2, -1], inverseDeviations: [0.25, 3])
    let episodes = try play(
      EnvironmentWrappers(normalizesObservations: true), normalization: normalization)
    var clampedCount = 0
    for (slot, episode) in episodes {
      #expect(episode.observations == plain[slot]?.observations)
      let seen = episode.observations.dropLast().map { observation in
        zip(zip(observation, normalization.means), normalization.inverseDeviations).map {
          min(max(($0.0 - $0.1) * $1, -10), 10)
        }
      }
      clampedCount += seen.joined().count { $0 == 10 }
      let logProbabilities = seen.map { 0 + $0[0] + $0[1] }
      #expect(episode.fingerprint == Digest128.hash(of: logProbabilities.span))
    }
    #expect(clampedCount > 0)
  }

  @Test func `the digest of a policy covers how it sees observations`() {
    func digest(_ normalization: ObservationNormalization?) -> Digest128 {
      PolicySnapshot(version: .initial, parameters: [1, 2], normalization: normalization).digest
    }
    let digests = [
      digest(nil), digest(.identity(observationSize: 1)),
      digest(ObservationNormalization(means: [1], inverseDeviations: [1])),
      digest(ObservationNormalization(means: [0], inverseDeviations: [2])),
    ]
    #expect(Set(digests).count == 4)
    #expect(digests[0] == Digest128.hash(of: ([1, 2] as [Float]).span))
  }

  @Test func `episodes are the same where steps take place elsewhere`() throws {
    let wrappers = EnvironmentWrappers(
      stepLimit: 11, frameStack: 3, observationScale: [0.5], actionTransform: .tanh)
    #expect(try play(wrappers, lanes: 4, elsewhere: true) == play(wrappers))
  }

  @Test(
    arguments: [
      (EnvironmentWrappers(stepLimit: 0), "step-limit"),
      (EnvironmentWrappers(stepLimit: 1 << 24 + 1), "step-limit"),
      (EnvironmentWrappers(frameStack: 0), "frame-stack"),
      (EnvironmentWrappers(frameStack: 65), "frame-stack"),
      (EnvironmentWrappers(observationScale: [1, 0]), "observation-scale"),
      (EnvironmentWrappers(observationScale: [.nan]), "observation-scale"),
      (EnvironmentWrappers(observationScale: [1, 2, 3]), "observation-scale"),
    ])
  func `what cannot be is refused by name`(wrappers: EnvironmentWrappers, option: String) {
    let problem = #expect(throws: WrapperProblem.self) {
      try EnvironmentSpecification(Adder.self).wrapped(by: wrappers)
    }
    #expect(problem?.option == option)
  }

  @Test(arguments: [ActionTransform.clip, .tanh]) func `choices have no bounds to keep within`(
    transform: ActionTransform
  ) {
    let problem = #expect(throws: WrapperProblem.self) {
      try EnvironmentSpecification(Countdown.self).wrapped(
        by: EnvironmentWrappers(actionTransform: transform))
    }
    #expect(problem?.option == "action-transform")
  }
}

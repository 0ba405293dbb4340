import Kernels
import RL
import TestKit
import Testing

/// Ends after as many steps as its slot's random number says, and pays what it is told.
struct Countdown: Environment {
  static let name = "countdown"
  var remaining = 0
  var observationSize: Int { 2 }
  var actionSpace: ActionSpace { .discrete(count: 3) }
  var stepLimit: Int { 700 }

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    remaining = 1 + random.index(below: 900)
    observation[0] = Float(remaining)
    observation[1] = 0
  }

  mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    remaining -= 1
    observation[0] = Float(remaining)
    observation[1] = random.uniform()
    return StepResult(reward: Float(action), end: remaining == 0 ? .terminated : nil)
  }
}

/// Returns NaN at its third step.
struct Broken: Environment {
  static let name = "broken"
  var steps = 0
  var observationSize: Int { 1 }
  var actionSpace: ActionSpace { .discrete(count: 2) }
  var stepLimit: Int { 10 }

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    steps = 0
    observation[0] = 0
  }

  mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    steps += 1
    observation[0] = 0
    return StepResult(reward: steps == 3 ? .nan : 1)
  }
}

/// How an environment that is right otherwise breaks the contract.
enum Flaw { case unwritten, forgetful, random, tooLong }
protocol FlawOf { static var flaw: Flaw { get } }
enum Unwritten: FlawOf { static let flaw = Flaw.unwritten }
enum Forgetful: FlawOf { static let flaw = Flaw.forgetful }
enum Nondeterministic: FlawOf { static let flaw = Flaw.random }
enum TooLong: FlawOf { static let flaw = Flaw.tooLong }

struct Flawed<F: FlawOf>: Environment {
  static var name: String { "flawed" }
  var steps = 0
  var observationSize: Int { 2 }
  var actionSpace: ActionSpace { .discrete(count: 2) }
  var stepLimit: Int { 10 }

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    if F.flaw != .forgetful { steps = 0 }
    (observation[0], observation[1]) = (Float(steps), 0)
  }

  mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    steps += 1
    observation[0] = F.flaw == .random ? .random(in: 0..<1) : Float(steps)
    if F.flaw != .unwritten { observation[1] = 1 }
    if F.flaw == .tooLong { observation[2] = 1 }
    return StepResult(reward: 1, end: steps % 5 == 0 ? .terminated : nil)
  }
}

/// Writes infinity as the observation that its end leads to.
struct BrokenAtTheEnd: Environment {
  static let name = "broken-at-the-end"
  var observationSize: Int { 1 }
  var actionSpace: ActionSpace { .discrete(count: 2) }
  var stepLimit: Int { 10 }

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    observation[0] = 0
  }

  mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    observation[0] = .infinity
    return StepResult(reward: 1, end: .terminated)
  }
}

/// Takes the action that its random word says, whatever it sees.
struct BlindPolicy: Policy {
  let observationSize: Int
  let count: Int
  var actionSpace: ActionSpace { .discrete(count: count) }
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
      actions[lane] = Float(random.index(below: count))
      logProbabilities[lane] = -Float(random.uniform())
    }
  }

  func evaluate(
    observations: Span<Float>, actions: Span<Float>, laneCount: Int, stride: Int,
    parameters: Span<Float>, workspace: inout Int,
    into logProbabilities: inout MutableSpan<Float>, entropies: inout MutableSpan<Float>
  ) {}

  func distributions(
    at observations: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    workspace: inout Int
  ) -> [ActionDistribution] {
    Array(
      repeating: .categorical([Array(repeating: 1 / Float(count), count: count)]), count: laneCount)
  }

  func accumulateScore(
    actions: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    weights: Span<Float>, entropyWeight: Float, workspace: inout Int,
    into gradient: inout MutableSpan<Float>
  ) {}
}

@Suite struct RolloutTests {
  /// Every episode by itself, keyed by slot, with all its numbers.
  private func play(
    lanes: Int, slots: [Int], ticksPerAdvance: Int = .max
  ) throws -> [Int: [Float]] {
    var rollout = Rollout(
      environment: Countdown.self, policy: BlindPolicy(observationSize: 2, count: 3),
      laneLimit: lanes, seed: 5)
    rollout.begin(
      RoundID(version: PolicyVersion(2), kind: .training),
      snapshot: PolicySnapshot(version: PolicyVersion(2), parameters: []))
    var block = TrajectoryBlock(observationSize: 2, actionSize: 1)
    var waiting = slots[...]
    var finished: [Int] = []
    while finished.count < slots.count {
      var ticks = 0
      try rollout.advance(
        while: { _ in
          ticks += 1
          return ticks < ticksPerAdvance
        }, nextSlot: { waiting.popFirst() },
        finished: {
          finished.append($0)
          return true
        }, into: &block)
    }
    #expect(finished == block.headers.map(\.slot))
    var result: [Int: [Float]] = [:]
    for (header, offset) in zip(block.headers, block.stepOffsets) {
      let steps = header.stepCount
      var numbers: [Float] = []
      numbers += block.observations[2 * offset..<2 * (offset + steps)]
      numbers += block.actions[offset..<offset + steps]
      numbers += block.rewards[offset..<offset + steps]
      numbers += block.finalObservations[2 * result.count..<2 * result.count + 2]
      numbers += [
        Float(steps), Float(header.end.rawValue),
        Float(bitPattern: UInt32(truncatingIfNeeded: header.fingerprint.low) & 0x3fff_ffff),
      ]
      result[header.slot] = numbers
    }
    return result
  }

  @Test func lanesCompanyAndPausesChangeNoBit() throws {
    let slots = Array(0..<50)
    let alone = try play(lanes: 1, slots: slots)
    #expect(alone.count == 50)
    #expect(try play(lanes: 7, slots: slots) == alone)
    #expect(try play(lanes: 64, slots: slots) == alone)
    #expect(try play(lanes: 33, slots: slots.reversed(), ticksPerAdvance: 11) == alone)
  }

  @Test func theStepLimitTruncatesAndAnEndOnTheLimitTerminates() throws {
    let episodes = try play(lanes: 16, slots: Array(0..<60))
    var truncated = 0
    for numbers in episodes.values {
      let (steps, end) = (numbers[numbers.count - 3], numbers[numbers.count - 2])
      let start = numbers[0]
      #expect(steps == min(start, 700))
      #expect(end == (start > 700 ? 2 : 1))
      // What is left to count, after the last step.
      #expect(numbers[numbers.count - 5] == start - steps)
      truncated += start > 700 ? 1 : 0
    }
    #expect(truncated > 3)
  }

  @Test func anInfiniteRewardIsNamedWithSlotAndStep() {
    var rollout = Rollout(
      environment: Broken.self, policy: BlindPolicy(observationSize: 1, count: 2), laneLimit: 4,
      seed: 1)
    let round = RoundID(version: .initial, kind: .training)
    rollout.begin(round, snapshot: PolicySnapshot(version: .initial, parameters: []))
    var block = TrajectoryBlock(observationSize: 1, actionSize: 1)
    var waiting = [9][...]
    let fault = #expect(throws: RolloutFault.self) {
      try rollout.advance(
        while: { _ in true }, nextSlot: { waiting.popFirst() }, finished: { _ in true },
        into: &block)
    }
    #expect(fault?.slot == 9)
    #expect(fault?.step == 2)
    #expect(block.isEmpty)
  }

  @Test func anInfiniteFinalObservationIsNamedWithSlotAndStep() {
    var rollout = Rollout(
      environment: BrokenAtTheEnd.self, policy: BlindPolicy(observationSize: 1, count: 2),
      laneLimit: 4, seed: 1)
    let round = RoundID(version: .initial, kind: .training)
    rollout.begin(round, snapshot: PolicySnapshot(version: .initial, parameters: []))
    var block = TrajectoryBlock(observationSize: 1, actionSize: 1)
    var waiting = [4][...]
    let fault = #expect(throws: RolloutFault.self) {
      try rollout.advance(
        while: { _ in true }, nextSlot: { waiting.popFirst() }, finished: { _ in true },
        into: &block)
    }
    #expect(fault?.slot == 4)
    #expect(fault?.step == 1)
  }

  /// Its neighbours on other lanes write theirs into the same memory.
  @Test(arguments: [1, 5]) func anEntryThatIsNotWrittenIsNamedWithSlotAndStep(lanes: Int) {
    var rollout = Rollout(
      environment: Flawed<Unwritten>.self, policy: BlindPolicy(observationSize: 2, count: 2),
      laneLimit: lanes, seed: 1)
    rollout.begin(
      RoundID(version: .initial, kind: .training),
      snapshot: PolicySnapshot(version: .initial, parameters: []))
    var block = TrajectoryBlock(observationSize: 2, actionSize: 1)
    var waiting = (0..<5)[...]
    let fault = #expect(throws: RolloutFault.self) {
      try rollout.advance(
        while: { _ in true }, nextSlot: { waiting.popFirst() }, finished: { _ in true },
        into: &block)
    }
    #expect(fault?.environment == "flawed")
    #expect(fault?.step == 1)
    #expect(fault?.problem == "returned nan as entry 1 of its observation")
  }

  @Test func theConformanceSuiteAcceptsAGoodEnvironmentAndNamesABrokenOne() {
    #expect(EnvironmentConformance.problems(of: Countdown.self, episodeCount: 3) == [])
    for (flaw, sentence) in [
      (Flaw.unwritten, "leaves entry 1 of the observation unwritten"),
      (.forgetful, "played before gives other numbers than a fresh one"),
      (.random, "played before gives other numbers than a fresh one"),
      (.tooLong, "slot 0: step 0 writes entry 2 of an observation of 2 entries"),
    ] {
      let problems =
        switch flaw {
        case .unwritten: EnvironmentConformance.problems(of: Flawed<Unwritten>.self)
        case .forgetful: EnvironmentConformance.problems(of: Flawed<Forgetful>.self)
        case .random: EnvironmentConformance.problems(of: Flawed<Nondeterministic>.self)
        case .tooLong: EnvironmentConformance.problems(of: Flawed<TooLong>.self)
        }
      #expect(problems.contains { $0.contains(sentence) }, "\(flaw): \(problems)")
    }
    let problems = EnvironmentConformance.problems(of: Broken.self, episodeCount: 1)
    #expect(problems.contains { $0.contains("step 2 pays nan") })
  }
}

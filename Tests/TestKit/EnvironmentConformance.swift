public import RL

/// Checks that an environment keeps the contract of ``Environment``. Each check returns what is wrong,
/// in a sentence; an empty array means that it conforms.
public enum EnvironmentConformance {
  /// Everything that can be checked of any environment, over `episodeCount` episodes of random actions.
  public static func problems<E: Environment>(
    of type: E.Type, episodeCount: Int = 20, seed: UInt64 = 1
  ) -> [String] {
    var problems: [String] = []
    let prototype = E()
    if prototype.observationSize < 1 { problems.append("observationSize is below 1") }
    if let problem = prototype.actionSpace.problem { problems.append("actionSpace \(problem)") }
    if !(1...RandomStream.maximumStepCount).contains(prototype.stepLimit) {
      problems.append("stepLimit is not in 1...\(RandomStream.maximumStepCount)")
    }
    problems += descriptionProblems(of: prototype)
    if !problems.isEmpty { return problems }
    var used = E()
    for slot in 0..<episodeCount {
      var roomy = E()
      problems += play(&roomy, slot: slot, seed: seed, spareEntries: 8).problems.map {
        "slot \(slot): \($0)"
      }
      // Without room to spare, writing too much ends the process.
      if !problems.isEmpty { return problems }
      var fresh = E()
      let first = play(&fresh, slot: slot, seed: seed)
      let second = play(&used, slot: slot, seed: seed)
      problems += first.problems.map { "slot \(slot): \($0)" }
      if first.numbers != second.numbers {
        problems.append(
          "slot \(slot): an environment that played before gives other numbers than a fresh one")
      }
    }
    problems += laneProblems(of: type, seed: seed)
    return problems
  }

  private static func descriptionProblems<E: Environment>(of environment: E) -> [String] {
    let description = E.description
    var problems: [String] = []
    func check(_ names: [String], _ what: String, count: Int) {
      if !names.isEmpty && names.count != count {
        problems.append("describes \(names.count) \(what), not \(count)")
      }
    }
    check(
      description.observationNames, "entries of an observation",
      count: environment.observationSize)
    switch environment.actionSpace {
    case .discrete(let count): check(description.actionNames, "actions", count: count)
    case .multiDiscrete, .multiBinary, .box:
      check(
        description.actionNames, "entries of an action", count: environment.actionSpace.actionSize)
    }
    return problems
  }

  private struct Record {
    var numbers: [UInt32] = []
    var problems: [String] = []
  }

  /// One episode of random actions, whose observations have room for `spareEntries` more than they should
  /// need.
  private static func play<E: Environment>(
    _ environment: inout E, slot: Int, seed: UInt64, spareEntries: Int = 0
  ) -> Record {
    var record = Record()
    let size = environment.observationSize
    func stream(_ purpose: StreamPurpose, _ step: Int) -> RandomStream {
      RandomStream(
        seed: seed, version: .initial, slot: slot, kind: .training, purpose: purpose, step: step)
    }
    // NaN marks entries that the environment forgets to write.
    var observation = [Float](repeating: .nan, count: size + spareEntries)
    func check(_ what: String, step: Int) {
      // All of them are written by who writes every entry of whatever it is handed.
      let written = (size..<size + spareEntries).filter { !observation[$0].isNaN }
      if let last = written.last, written.count < spareEntries {
        record.problems.append(
          "\(what) \(step) writes entry \(last) of an observation of \(size) entries")
      }
      for entry in 0..<size where !observation[entry].isFinite {
        record.problems.append(
          "\(what) \(step) leaves entry \(entry) of the observation unwritten or not finite")
      }
      record.numbers += observation.prefix(size).map(\.bitPattern)
      for entry in observation.indices { observation[entry] = .nan }
    }
    var random = stream(.reset, 0)
    var view = observation.mutableSpan
    environment.reset(using: &random, observation: &view)
    check("reset", step: 0)
    for step in 0..<min(environment.stepLimit, 2_000) {
      var choice = stream(.action, step)
      var dynamics = stream(.dynamics, step)
      var view = observation.mutableSpan
      let row = environment.actionSpace.randomAction(using: &choice)
      let action = E.Action.read(row.span, actionSize: row.count, lane: 0, stride: 1)
      let result = environment.step(action, using: &dynamics, observation: &view)
      check("step", step: step)
      if !result.reward.isFinite { record.problems.append("step \(step) pays \(result.reward)") }
      if let range = E.description.rewardRange,
        result.reward < Float(range.lowerBound) || result.reward > Float(range.upperBound)
      {
        record.problems.append(
          "step \(step) pays \(result.reward), which is not in \(range.lowerBound) to "
            + "\(range.upperBound)")
      }
      record.numbers.append(result.reward.bitPattern)
      if result.end != nil || !record.problems.isEmpty { break }
    }
    return record
  }

  /// The vectorised lanes against the scalar environment.
  private static func laneProblems<E: Environment>(of type: E.Type, seed: UInt64) -> [String] {
    let (laneCount, stride) = (19, 32)
    var lanes = E.makeLanes(laneCount: stride)
    var scalars = (0..<laneCount).map { _ in E() }
    let size = scalars[0].observationSize
    var observations = [Float](repeating: 0, count: size * stride)
    let actionSize = scalars[0].actionSpace.actionSize
    var actions = [Float](repeating: 0, count: actionSize * stride)
    var rewards = [Float](repeating: 0, count: stride)
    var ends = [UInt8](repeating: 0, count: stride)
    var streams = LaneStreams(
      seed: seed, version: .initial, kind: .training, laneCount: stride)
    var scalarObservation = [Float](repeating: 0, count: size)
    func column(_ lane: Int) -> [Float] { (0..<size).map { observations[$0 * stride + lane] } }
    for lane in 0..<laneCount {
      streams.slots[lane] = UInt32(lane)
      var random = streams.stream(lane: lane, purpose: .reset)
      var view = observations.mutableSpan
      lanes.reset(lane: lane, using: &random, observations: &view, stride: stride)
      random = streams.stream(lane: lane, purpose: .reset)
      var scalarView = scalarObservation.mutableSpan
      scalars[lane].reset(using: &random, observation: &scalarView)
      if column(lane) != scalarObservation { return ["lane \(lane) resets to other numbers"] }
    }
    var running = Set(0..<laneCount)
    for step in 0..<200 where !running.isEmpty {
      for lane in 0..<laneCount {
        var choice = streams.stream(lane: lane, purpose: .action)
        let row = scalars[lane].actionSpace.randomAction(using: &choice)
        for (entry, value) in row.enumerated() { actions[entry * stride + lane] = value }
      }
      var (view, rewardView, endView) = (observations, rewards, ends)
      var observationSpan = view.mutableSpan
      var rewardSpan = rewardView.mutableSpan
      var endSpan = endView.mutableSpan
      lanes.step(
        laneCount: laneCount, actions: actions.span, streams: streams,
        observations: &observationSpan, stride: stride, rewards: &rewardSpan, ends: &endSpan)
      (observations, rewards, ends) = (view, rewardView, endView)
      for lane in running.sorted() {
        var random = streams.stream(lane: lane, purpose: .dynamics)
        var scalarView = scalarObservation.mutableSpan
        let action = E.Action.read(
          actions.span, actionSize: actionSize, lane: lane, stride: stride)
        let result = scalars[lane].step(action, using: &random, observation: &scalarView)
        let same =
          column(lane) == scalarObservation && rewards[lane] == result.reward
          && ends[lane] == result.end?.rawValue ?? 0
        if !same { return ["lane \(lane) differs from the scalar environment at step \(step)"] }
        if result.end != nil { running.remove(lane) }
      }
      for lane in 0..<laneCount { streams.steps[lane] += 1 }
    }
    return []
  }
}

extension ActionSpace {
  /// A uniformly random action; unbounded numbers come from within ±1000 of their bound or of zero.
  package func randomAction(using random: inout RandomStream) -> [Float] {
    // One step's stream ends after 64 words, and an action may have more entries.
    var bits = UInt64(random.nextWord()) << 32 | UInt64(random.nextWord())
    func fraction() -> Double {
      // SplitMix64: Steele, Lea, Flood, OOPSLA 2014.
      bits &+= 0x9e37_79b9_7f4a_7c15
      var z = bits
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
    }
    func index(below count: Int) -> Float { Float(Int(fraction() * Double(count))) }
    switch self {
    case .discrete(let count): return [index(below: count)]
    case .multiDiscrete(let counts): return counts.map { index(below: $0) }
    case .multiBinary(let count): return (0..<count).map { _ in index(below: 2) }
    case .box(let low, let high):
      return zip(low, high).map { low, high in
        let lower = low.isFinite ? Double(low) : min(Double(high), 0) - 1000
        let upper = high.isFinite ? Double(high) : max(Double(low), 0) + 1000
        return Float(lower + (upper - lower) * fraction())
      }
    }
  }
}

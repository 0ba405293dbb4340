public import RL

// The contract of lanes, whatever they are made of: an environment within wrappers, an environment in
// another process, or a wrapper of one's own.
extension EnvironmentConformance {
  /// Everything that can be checked of an environment as the rollout sees it, over `episodeCount` episodes
  /// of random actions: on one lane and on many, on new lanes and on used ones, an episode has the same
  /// numbers.
  ///
  /// What an environment does that is not reproducible is not compared.
  public static func problems(
    of specification: EnvironmentSpecification, episodeCount: Int = 20, seed: UInt64 = 1
  ) -> [String] {
    var problems = firstObservationProblems(of: specification, seed: seed)
    if !problems.isEmpty { return problems }
    let policy = UniformPolicy(
      observationSize: specification.observationSize, actionSpace: specification.actionSpace)
    let slots = Array(0..<episodeCount)
    var reference: [Int: [UInt32]] = [:]
    for laneLimit in [1, 5, 33] {
      var rollout = Rollout(
        environment: specification, policy: policy, laneLimit: laneLimit, seed: seed)
      do throws(RolloutFault) {
        let new = try play(slots, by: &rollout, specification)
        let used = try play(slots.reversed(), by: &rollout, specification)
        if reference.isEmpty { reference = new }
        guard specification.isReproducible else { continue }
        for slot in slots {
          if new[slot] != reference[slot] {
            problems.append("slot \(slot): \(laneLimit) lanes give other numbers than one")
          } else if used[slot] != new[slot] {
            problems.append(
              "slot \(slot): lanes that played before give other numbers than fresh ones")
          }
        }
      } catch {
        problems.append("\(error)")
      }
      if !problems.isEmpty { break }
    }
    return problems
  }

  /// Resets some lanes of a matrix in which nothing was written.
  private static func firstObservationProblems(
    of specification: EnvironmentSpecification, seed: UInt64
  ) -> [String] {
    let (laneCount, stride) = (5, 32)
    let size = specification.observationSize
    var lanes = specification.makeLanes(groupCount: 1, laneCount: stride)[0]
    guard lanes.observationSize == size else {
      return ["its lanes show \(lanes.observationSize) numbers, and it says \(size)"]
    }
    var streams = LaneStreams(seed: seed, version: .initial, kind: .training, laneCount: stride)
    var observations = [Float](repeating: .nan, count: size * stride)
    for lane in 0..<laneCount {
      streams.slots[lane] = UInt32(lane)
      var random = streams.stream(lane: lane, purpose: .reset)
      var view = observations.mutableSpan
      lanes.reset(lane: lane, using: &random, observations: &view, stride: stride)
    }
    var view = observations.mutableSpan
    if lanes.beginResets() { lanes.completeResets(observations: &view, stride: stride) }
    if case .failed(_, let problem, _)? = lanes.takeFault() { return ["reset \(problem)"] }
    for entry in 0..<size {
      for lane in 0..<stride {
        let value = observations[entry * stride + lane]
        if lane < laneCount, !value.isFinite {
          return ["reset of lane \(lane) leaves entry \(entry) unwritten or not finite"]
        }
        if lane >= laneCount, !value.isNaN {
          return ["reset of the lanes before writes entry \(entry) of lane \(lane)"]
        }
      }
    }
    return []
  }

  /// The bits of each slot's episode.
  private static func play(
    _ slots: [Int], by rollout: inout Rollout<UniformPolicy>,
    _ specification: EnvironmentSpecification
  ) throws(RolloutFault) -> [Int: [UInt32]] {
    rollout.begin(
      RoundID(version: .initial, kind: .training),
      snapshot: PolicySnapshot(version: .initial, parameters: []))
    let (size, actionSize) = (specification.observationSize, specification.actionSpace.actionSize)
    var block = TrajectoryBlock(observationSize: size, actionSize: actionSize)
    var waiting = slots[...]
    try rollout.advance(
      while: { _ in true }, nextSlot: { waiting.popFirst() }, finished: { _ in true }, into: &block)
    var episodes: [Int: [UInt32]] = [:]
    for (index, header) in block.headers.enumerated() {
      let (first, steps) = (block.stepOffsets[index], header.stepCount)
      let numbers =
        block.observations[size * first..<size * (first + steps)]
        + block.actions[actionSize * first..<actionSize * (first + steps)]
        + block.rewards[first..<first + steps]
        + block.finalObservations[index * size..<(index + 1) * size]
      episodes[header.slot] = numbers.map(\.bitPattern) + [UInt32(header.end.rawValue)]
    }
    return episodes
  }
}

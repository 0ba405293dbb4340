package import RL
internal import Synchronization

/// A group of Gymnasium environments as the rollout steps them: its steps take place in Python.
package struct GymnasiumLanes: EnvironmentLanes {
  package let observationSize: Int
  private let server: GymnasiumServer
  private let group: Int
  /// Which environment each lane has; lanes swap them.
  private var indices: [Int]
  private var slots: [UInt32]
  private var seeds: [UInt32]
  private var needsReset: [Bool]
  /// Lanes whose resets are under way.
  private var resetting: [Int] = []
  private var fault: LaneFault?

  init(server: GymnasiumServer, group: Int, laneCount: Int) {
    self.server = server
    self.group = group
    observationSize = server.description.observationSize
    indices = Array(0..<laneCount)
    slots = Array(repeating: 0, count: laneCount)
    seeds = slots
    needsReset = Array(repeating: false, count: laneCount)
  }

  package var stepsElsewhere: Bool { true }

  /// Notes the episode's seed: 32 bits, because generators of old take no more. It depends on the run's
  /// seed, the policy version and the slot, as every random number does.
  package mutating func reset(
    lane: Int, using random: inout RandomStream, observations: inout MutableSpan<Float>, stride: Int
  ) {
    slots[lane] = UInt32(random.slot)
    seeds[lane] = random.nextWord()
    needsReset[lane] = true
  }

  package mutating func beginResets() -> Bool {
    let lanes = needsReset.indices.filter { needsReset[$0] }
    guard !lanes.isEmpty else { return false }
    let (group, indices, slots, seeds) = (self.group, self.indices, self.slots, self.seeds)
    server.post(.reset, group: group, count: lanes.count) { memory in
      for (row, lane) in lanes.enumerated() {
        memory.setOrder(group: group, row: row, index: indices[lane])
        memory.setEpisode(
          group: group, index: indices[lane], slot: slots[lane], seed: seeds[lane])
      }
    }
    for lane in lanes { needsReset[lane] = false }
    resetting = lanes
    return true
  }

  package mutating func completeResets(
    observations: inout MutableSpan<Float>, stride: Int
  ) {
    let (group, indices, lanes) = (self.group, self.indices, resetting)
    let outcome = server.wait(group: group) { memory in
      for lane in lanes {
        memory.copyObservation(
          group: group, index: indices[lane], to: &observations, lane: lane, stride: stride)
      }
    }
    note(outcome)
  }

  package mutating func begin(laneCount: Int, actions: Span<Float>, stride: Int) {
    let (group, indices) = (self.group, self.indices)
    server.post(.step, group: group, count: laneCount) { memory in
      for lane in 0..<laneCount { memory.setOrder(group: group, row: lane, index: indices[lane]) }
      memory.setActions(group: group, laneCount: laneCount, actions, stride: stride)
    }
  }

  package mutating func step(
    laneCount: Int, actions: Span<Float>, streams: borrowing LaneStreams,
    observations: inout MutableSpan<Float>, stride: Int, rewards: inout MutableSpan<Float>,
    ends: inout MutableSpan<UInt8>
  ) {
    let (group, indices) = (self.group, self.indices)
    for lane in 0..<laneCount { ends[lane] = 0 }
    let outcome = server.wait(group: group) { memory in
      for lane in 0..<laneCount {
        let index = indices[lane]
        memory.copyObservation(
          group: group, index: index, to: &observations, lane: lane, stride: stride)
        rewards[lane] = memory.reward(group: group, index: index)
        ends[lane] = memory.end(group: group, index: index)
      }
    }
    note(outcome)
  }

  private mutating func note(_ outcome: GymnasiumServer.Outcome) {
    switch outcome {
    case .done: break
    case .replaced: fault = .replaced
    case .failed(let slot, let problem, let detail):
      fault = .failed(slot: slot, problem: problem, detail: detail)
    }
  }

  package mutating func takeFault() -> LaneFault? {
    defer { fault = nil }
    return fault
  }

  package mutating func move(lane source: Int, to destination: Int) {
    indices.swapAt(source, destination)
    slots.swapAt(source, destination)
    seeds.swapAt(source, destination)
    needsReset.swapAt(source, destination)
  }
}

extension GymnasiumEnvironment {
  /// Starts Python, asks for the spaces, and makes the specification whose lanes are stepped there.
  ///
  /// `plays` keeps the process for the first lanes; others start one of their own.
  package func specification(
    _ hosting: GymnasiumHosting, plays: Bool, warn: @escaping @Sendable (String) -> Void
  ) throws(GymnasiumError) -> EnvironmentSpecification {
    let first = try GymnasiumServer(self, hosting, warn: warn)
    let description = first.description
    let kept = Mutex(plays ? first : nil)
    return EnvironmentSpecification(
      name: name, observationSize: description.observationSize,
      actionSpace: description.actionSpace, stepLimit: description.stepLimit,
      rewardThreshold: description.rewardThreshold, isReproducible: description.isReproducible,
      stepsElsewhere: true
    ) { groupCount, laneCount in
      let kept = kept.withLock { $0.take() }
      let server = kept ?? GymnasiumServer(self, hosting, description, warn: warn)
      server.prepare(groups: Array(repeating: laneCount, count: groupCount))
      return (0..<groupCount).map {
        GymnasiumLanes(server: server, group: $0, laneCount: laneCount)
      }
    }
  }
}

internal import Kernels

/// The records of the episodes that lanes play now, one record a lane, each feature-major.
///
/// A record holds `rowCount` rows of `capacity` steps: observations, actions, log-probability, reward.
/// All records live in one array that grows when an episode outgrows it.
struct EpisodeRecorder {
  private let observationSize: Int
  private let actionSize: Int
  private let stepLimit: Int
  private let laneCount: Int
  private var capacity: Int
  private var storage: [Float]
  /// First entry of each lane's record plus the steps recorded so far.
  private var positions: [Int]
  /// Which record each lane writes to; compaction swaps them.
  private var records: [Int]
  /// No lane has recorded more steps than this.
  private var longest = 0

  private var rowCount: Int { observationSize + actionSize + 2 }
  private var actionRow: Int { observationSize }
  private var logProbabilityRow: Int { observationSize + actionSize }
  private var rewardRow: Int { observationSize + actionSize + 1 }

  init(observationSize: Int, actionSize: Int, laneCount: Int, stepLimit: Int) {
    self.observationSize = observationSize
    self.actionSize = actionSize
    self.laneCount = laneCount
    self.stepLimit = stepLimit
    // 64 more than a power of two, so that rows of one record do not share a cache set.
    capacity = min(stepLimit, 576)
    let size = (observationSize + actionSize + 2) * capacity
    records = Array(0..<laneCount)
    positions = records.map { $0 * size }
    storage = Array(repeating: 0, count: laneCount * size)
  }

  private func base(_ lane: Int) -> Int { records[lane] * rowCount * capacity }

  private func stepCount(_ lane: Int) -> Int { positions[lane] - base(lane) }

  mutating func start(lane: Int) { positions[lane] = base(lane) }

  mutating func move(lane source: Int, to destination: Int) {
    records.swapAt(source, destination)
    positions.swapAt(source, destination)
  }

  /// Records what was seen and chosen at the step that begins.
  mutating func recordChoice(
    observations: Span<Float>, actions: Span<Float>, logProbabilities: Span<Float>, laneCount: Int,
    stride: Int
  ) {
    if longest == capacity {
      longest = (0..<laneCount).reduce(0) { max($0, stepCount($1)) }
      if longest == capacity { grow() }
    }
    longest += 1
    scatter(observations, rows: observationSize, toRow: 0, laneCount: laneCount, stride: stride)
    scatter(actions, rows: actionSize, toRow: actionRow, laneCount: laneCount, stride: stride)
    scatter(
      logProbabilities, rows: 1, toRow: logProbabilityRow, laneCount: laneCount, stride: stride)
  }

  /// Records the reward, which ends the step.
  mutating func recordReward(_ rewards: Span<Float>, laneCount: Int, stride: Int) {
    scatter(rewards, rows: 1, toRow: rewardRow, laneCount: laneCount, stride: stride)
    var view = positions.mutableSpan
    for lane in 0..<laneCount { view[lane] &+= 1 }
  }

  private mutating func scatter(
    _ source: Span<Float>, rows: Int, toRow row: Int, laneCount: Int, stride: Int
  ) {
    let (positions, capacity) = (self.positions, self.capacity)
    var view = storage.mutableSpan
    var destination = view._mutatingExtracting(droppingFirst: row * capacity)
    Scatter.columns(
      of: source, rows: rows, laneCount: laneCount, stride: stride, positions: positions.span,
      destinationStride: capacity, into: &destination)
  }

  private mutating func grow() {
    let newCapacity = min(stepLimit, capacity * 2)
    precondition(newCapacity > capacity, "an episode is never longer than its step limit")
    var grown = Array(repeating: Float(0), count: laneCount * rowCount * newCapacity)
    for lane in 0..<laneCount {
      let steps = stepCount(lane)
      for row in 0..<rowCount {
        let from = base(lane) + row * capacity
        let to = (records[lane] * rowCount + row) * newCapacity
        grown.replaceSubrange(to..<to + steps, with: storage[from..<from + steps])
      }
      positions[lane] = records[lane] * rowCount * newCapacity + steps
    }
    storage = grown
    capacity = newCapacity
  }

  /// The first step whose observation, reward or log-probability is not finite; the final observation,
  /// of which `observations` holds one column for each lane, counts as one step more.
  func firstFault(
    lane: Int, observations: Span<Float>, stride: Int
  ) -> (step: Int, problem: String)? {
    let steps = stepCount(lane)
    var first: (step: Int, row: Int)?
    for row in 0..<rowCount {
      let start = base(lane) + row * capacity
      let values = storage.span.extracting(start..<start + steps)
      if Reductions.areFinite(values) { continue }
      for step in 0..<steps where !values[step].isFinite {
        if step < first?.step ?? steps { first = (step, row) }
        break
      }
    }
    guard let first else {
      for row in 0..<observationSize where !observations[row * stride + lane].isFinite {
        let value = observations[row * stride + lane]
        return (steps, "returned \(value) as entry \(row) of its observation")
      }
      return nil
    }
    let value = storage[base(lane) + first.row * capacity + first.step]
    let problem =
      switch first.row {
      case rewardRow: "returned the reward \(value)"
      case 0..<observationSize: "returned \(value) as entry \(first.row) of its observation"
      default: "was played by a policy whose probabilities are not finite"
      }
    return (first.step, problem)
  }

  /// Appends the finished episode of `lane`, whose column of `observations` is the final one. One at
  /// fault may hold numbers that have no hash; its fingerprint is zero.
  func append(
    lane: Int, slot: Int, end: EpisodeEnd, isFaulty: Bool = false, observations: Span<Float>,
    stride: Int, to block: inout TrajectoryBlock
  ) {
    let steps = stepCount(lane)
    func row(_ row: Int) -> Range<Int> {
      let start = base(lane) + row * capacity
      return start..<start + steps
    }
    for feature in 0..<observationSize {
      block.observations.append(contentsOf: storage[row(feature)])
    }
    for entry in 0..<actionSize {
      block.actions.append(contentsOf: storage[row(actionRow + entry)])
    }
    block.rewards.append(contentsOf: storage[row(rewardRow)])
    for feature in 0..<observationSize {
      block.finalObservations.append(observations[feature * stride + lane])
    }
    block.headers.append(
      TrajectoryHeader(
        slot: slot, stepCount: steps, end: end,
        fingerprint: isFaulty
          ? Digest128(high: 0, low: 0)
          : Digest128.hash(of: storage.span.extracting(row(logProbabilityRow)))))
  }
}

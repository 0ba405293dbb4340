internal import Kernels

/// The records of the episodes that lanes play now, one record a lane, each feature-major.
///
/// A record holds `rowCount` rows: observations, actions, log-probability, reward. Ticks are kept as
/// they come, all lanes side by side, and ``TickRecords/tickCount`` of them are moved to the records at
/// once: a step then costs each lane a sixteenth of a cache line and not one of every row. An episode
/// that began at tick t of those begins at column t of its record, so that whatever is moved lies in
/// whole cache lines; what stands before is never read.
///
/// All records live in one array that grows when an episode outgrows it.
struct EpisodeRecorder {
  private let observationSize: Int
  private let actionSize: Int
  private let laneCount: Int
  /// Columns of a record: a multiple of the ticks moved at once.
  private var capacity: Int
  private let greatestCapacity: Int
  private var storage: [Float]
  /// Shape: `[tickCount][rowCount][laneCount]`.
  private var ticks: [Float]
  /// Ticks that are complete and not moved.
  private var tick = 0
  /// Where each lane's record goes on when ticks are moved.
  private var positions: [Int]
  /// The column of its record at which each lane's episode begins.
  private var firstColumns: [Int]
  /// Which record each lane writes to; compaction swaps them.
  private var records: [Int]
  /// No lane has more columns in its record than this.
  private var longest = 0

  private static var tickCount: Int { TickRecords.tickCount }
  private var rowCount: Int { observationSize + actionSize + 2 }
  private var actionRow: Int { observationSize }
  private var logProbabilityRow: Int { observationSize + actionSize }
  private var rewardRow: Int { observationSize + actionSize + 1 }

  /// - Precondition: `laneCount` is a multiple of 32.
  init(observationSize: Int, actionSize: Int, laneCount: Int, stepLimit: Int) {
    self.observationSize = observationSize
    self.actionSize = actionSize
    self.laneCount = laneCount
    greatestCapacity = (stepLimit - 1 + 2 * Self.tickCount - 1) / Self.tickCount * Self.tickCount
    // Not a power of two, so that the rows of a record do not share a cache set.
    capacity = min(greatestCapacity, 576)
    let rowCount = observationSize + actionSize + 2
    let size = rowCount * capacity
    records = Array(0..<laneCount)
    positions = records.map { $0 * size }
    firstColumns = Array(repeating: 0, count: laneCount)
    ticks = Array(repeating: 0, count: Self.tickCount * rowCount * laneCount)
    storage = Array(repeating: 0, count: laneCount * size)
  }

  private func base(_ lane: Int) -> Int { records[lane] * rowCount * capacity }

  /// Columns of a lane's record that ticks were moved to.
  private func columnCount(_ lane: Int) -> Int { positions[lane] - base(lane) }

  private func stepCount(_ lane: Int) -> Int { columnCount(lane) + tick - firstColumns[lane] }

  /// The places of one row of a lane's episode, once its ticks were collected.
  private func places(row: Int, lane: Int) -> Range<Int> {
    let start = base(lane) + row * capacity + firstColumns[lane]
    return start..<start + stepCount(lane)
  }

  mutating func start(lane: Int) {
    positions[lane] = base(lane)
    firstColumns[lane] = tick
  }

  mutating func move(lane source: Int, to destination: Int) {
    records.swapAt(source, destination)
    positions.swapAt(source, destination)
    firstColumns.swapAt(source, destination)
    // Also the tick that was begun, if one was.
    for row in 0..<min(tick + 1, Self.tickCount) * rowCount {
      ticks[row * laneCount + destination] = ticks[row * laneCount + source]
    }
  }

  /// Records what was seen and chosen at the step that begins.
  mutating func recordChoice(
    observations: Span<Float>, actions: Span<Float>, logProbabilities: Span<Float>,
    laneCount: Int, stride: Int
  ) {
    record(observations, rows: observationSize, asRow: 0, laneCount: laneCount, stride: stride)
    record(actions, rows: actionSize, asRow: actionRow, laneCount: laneCount, stride: stride)
    record(
      logProbabilities, rows: 1, asRow: logProbabilityRow, laneCount: laneCount, stride: stride)
  }

  /// Records the reward, which ends the step.
  mutating func recordReward(_ rewards: Span<Float>, laneCount: Int, stride: Int) {
    record(rewards, rows: 1, asRow: rewardRow, laneCount: laneCount, stride: stride)
    tick += 1
    if tick == Self.tickCount { moveTicks(laneCount: laneCount) }
  }

  private mutating func record(
    _ source: Span<Float>, rows: Int, asRow row: Int, laneCount: Int, stride: Int
  ) {
    let width = self.laneCount
    let first = (tick * rowCount + row) * width
    var view = ticks.mutableSpan
    var place = view._mutatingExtracting(droppingFirst: first)
    Columns.copy(
      source, rows: rows, laneCount: laneCount, stride: stride, into: &place,
      destinationStride: width)
  }

  /// Moves all ticks to the records of the lanes `0..<laneCount`.
  private mutating func moveTicks(laneCount: Int) {
    if longest + Self.tickCount > capacity {
      longest = (0..<laneCount).reduce(0) { max($0, columnCount($1)) }
      if longest + Self.tickCount > capacity { grow() }
    }
    let (ticks, rows, width, recordStride) = (self.ticks, rowCount, self.laneCount, capacity)
    var positions: [Int] = []
    swap(&positions, &self.positions)
    var view = storage.mutableSpan
    TickRecords.move(
      ticks.span, rows: rows, laneCount: laneCount, stride: width, positions: positions.span,
      destinationStride: recordStride, into: &view)
    var positionView = positions.mutableSpan
    for lane in 0..<laneCount { positionView[lane] &+= Self.tickCount }
    swap(&positions, &self.positions)
    longest += Self.tickCount
    tick = 0
  }

  /// Copies the ticks of a lane that were not moved to its record, so that its episode can be read.
  mutating func collect(lane: Int) {
    guard tick > 0 else { return }
    if columnCount(lane) + Self.tickCount > capacity { grow() }
    for row in 0..<rowCount {
      let place = positions[lane] + row * capacity
      for tick in 0..<tick {
        storage[place + tick] = ticks[(tick * rowCount + row) * laneCount + lane]
      }
    }
  }

  private mutating func grow() {
    let newCapacity = min(greatestCapacity, capacity * 2)
    precondition(newCapacity > capacity, "an episode is never longer than its step limit")
    var grown = Array(repeating: Float(0), count: laneCount * rowCount * newCapacity)
    for lane in 0..<laneCount {
      let columns = columnCount(lane)
      for row in 0..<rowCount {
        let from = base(lane) + row * capacity
        let to = (records[lane] * rowCount + row) * newCapacity
        grown.replaceSubrange(to..<to + columns, with: storage[from..<from + columns])
      }
      positions[lane] = records[lane] * rowCount * newCapacity + columns
    }
    storage = grown
    capacity = newCapacity
  }

  /// The first step whose observation, reward or log-probability is not finite; the final observation,
  /// of which `observations` holds one column for each lane, counts as one step more.
  ///
  /// - Precondition: the lane's ticks were collected.
  func firstFault(
    lane: Int, observations: Span<Float>, stride: Int
  ) -> (step: Int, problem: String)? {
    let steps = stepCount(lane)
    var first: (step: Int, row: Int)?
    for row in 0..<rowCount {
      let values = storage.span.extracting(places(row: row, lane: lane))
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
    let value = storage[places(row: first.row, lane: lane).lowerBound + first.step]
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
  ///
  /// - Precondition: the lane's ticks were collected.
  func append(
    lane: Int, slot: Int, end: EpisodeEnd, isFaulty: Bool = false, observations: Span<Float>,
    stride: Int, to block: inout TrajectoryBlock
  ) {
    func row(_ row: Int) -> Range<Int> { places(row: row, lane: lane) }
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
        slot: slot, stepCount: stepCount(lane), end: end,
        fingerprint: isFaulty
          ? Digest128(high: 0, low: 0)
          : Digest128.hash(of: storage.span.extracting(row(logProbabilityRow)))))
  }
}

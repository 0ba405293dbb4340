internal import RL

/// The steps of a group's episodes, concatenated in slot order and cut into tiles of fixed width;
/// columns behind the last step are zero.
struct GroupTiles: Sendable {
  private var observationSize = 0
  private var actionSize = 0
  /// Shape: per tile `[observationSize][tileSize]`.
  private var observations: [Float] = []
  /// Shape: per tile `[actionSize][tileSize]`.
  private var actions: [Float] = []
  /// The steps of each episode within the group.
  private(set) var stepRanges: [Range<Int>] = []

  private static var tileSize: Int { RoundPartition.tileSize }

  var stepCount: Int { stepRanges.last?.upperBound ?? 0 }
  var tileCount: Int { (stepCount + Self.tileSize - 1) / Self.tileSize }
  var paddedStepCount: Int { tileCount * Self.tileSize }

  func laneCount(of tile: Int) -> Int { min(Self.tileSize, stepCount - tile * Self.tileSize) }

  mutating func assemble(
    _ trajectories: [TrajectoryReference], observationSize: Int, actionSize: Int,
    normalization: ObservationNormalization?
  ) {
    self.observationSize = observationSize
    self.actionSize = actionSize
    stepRanges = []
    var offset = 0
    for trajectory in trajectories {
      stepRanges.append(offset..<offset + trajectory.header.stepCount)
      offset += trajectory.header.stepCount
    }
    observations = Array(repeating: 0, count: paddedStepCount * observationSize)
    actions = Array(repeating: 0, count: paddedStepCount * actionSize)
    let placed = Array(zip(trajectories, stepRanges))
    let tiles = (0..<tileCount).map { (rows(observationSize, of: $0), laneCount(of: $0)) }
    var observationView = observations.mutableSpan
    for (trajectory, range) in placed {
      Self.copy(
        trajectory.block.observations.span, from: trajectory.stepOffset * observationSize,
        rows: observationSize, to: range, into: &observationView)
    }
    if let normalization {
      for (rows, laneCount) in tiles {
        var part = observationView._mutatingExtracting(rows)
        normalization.apply(to: &part, laneCount: laneCount, stride: Self.tileSize)
      }
    }
    var actionView = actions.mutableSpan
    for (trajectory, range) in placed {
      Self.copy(
        trajectory.block.actions.span, from: trajectory.stepOffset * actionSize,
        rows: actionSize, to: range, into: &actionView)
    }
  }

  /// Copies the `rows` rows of one episode, which begin at `start`, to the columns `range`.
  private static func copy(
    _ source: Span<Float>, from start: Int, rows: Int, to range: Range<Int>,
    into destination: inout MutableSpan<Float>
  ) {
    let stepCount = range.count
    var step = 0
    while step < stepCount {
      let (tile, lane) = (range.lowerBound + step).quotientAndRemainder(dividingBy: tileSize)
      let count = min(stepCount - step, tileSize - lane)
      for row in 0..<rows {
        let from = start + row * stepCount + step
        let to = (tile * rows + row) * tileSize + lane
        let piece = source.extracting(from..<from + count)
        var place = destination._mutatingExtracting(to..<to + count)
        for index in 0..<count { place[index] = piece[index] }
      }
      step += count
    }
  }

  /// Log-probabilities and entropies of one tile's steps, written to their places within the group.
  func evaluate<P: Policy>(
    _ tile: Int, policy: P, parameters: [Float], workspace: inout P.Workspace,
    logProbabilities: inout [Float], entropies: inout [Float]
  ) {
    let columns = tile * Self.tileSize..<(tile + 1) * Self.tileSize
    var logProbabilityView = logProbabilities.mutableSpan
    var entropyView = entropies.mutableSpan
    var logProbabilityPart = logProbabilityView._mutatingExtracting(columns)
    var entropyPart = entropyView._mutatingExtracting(columns)
    policy.evaluate(
      observations: observations.span.extracting(rows(observationSize, of: tile)),
      actions: actions.span.extracting(rows(actionSize, of: tile)), laneCount: laneCount(of: tile),
      stride: Self.tileSize, parameters: parameters.span, workspace: &workspace,
      into: &logProbabilityPart, entropies: &entropyPart)
  }

  /// Adds the weighted scores of one evaluated tile. The group's weights begin at `firstStep`.
  func accumulateScore<P: Policy>(
    _ tile: Int, policy: P, parameters: [Float], weights: [Float], firstStep: Int,
    entropyWeight: Float, workspace: inout P.Workspace, into sum: inout GroupGradient
  ) {
    let first = firstStep + tile * Self.tileSize
    let count = laneCount(of: tile)
    sum.accumulate(tile: tile) { gradient in
      policy.accumulateScore(
        actions: actions.span.extracting(rows(actionSize, of: tile)), laneCount: count,
        stride: Self.tileSize, parameters: parameters.span,
        weights: weights.span.extracting(first..<first + count), entropyWeight: entropyWeight,
        workspace: &workspace, into: &gradient)
    }
  }

  /// V of one tile's steps, written to their places within the group.
  func evaluate<V: ValueFunction>(
    _ tile: Int, by function: V, parameters: [Float], workspace: inout V.Workspace,
    into values: inout [Float]
  ) {
    var view = values.mutableSpan
    var part = view._mutatingExtracting(tile * Self.tileSize..<(tile + 1) * Self.tileSize)
    function.evaluate(
      observations: observations.span.extracting(rows(observationSize, of: tile)),
      laneCount: laneCount(of: tile), stride: Self.tileSize, parameters: parameters.span,
      workspace: &workspace, into: &part)
  }

  private func rows(_ rowCount: Int, of tile: Int) -> Range<Int> {
    let size = rowCount * Self.tileSize
    return tile * size..<(tile + 1) * size
  }
}

/// The gradient of one group: tiles add into their chunk's gradient in order, chunks are added up by a
/// fixed tree.
struct GroupGradient {
  private var chunk: [Float]
  private var chunks = PairwiseSum()
  private var isEmpty = true

  init(parameterCount: Int) { chunk = Array(repeating: 0, count: parameterCount) }

  mutating func accumulate(tile: Int, _ body: (inout MutableSpan<Float>) -> Void) {
    let tilesPerChunk = RoundPartition.chunkSize / RoundPartition.tileSize
    if tile % tilesPerChunk == 0, !isEmpty {
      let count = chunk.count
      chunks.add(chunk)
      chunk = Array(repeating: 0, count: count)
    }
    isEmpty = false
    var view = chunk.mutableSpan
    body(&view)
  }

  consuming func total() -> [Float]? {
    chunks.add(chunk)
    return chunks.total()
  }
}

internal import Kernels
internal import RL

/// The steps of a group's episodes, concatenated in slot order and cut into tiles of fixed width.
///
/// A tile is laid out where it is computed on, and again for the next pass: it then lies in the nearest
/// cache, which a whole group does not.
struct GroupTiles: Sendable {
  private let trajectories: [TrajectoryReference]
  private let observationSize: Int
  private let actionSize: Int
  private let normalization: ObservationNormalization?
  /// The steps of each episode within the group.
  let stepRanges: [Range<Int>]
  /// The episode that each tile begins in.
  private let firstEpisodes: [Int]

  private static var tileSize: Int { RoundPartition.tileSize }

  init() {
    self.init([], observationSize: 0, actionSize: 0, normalization: nil)
  }

  init(
    _ trajectories: [TrajectoryReference], observationSize: Int, actionSize: Int,
    normalization: ObservationNormalization?
  ) {
    self.trajectories = trajectories
    self.observationSize = observationSize
    self.actionSize = actionSize
    self.normalization = normalization
    var ranges: [Range<Int>] = []
    var firstEpisodes: [Int] = []
    var offset = 0
    for (episode, trajectory) in trajectories.enumerated() {
      let end = offset + trajectory.header.stepCount
      ranges.append(offset..<end)
      while firstEpisodes.count * Self.tileSize < end { firstEpisodes.append(episode) }
      offset = end
    }
    stepRanges = ranges
    self.firstEpisodes = firstEpisodes
  }

  var stepCount: Int { stepRanges.last?.upperBound ?? 0 }
  var tileCount: Int { firstEpisodes.count }
  var paddedStepCount: Int { tileCount * Self.tileSize }

  func laneCount(of tile: Int) -> Int { min(Self.tileSize, stepCount - tile * Self.tileSize) }

  /// Room for one tile.
  func makeColumns() -> TileColumns {
    TileColumns(
      observations: Array(repeating: 0, count: observationSize * Self.tileSize),
      actions: Array(repeating: 0, count: actionSize * Self.tileSize))
  }

  /// Puts one tile's steps side by side, as policy and value function see them.
  ///
  /// Each array goes to a function of its own: where one function takes the mutable spans of two properties, Swift
  /// 6.3's optimizer makes the storage of the first unique and writes into the second's, whoever shares it.
  func lay(_ tile: Int, into columns: inout TileColumns) {
    layObservations(tile, into: &columns.observations)
    layActions(tile, into: &columns.actions)
  }

  private func layObservations(_ tile: Int, into columns: inout [Float]) {
    var view = columns.mutableSpan
    lay(tile, rows: observationSize, into: &view) { $0.observations }
    normalization?.apply(to: &view, laneCount: laneCount(of: tile), stride: Self.tileSize)
  }

  private func layActions(_ tile: Int, into columns: inout [Float]) {
    var view = columns.mutableSpan
    lay(tile, rows: actionSize, into: &view) { $0.actions }
  }

  /// Copies what a tile has of each of its episodes; columns behind the last step become zero.
  private func lay(
    _ tile: Int, rows: Int, into columns: inout MutableSpan<Float>,
    of numbers: (TrajectoryBlock) -> [Float]
  ) {
    let first = tile * Self.tileSize
    let laneCount = laneCount(of: tile)
    var episode = firstEpisodes[tile]
    while episode < trajectories.count, stepRanges[episode].lowerBound < first + laneCount {
      let (trajectory, steps) = (trajectories[episode], stepRanges[episode])
      let part = steps.clamped(to: first..<first + laneCount)
      let start = trajectory.stepOffset * rows + part.lowerBound - steps.lowerBound
      let source = numbers(trajectory.block)
      var place = columns._mutatingExtracting(droppingFirst: part.lowerBound - first)
      Columns.copy(
        source.span.extracting(droppingFirst: start), rows: rows, laneCount: part.count,
        stride: steps.count, into: &place, destinationStride: Self.tileSize)
      episode += 1
    }
    for row in 0..<rows {
      for index in row * Self.tileSize + laneCount..<(row + 1) * Self.tileSize {
        columns[index] = 0
      }
    }
  }

  /// Log-probabilities and entropies of one tile's steps, written to their places within the group.
  func evaluate<P: Policy>(
    _ tile: Int, _ columns: TileColumns, policy: P, parameters: [Float],
    workspace: inout P.Workspace, logProbabilities: inout [Float], entropies: inout [Float]
  ) {
    let places = tile * Self.tileSize..<(tile + 1) * Self.tileSize
    var logProbabilityView = logProbabilities.mutableSpan
    var entropyView = entropies.mutableSpan
    var logProbabilityPart = logProbabilityView._mutatingExtracting(places)
    var entropyPart = entropyView._mutatingExtracting(places)
    policy.evaluate(
      observations: columns.observations.span, actions: columns.actions.span,
      laneCount: laneCount(of: tile), stride: Self.tileSize, parameters: parameters.span,
      workspace: &workspace, into: &logProbabilityPart, entropies: &entropyPart)
  }

  /// Adds the weighted scores of one evaluated tile.
  func accumulateScore<P: Policy>(
    _ tile: Int, _ columns: TileColumns, policy: P, parameters: [Float], weights: [Float],
    entropyWeight: Float, workspace: inout P.Workspace, into sum: inout GroupGradient
  ) {
    let first = tile * Self.tileSize
    let count = laneCount(of: tile)
    sum.accumulate(tile: tile) { gradient in
      policy.accumulateScore(
        actions: columns.actions.span, laneCount: count, stride: Self.tileSize,
        parameters: parameters.span, weights: weights.span.extracting(first..<first + count),
        entropyWeight: entropyWeight, workspace: &workspace, into: &gradient)
    }
  }

  /// V of one tile's steps, written to their places within the group.
  func evaluate<V: ValueFunction>(
    _ tile: Int, _ columns: TileColumns, by function: V, parameters: [Float],
    workspace: inout V.Workspace, into values: inout [Float]
  ) {
    var view = values.mutableSpan
    var part = view._mutatingExtracting(tile * Self.tileSize..<(tile + 1) * Self.tileSize)
    function.evaluate(
      observations: columns.observations.span, laneCount: laneCount(of: tile),
      stride: Self.tileSize, parameters: parameters.span, workspace: &workspace, into: &part)
  }
}

/// The steps of one tile; columns behind the last step are zero.
struct TileColumns {
  /// Shape: `[observationSize][tileSize]`.
  fileprivate(set) var observations: [Float]
  /// Shape: `[actionSize][tileSize]`.
  fileprivate(set) var actions: [Float]
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

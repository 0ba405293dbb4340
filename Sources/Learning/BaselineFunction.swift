internal import RL

/// The value function of a baseline, as an update needs it: passes through its network.
///
/// Nothing else of a baseline knows what type the function has; ``RoundPolicy`` says why.
protocol BaselineFunction: Sendable {
  /// V of every step of a group; what fills the last tile lies behind them.
  func values(of tiles: GroupTiles, parameters: [Float]) -> [Float]

  /// V of what followed each episode: 0 where it terminated.
  func finalValues(
    of trajectories: [TrajectoryReference], normalization: ObservationNormalization?,
    parameters: [Float]
  ) -> [Float]

  /// Σ over a group's steps of (target − V) ∇V: the direction in which half the squared error falls.
  func gradient(towards targets: [Float], of tiles: GroupTiles, parameters: [Float]) -> [Float]?
}

/// A value function, and the workspaces for its passes.
struct PooledValueFunction<V: ValueFunction>: BaselineFunction {
  private let function: V
  private let workspaces: WorkspacePool<V.Workspace>

  init(_ function: V) {
    self.function = function
    workspaces = WorkspacePool {
      function.makeWorkspace(laneCapacity: RoundPartition.tileSize)
    }
  }

  func values(of tiles: GroupTiles, parameters: [Float]) -> [Float] {
    var result = [Float](repeating: 0, count: tiles.paddedStepCount)
    workspaces.withWorkspace { workspace in
      var columns = tiles.makeColumns()
      for tile in 0..<tiles.tileCount {
        tiles.lay(tile, into: &columns)
        tiles.evaluate(
          tile, columns, by: function, parameters: parameters, workspace: &workspace, into: &result)
      }
    }
    return result
  }

  func finalValues(
    of trajectories: [TrajectoryReference], normalization: ObservationNormalization?,
    parameters: [Float]
  ) -> [Float] {
    var result = [Float](repeating: 0, count: trajectories.count)
    let truncated = trajectories.indices.filter { trajectories[$0].header.end == .truncated }
    guard !truncated.isEmpty else { return result }
    workspaces.withWorkspace { workspace in
      for first in Swift.stride(from: 0, to: truncated.count, by: RoundPartition.tileSize) {
        let episodes = truncated[first..<min(first + RoundPartition.tileSize, truncated.count)]
        let stride = (episodes.count + 31) / 32 * 32
        var observations = [Float](repeating: 0, count: function.observationSize * stride)
        for (lane, episode) in episodes.enumerated() {
          for (row, value) in trajectories[episode].finalObservation.enumerated() {
            observations[row * stride + lane] = value
          }
        }
        if let normalization {
          var observationView = observations.mutableSpan
          normalization.apply(to: &observationView, laneCount: episodes.count, stride: stride)
        }
        var column = [Float](repeating: 0, count: episodes.count)
        var view = column.mutableSpan
        function.evaluate(
          observations: observations.span, laneCount: episodes.count, stride: stride,
          parameters: parameters.span, workspace: &workspace, into: &view)
        for (lane, episode) in episodes.enumerated() { result[episode] = column[lane] }
      }
    }
    return result
  }

  func gradient(towards targets: [Float], of tiles: GroupTiles, parameters: [Float]) -> [Float]? {
    var sum = GroupGradient(parameterCount: parameters.count)
    var residuals = [Float](repeating: 0, count: tiles.paddedStepCount)
    workspaces.withWorkspace { workspace in
      var columns = tiles.makeColumns()
      for tile in 0..<tiles.tileCount {
        tiles.lay(tile, into: &columns)
        tiles.evaluate(
          tile, columns, by: function, parameters: parameters, workspace: &workspace,
          into: &residuals)
        let first = tile * RoundPartition.tileSize
        let steps = first..<first + tiles.laneCount(of: tile)
        var view = residuals.mutableSpan
        for step in steps { view[step] = targets[step] - view[step] }
        sum.accumulate(tile: tile) { gradient in
          function.accumulateGradient(
            laneCount: steps.count, parameters: parameters.span,
            weights: residuals.span.extracting(steps), workspace: &workspace, into: &gradient)
        }
      }
    }
    return sum.total()
  }
}

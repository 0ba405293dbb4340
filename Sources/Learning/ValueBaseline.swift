package import RL

/// The learned baseline of a run: a state-value function, its parameters, and the optimizer that fits
/// them. It stays with the learner; actors know nothing of it.
package struct ValueBaseline: Sendable {
  let function: any ValueFunction
  package private(set) var parameters: [Float]
  package private(set) var optimizer: Optimizer
  /// The ``WorkspacePool`` of the function, whose type is known only where it is opened.
  private let workspaces: any Sendable

  /// V at version 0.
  package init(function: any ValueFunction, configuration: LearnerConfiguration, seed: UInt64) {
    self.function = function
    workspaces = Self.makeWorkspaces(for: function)
    parameters = function.initialParameters(seed: seed)
    optimizer = Optimizer(
      configuration: Self.optimizerConfiguration(configuration), parameterCount: parameters.count)
  }

  /// V as a checkpoint left it, after so many updates of the policy.
  ///
  /// - Precondition: parameters and moments have the function's size.
  package init(
    function: any ValueFunction, configuration: LearnerConfiguration, policyUpdateCount: Int,
    parameters: [Float], firstMoment: [Float], secondMoment: [Float]
  ) {
    precondition(
      parameters.count == function.parameterCount, "parameters belong to the value function")
    self.function = function
    workspaces = Self.makeWorkspaces(for: function)
    self.parameters = parameters
    optimizer = Optimizer(
      configuration: Self.optimizerConfiguration(configuration),
      updateCount: policyUpdateCount * configuration.value.passes, firstMoment: firstMoment,
      secondMoment: secondMoment)
  }

  private static func optimizerConfiguration(
    _ configuration: LearnerConfiguration
  ) -> LearnerConfiguration {
    LearnerConfiguration(
      optimizer: .adam, learningRate: configuration.value.learningRate, schedule: .constant)
  }

  private static func makeWorkspaces(for function: some ValueFunction) -> any Sendable {
    WorkspacePool { function.makeWorkspace(laneCapacity: RoundPartition.tileSize) }
  }

  private func withWorkspace<V: ValueFunction>(
    of _: V, _ body: (inout V.Workspace) -> Void
  ) {
    guard let pool = workspaces as? WorkspacePool<V.Workspace> else {
      preconditionFailure("the pool has the workspaces of the value function")
    }
    pool.withWorkspace(body)
  }

  mutating func update(along gradient: [Float]) {
    optimizer.update(&parameters, along: gradient)
  }

  /// V of every step of a group.
  func values(of tiles: GroupTiles) -> [Float] { values(of: tiles, by: self.function) }

  private func values(of tiles: GroupTiles, by function: some ValueFunction) -> [Float] {
    var result = [Float](repeating: 0, count: tiles.paddedStepCount)
    withWorkspace(of: function) { workspace in
      var columns = tiles.makeColumns()
      for tile in 0..<tiles.tileCount {
        tiles.lay(tile, into: &columns)
        tiles.evaluate(
          tile, columns, by: function, parameters: parameters, workspace: &workspace, into: &result)
      }
    }
    return result
  }

  /// V of what followed each episode: 0 where it terminated.
  func finalValues(
    of trajectories: [TrajectoryReference], normalization: ObservationNormalization?
  ) -> [Float] {
    finalValues(of: trajectories, normalization: normalization, by: self.function)
  }

  private func finalValues(
    of trajectories: [TrajectoryReference], normalization: ObservationNormalization?,
    by function: some ValueFunction
  ) -> [Float] {
    var result = [Float](repeating: 0, count: trajectories.count)
    let truncated = trajectories.indices.filter { trajectories[$0].header.end == .truncated }
    guard !truncated.isEmpty else { return result }
    withWorkspace(of: function) { workspace in
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

  /// Σ over a group's steps of (target − V) ∇V: the direction in which half the squared error falls.
  func gradient(towards targets: [Float], of tiles: GroupTiles) -> [Float]? {
    gradient(towards: targets, of: tiles, by: self.function)
  }

  private func gradient(
    towards targets: [Float], of tiles: GroupTiles, by function: some ValueFunction
  ) -> [Float]? {
    var sum = GroupGradient(parameterCount: parameters.count)
    var residuals = [Float](repeating: 0, count: tiles.paddedStepCount)
    withWorkspace(of: function) { workspace in
      var columns = tiles.makeColumns()
      for tile in 0..<tiles.tileCount {
        tiles.lay(tile, into: &columns)
        tiles.evaluate(
          tile, columns, by: function, parameters: parameters, workspace: &workspace,
          into: &residuals
        )
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

package import RL

/// The learned baseline of a run: a state-value function, its parameters, and the optimizer that fits
/// them. It stays with the learner; actors know nothing of it.
package struct ValueBaseline: Sendable {
  private let function: any BaselineFunction
  package private(set) var parameters: [Float]
  package private(set) var optimizer: Optimizer

  /// V at version 0.
  package init(
    function: some ValueFunction, configuration: LearnerConfiguration, seed: UInt64
  ) {
    self.function = PooledValueFunction(function)
    parameters = function.initialParameters(seed: seed)
    optimizer = Optimizer(
      configuration: Self.optimizerConfiguration(configuration), parameterCount: parameters.count)
  }

  /// V as a checkpoint left it, after so many updates of the policy.
  ///
  /// - Precondition: parameters and moments have the function's size.
  package init(
    function: some ValueFunction, configuration: LearnerConfiguration, policyUpdateCount: Int,
    parameters: [Float], firstMoment: [Float], secondMoment: [Float]
  ) {
    precondition(
      parameters.count == function.parameterCount, "parameters belong to the value function")
    self.function = PooledValueFunction(function)
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

  mutating func update(along gradient: [Float]) {
    optimizer.update(&parameters, along: gradient)
  }

  /// V of every step of a group; what fills the last tile lies behind them.
  func values(of tiles: GroupTiles) -> [Float] {
    function.values(of: tiles, parameters: parameters)
  }

  /// V of what followed each episode: 0 where it terminated.
  func finalValues(
    of trajectories: [TrajectoryReference], normalization: ObservationNormalization?
  ) -> [Float] {
    function.finalValues(
      of: trajectories, normalization: normalization, parameters: parameters)
  }

  /// Σ over a group's steps of (target − V) ∇V: the direction in which half the squared error falls.
  func gradient(towards targets: [Float], of tiles: GroupTiles) -> [Float]? {
    function.gradient(towards: targets, of: tiles, parameters: parameters)
  }
}

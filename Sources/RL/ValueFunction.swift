/// An approximation of the state-value function V(s), the expected return from an observation on: an
/// architecture without state. Its parameters live outside, as one flat vector.
///
/// Matrices are those of ``Policy``: feature-major, `[row][stride]`, with `stride` a multiple of 32. Each
/// value depends on its own column alone.
public protocol ValueFunction: Sendable {
  /// Scratch memory and the activations of the latest forward pass.
  associatedtype Workspace: Sendable

  var observationSize: Int { get }
  var parameterLayout: [ParameterTensor] { get }

  /// The parameters of version 0, from the run's initialisation stream.
  func initialParameters(seed: UInt64) -> [Float]

  /// Memory for up to `laneCapacity` columns.
  func makeWorkspace(laneCapacity: Int) -> Workspace

  /// Writes V(observation) for each column, and keeps the activations for
  /// ``accumulateGradient(laneCount:parameters:weights:workspace:into:)``.
  ///
  /// Shape: `observations` `[observationSize][stride]`.
  func evaluate(
    observations: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    workspace: inout Workspace, into values: inout MutableSpan<Float>)

  /// Adds Σ over columns of weight × ∇V(observation) to `gradient`, for the columns of the latest
  /// ``evaluate(observations:laneCount:stride:parameters:workspace:into:)``.
  ///
  /// Determinism: the order of the sum depends on `laneCount` and the architecture alone.
  func accumulateGradient(
    laneCount: Int, parameters: Span<Float>, weights: Span<Float>, workspace: inout Workspace,
    into gradient: inout MutableSpan<Float>)
}

extension ValueFunction {
  public var parameterCount: Int { parameterLayout.reduce(0) { $0 + $1.count } }
}

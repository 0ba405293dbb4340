/// One named array of a policy's parameters.
public struct ParameterTensor: Hashable, Sendable {
  /// As PyTorch's `nn.Sequential` would name it, such as `0.weight`.
  public let name: String
  /// Row-major; a weight is `[outputs, inputs]`.
  public let shape: [Int]
  /// First entry within the flat parameters.
  public let offset: Int

  public init(name: String, shape: [Int], offset: Int) {
    self.name = name
    self.shape = shape
    self.offset = offset
  }

  public var count: Int { shape.reduce(1, *) }
}

/// The decision rule: an architecture without state. Its parameters live outside, as one flat vector
/// that optimizer, wire and checkpoint share.
///
/// All matrices are feature-major, `[row][stride]` with lanes (or steps) contiguous; `stride` is a
/// multiple of 32 and at least `laneCount` rounded up to one. Each output depends on its own column
/// alone, so that a step gives the same bits on whatever lane and in whatever company it is computed.
public protocol Policy: Sendable {
  /// Scratch memory and the activations of the latest forward pass.
  associatedtype Workspace: Sendable

  var observationSize: Int { get }
  var actionSpace: ActionSpace { get }
  var parameterLayout: [ParameterTensor] { get }

  /// θ₀, from the run's initialisation stream.
  func initialParameters(seed: UInt64) -> [Float]

  /// Memory for up to `laneCapacity` columns.
  func makeWorkspace(laneCapacity: Int) -> Workspace

  /// Says which parameters all calls of
  /// ``act(on:laneCount:stride:parameters:streams:greedy:workspace:into:logProbabilities:)`` with this
  /// workspace have until the next call of this: the policy may keep there what it makes of them. A
  /// workspace of which nothing was said serves any parameters. Does nothing unless implemented.
  func prepareToAct(with parameters: Span<Float>, workspace: inout Workspace)

  /// Samples an action for each lane from π(·|observation), or takes the most probable one if
  /// `greedy`, and writes log π(action|observation).
  ///
  /// Shape: `observations` `[observationSize][stride]`, `actions` `[actionSize][stride]`.
  func act(
    on observations: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    streams: borrowing LaneStreams, greedy: Bool, workspace: inout Workspace,
    into actions: inout MutableSpan<Float>, logProbabilities: inout MutableSpan<Float>)

  /// Computes log π(action|observation) and the entropy of π(·|observation) for each column, with the
  /// same bits as ``act(on:laneCount:stride:parameters:streams:greedy:workspace:into:logProbabilities:)``,
  /// and keeps the activations for ``accumulateScore(actions:laneCount:stride:parameters:weights:entropyWeight:workspace:into:)``.
  func evaluate(
    observations: Span<Float>, actions: Span<Float>, laneCount: Int, stride: Int,
    parameters: Span<Float>, workspace: inout Workspace,
    into logProbabilities: inout MutableSpan<Float>, entropies: inout MutableSpan<Float>)

  /// π(·|observation) for each column: what
  /// ``act(on:laneCount:stride:parameters:streams:greedy:workspace:into:logProbabilities:)`` samples from.
  ///
  /// Complexity: allocates, and is meant for looking at single episodes.
  func distributions(
    at observations: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    workspace: inout Workspace
  ) -> [ActionDistribution]

  /// Adds Σ over columns of (weight × ∇θ log π(action|observation) + entropyWeight × ∇θ entropy) to
  /// `gradient`, for the columns of the latest
  /// ``evaluate(observations:actions:laneCount:stride:parameters:workspace:into:entropies:)``.
  ///
  /// Determinism: the order of the sum depends on `laneCount` and the architecture alone.
  func accumulateScore(
    actions: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    weights: Span<Float>, entropyWeight: Float, workspace: inout Workspace,
    into gradient: inout MutableSpan<Float>)
}

extension Policy {
  public func prepareToAct(with parameters: Span<Float>, workspace: inout Workspace) {}

  public var parameterCount: Int { parameterLayout.reduce(0) { $0 + $1.count } }
}

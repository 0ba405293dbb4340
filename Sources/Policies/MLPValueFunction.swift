internal import Kernels
public import RL

/// V(s) as a multilayer perceptron of its own, which shares nothing with the policy; linear for no
/// hidden layers.
public struct MLPValueFunction: ValueFunction {
  public let observationSize: Int
  private let network: Perceptron
  private let initialization: Initialization

  /// Initialisation streams below are the policy's.
  private static var firstStream: Int { 1 << 16 }

  public init(
    observationSize: Int, hidden: [Int], activation: Nonlinearity,
    initialization: Initialization = .orthogonal
  ) {
    self.observationSize = observationSize
    self.initialization = initialization
    network = Perceptron(
      inputs: observationSize, hidden: hidden, outputs: 1, nonlinearity: activation)
  }

  public var parameterLayout: [ParameterTensor] { network.tensors }

  /// As those of a policy, but that an orthogonal output layer has gain 1.
  public func initialParameters(seed: UInt64) -> [Float] {
    network.initialParameters(
      seed: seed, firstStream: Self.firstStream, initialization: initialization, outputGain: 1)
  }

  public func makeWorkspace(laneCapacity: Int) -> MLPWorkspace {
    MLPWorkspace(rowCounts: network.rowCounts, scratchRowCount: 0, laneCapacity: laneCapacity)
  }

  public func evaluate(
    observations: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    workspace: inout MLPWorkspace, into values: inout MutableSpan<Float>
  ) {
    network.forward(
      observations, laneCount: MLPWorkspace.padded(laneCount), stride: stride,
      parameters: parameters,
      workspace: &workspace)
    let first = workspace.activations[network.layers.count]
    let outputs = workspace.matrices.span.extracting(first..<first + laneCount)
    for lane in 0..<laneCount { values[lane] = outputs[lane] }
  }

  public func accumulateGradient(
    laneCount: Int, parameters: Span<Float>, weights: Span<Float>, workspace: inout MLPWorkspace,
    into gradient: inout MutableSpan<Float>
  ) {
    let first = workspace.gradients.0
    var matrices = workspace.matrices.mutableSpan
    for lane in 0..<laneCount { matrices[first + lane] = weights[lane] }
    for lane in laneCount..<MLPWorkspace.padded(laneCount) { matrices[first + lane] = 0 }
    network.backward(
      laneCount: laneCount, parameters: parameters, workspace: &workspace, into: &gradient)
  }
}

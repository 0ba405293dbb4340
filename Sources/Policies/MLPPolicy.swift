internal import Kernels
public import RL

/// A multilayer perceptron of any depth, linear for no hidden layers, whose outputs are the logits or
/// means of the action space's own distribution.
public struct MLPPolicy: Policy {
  public let observationSize: Int
  public let actionSpace: ActionSpace
  public let configuration: PolicyConfiguration
  public let parameterLayout: [ParameterTensor]
  private let head: ActionHead
  private let network: Perceptron

  public init(
    observationSize: Int, actionSpace: ActionSpace, configuration: PolicyConfiguration
  ) {
    self.observationSize = observationSize
    self.actionSpace = actionSpace
    self.configuration = configuration
    head = ActionHead(actionSpace)
    network = Perceptron(
      inputs: observationSize, hidden: configuration.hidden, outputs: head.outputCount,
      nonlinearity: configuration.activation)
    var tensors = network.tensors
    if head.parameterCount > 0 {
      tensors.append(
        ParameterTensor(
          name: "log_std", shape: [head.parameterCount], offset: network.parameterCount))
    }
    parameterLayout = tensors
  }

  /// Parameters of the head, behind those of the layers.
  private var headParameters: Range<Int> {
    network.parameterCount..<network.parameterCount + head.parameterCount
  }

  private func outputs(of workspace: borrowing MLPWorkspace, laneCount: Int) -> OutputMatrix {
    OutputMatrix(
      offset: workspace.activations[network.layers.count], stride: workspace.stride,
      laneCount: laneCount)
  }

  public func initialParameters(seed: UInt64) -> [Float] {
    network.initialParameters(
      seed: seed, firstStream: 0, initialization: configuration.initialization, outputGain: 0.01)
      + Array(repeating: Float(configuration.initialLogDeviation), count: head.parameterCount)
  }

  public func makeWorkspace(laneCapacity: Int) -> MLPWorkspace {
    MLPWorkspace(
      rowCounts: network.rowCounts, scratchRowCount: head.scratchRowCount,
      laneCapacity: laneCapacity)
  }

  /// Lets few lanes go through a layout of the parameters that is made once for all of them.
  public func prepareToAct(with parameters: Span<Float>, workspace: inout MLPWorkspace) {
    if workspace.packed == nil { workspace.packed = PackedNetwork() }
    workspace.packed?.invalidate()
  }

  public func act(
    on observations: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    streams: borrowing LaneStreams, greedy: Bool, workspace: inout MLPWorkspace,
    into actions: inout MutableSpan<Float>, logProbabilities: inout MutableSpan<Float>
  ) {
    network.act(
      on: observations, laneCount: laneCount, stride: stride, parameters: parameters,
      workspace: &workspace)
    let outputs = outputs(of: workspace, laneCount: laneCount)
    var scratch = workspace.takeScratch()
    var matrices = workspace.matrices.mutableSpan
    head.choose(
      outputs: outputs, matrices: &matrices, parameters: parameters.extracting(headParameters),
      streams: streams, greedy: greedy, scratch: &scratch, actions: &actions,
      actionStride: stride, logProbabilities: &logProbabilities)
    workspace.scratch = scratch
  }

  public func evaluate(
    observations: Span<Float>, actions: Span<Float>, laneCount: Int, stride: Int,
    parameters: Span<Float>, workspace: inout MLPWorkspace,
    into logProbabilities: inout MutableSpan<Float>, entropies: inout MutableSpan<Float>
  ) {
    network.forward(
      observations, laneCount: MLPWorkspace.padded(laneCount), stride: stride,
      parameters: parameters,
      workspace: &workspace)
    let outputs = outputs(of: workspace, laneCount: laneCount)
    var scratch = workspace.takeScratch()
    var matrices = workspace.matrices.mutableSpan
    head.evaluate(
      outputs: outputs, matrices: &matrices, parameters: parameters.extracting(headParameters),
      actions: actions, actionStride: stride, scratch: &scratch,
      logProbabilities: &logProbabilities, entropies: &entropies)
    workspace.scratch = scratch
  }

  public func distributions(
    at observations: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    workspace: inout MLPWorkspace
  ) -> [ActionDistribution] {
    network.forward(
      observations, laneCount: laneCount, stride: stride, parameters: parameters,
      workspace: &workspace)
    let outputs = outputs(of: workspace, laneCount: laneCount)
    var scratch = workspace.takeScratch()
    var matrices = workspace.matrices.mutableSpan
    let distributions = head.distributions(
      outputs: outputs, matrices: &matrices, parameters: parameters.extracting(headParameters),
      scratch: &scratch)
    workspace.scratch = scratch
    return distributions
  }

  /// What the network itself makes of each column: logits, or means.
  ///
  /// Shape: `[laneCount][outputs]`. Complexity: allocates, and is meant for looking at single episodes.
  package func networkOutputs(
    at observations: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    workspace: inout MLPWorkspace
  ) -> [[Float]] {
    network.forward(
      observations, laneCount: laneCount, stride: stride, parameters: parameters,
      workspace: &workspace)
    let outputs = outputs(of: workspace, laneCount: laneCount)
    let rowCount = network.rowCounts.last ?? 0
    return (0..<laneCount).map { lane in
      (0..<rowCount).map { workspace.matrices[outputs.offset + $0 * outputs.stride + lane] }
    }
  }

  public func accumulateScore(
    actions: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    weights: Span<Float>, entropyWeight: Float, workspace: inout MLPWorkspace,
    into gradient: inout MutableSpan<Float>
  ) {
    let outputs = outputs(of: workspace, laneCount: laneCount)
    let (outputGradients, scratch) = (workspace.gradients.0, workspace.scratch)
    var matrices = workspace.matrices.mutableSpan
    var headGradient = gradient._mutatingExtracting(headParameters)
    head.score(
      outputs: outputs, matrices: &matrices, parameters: parameters.extracting(headParameters),
      actions: actions, actionStride: stride, weights: weights.extracting(first: laneCount),
      entropyWeight: entropyWeight, scratch: scratch, outputGradients: outputGradients,
      gradient: &headGradient)
    network.backward(
      laneCount: laneCount, parameters: parameters, workspace: &workspace, into: &gradient)
  }
}

/// The activations of one forward pass through a perceptron and room for its backward pass.
public struct MLPWorkspace: Sendable {
  let stride: Int
  /// Every matrix of the network, one after the other, each `[rows][stride]`, from the beginning of a cache
  /// line on.
  var matrices: [Float]
  /// First entry of the observations, of each layer's outputs; the last are the logits.
  let activations: [Int]
  /// First entries of two matrices as high as the highest layer, which the backward pass alternates.
  let gradients: (Int, Int)
  /// The head's own.
  var scratch: HeadScratch
  /// What few lanes are played with; nil as long as nobody said which parameters they have.
  var packed: PackedNetwork?

  /// Wide matrices get 32 columns more, so that the rows of a power-of-two width do not all fall into
  /// the same few cache sets.
  private static func stride(laneCapacity: Int) -> Int {
    let padded = padded(laneCapacity)
    return padded >= 128 ? padded + 32 : padded
  }

  /// The lanes that the kernels of a backward pass touch.
  static func padded(_ laneCount: Int) -> Int { (laneCount + 31) / 32 * 32 }

  private static func highest(_ rowCounts: [Int]) -> Int { rowCounts.dropFirst().max() ?? 0 }

  static func floatCount(rowCounts: [Int], scratchRowCount: Int, laneCapacity: Int) -> Int {
    (rowCounts.reduce(0, +) + 2 * highest(rowCounts) + scratchRowCount)
      * stride(laneCapacity: laneCapacity)
  }

  init(rowCounts: [Int], scratchRowCount: Int, laneCapacity: Int) {
    stride = Self.stride(laneCapacity: laneCapacity)
    let storage = [Float](
      repeating: 0,
      count: CacheLine.floatCount
        + Self.floatCount(
          rowCounts: rowCounts, scratchRowCount: scratchRowCount, laneCapacity: laneCapacity))
    var offset = CacheLine.firstEntry(of: storage.span)
    var offsets: [Int] = []
    for rows in rowCounts {
      offsets.append(offset)
      offset += rows * stride
    }
    activations = offsets
    let height = Self.highest(rowCounts) * stride
    gradients = (offset, offset + height)
    matrices = storage
    scratch = HeadScratch(stride: stride, rows: offset + 2 * height)
  }

  /// The head's scratch, moved out so that it can change together with the matrices.
  mutating func takeScratch() -> HeadScratch {
    var taken = HeadScratch(stride: 0, rows: scratch.rows)
    swap(&taken, &scratch)
    return taken
  }

  mutating func copyObservations(
    _ observations: Span<Float>, rows: Int, laneCount: Int, stride sourceStride: Int
  ) {
    let (first, stride) = (activations[0], self.stride)
    var view = matrices.mutableSpan
    var place = view._mutatingExtracting(droppingFirst: first)
    Columns.copy(
      observations, rows: rows, laneCount: Self.padded(laneCount), stride: sourceStride,
      into: &place, destinationStride: stride)
  }
}

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
  private let layers: [DenseShape]
  /// First parameter of each layer, and one past the last.
  private let layerOffsets: [Int]

  public init(
    observationSize: Int, actionSpace: ActionSpace, configuration: PolicyConfiguration
  ) {
    self.observationSize = observationSize
    self.actionSpace = actionSpace
    self.configuration = configuration
    head = ActionHead(actionSpace)
    let sizes = [observationSize] + configuration.hidden + [head.outputCount]
    layers = zip(sizes, sizes.dropFirst()).map { DenseShape(inputs: $0, outputs: $1) }
    var offsets = [0]
    var tensors: [ParameterTensor] = []
    for (index, layer) in layers.enumerated() {
      // nn.Sequential numbers the activations between the linear layers, too.
      let start = offsets[index]
      tensors.append(
        ParameterTensor(
          name: "\(2 * index).weight", shape: [layer.outputs, layer.inputs], offset: start))
      tensors.append(
        ParameterTensor(
          name: "\(2 * index).bias", shape: [layer.outputs],
          offset: start + layer.outputs * layer.inputs))
      offsets.append(start + layer.parameterCount)
    }
    if head.parameterCount > 0 {
      tensors.append(
        ParameterTensor(
          name: "log_std", shape: [head.parameterCount], offset: offsets[layers.count]))
    }
    layerOffsets = offsets
    parameterLayout = tensors
  }

  /// Parameters of the head, behind those of the layers.
  private var headParameters: Range<Int> {
    layerOffsets[layers.count]..<layerOffsets[layers.count] + head.parameterCount
  }

  private func outputs(of workspace: borrowing MLPWorkspace, laneCount: Int) -> OutputMatrix {
    OutputMatrix(
      offset: workspace.activations[layers.count], stride: workspace.stride, laneCount: laneCount)
  }

  private var hiddenActivation: Activation {
    switch configuration.activation {
    case .tanh: .tanh
    case .relu: .relu
    }
  }

  public func initialParameters(seed: UInt64) -> [Float] {
    var parameters: [Float] = []
    parameters.reserveCapacity(layerOffsets[layers.count])
    for (index, layer) in layers.enumerated() {
      let isOutput = index == layers.count - 1
      var source = InitializationStream(seed: seed, layer: index)
      switch configuration.initialization {
      case .orthogonal:
        let weights = source.orthogonalMatrix(
          rows: layer.outputs, columns: layer.inputs, gain: isOutput ? 0.01 : 2.0.squareRoot())
        parameters += weights
        parameters += Array(repeating: 0, count: layer.outputs)
      case .pytorch:
        let bound = 1 / Double(layer.inputs).squareRoot()
        for _ in 0..<layer.parameterCount {
          parameters.append(Float(source.uniform(from: -bound, to: bound)))
        }
      }
    }
    parameters += Array(
      repeating: Float(configuration.initialLogDeviation), count: head.parameterCount)
    return parameters
  }

  public func makeWorkspace(laneCapacity: Int) -> MLPWorkspace {
    MLPWorkspace(
      rowCounts: rowCounts, scratchRowCount: head.scratchRowCount, laneCapacity: laneCapacity)
  }

  public func workspaceByteCount(laneCapacity: Int) -> Int {
    MLPWorkspace.floatCount(
      rowCounts: rowCounts, scratchRowCount: head.scratchRowCount, laneCapacity: laneCapacity)
      * MemoryLayout<Float>.stride
  }

  private var rowCounts: [Int] { [observationSize] + layers.map(\.outputs) }

  public func act(
    on observations: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    streams: borrowing LaneStreams, greedy: Bool, workspace: inout MLPWorkspace,
    into actions: inout MutableSpan<Float>, logProbabilities: inout MutableSpan<Float>
  ) {
    forward(
      observations, laneCount: laneCount, stride: stride, parameters: parameters,
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
    forward(
      observations, laneCount: laneCount, stride: stride, parameters: parameters,
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

  public func accumulateScore(
    actions: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    weights: Span<Float>, entropyWeight: Float, workspace: inout MLPWorkspace,
    into gradient: inout MutableSpan<Float>
  ) {
    var outputGradients = workspace.gradients.0
    var inputGradients = workspace.gradients.1
    let activations = workspace.activations
    let outputs = outputs(of: workspace, laneCount: laneCount)
    let scratch = workspace.scratch
    var matrices = workspace.matrices.mutableSpan
    var headGradient = gradient._mutatingExtracting(headParameters)
    head.score(
      outputs: outputs, matrices: &matrices, parameters: parameters.extracting(headParameters),
      actions: actions, actionStride: stride, weights: weights.extracting(first: laneCount),
      entropyWeight: entropyWeight, scratch: scratch, outputGradients: outputGradients,
      gradient: &headGradient)
    for index in layers.indices.reversed() {
      let range = layerOffsets[index]..<layerOffsets[index + 1]
      var layerGradient = gradient._mutatingExtracting(range)
      Dense.accumulateParameterGradients(
        layers[index], laneCount: laneCount, stride: outputs.stride, matrices: matrices.span,
        inputs: activations[index], outputGradients: outputGradients, into: &layerGradient)
      if index > 0 {
        Dense.backwardInputs(
          layers[index], parameters: parameters.extracting(range), activation: hiddenActivation,
          laneCount: laneCount, stride: outputs.stride, matrices: &matrices,
          outputGradients: outputGradients, activations: activations[index],
          into: inputGradients)
        swap(&outputGradients, &inputGradients)
      }
    }
  }

  private func forward(
    _ observations: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    workspace: inout MLPWorkspace
  ) {
    workspace.copyObservations(
      observations, rows: observationSize, laneCount: laneCount, stride: stride)
    let (activations, stride) = (workspace.activations, workspace.stride)
    var matrices = workspace.matrices.mutableSpan
    for (index, layer) in layers.enumerated() {
      Dense.forward(
        layer, parameters: parameters.extracting(layerOffsets[index]..<layerOffsets[index + 1]),
        activation: index == layers.count - 1 ? .none : hiddenActivation, laneCount: laneCount,
        stride: stride, matrices: &matrices, inputs: activations[index],
        outputs: activations[index + 1])
    }
  }
}

/// The activations of one forward pass through a perceptron and room for its backward pass.
public struct MLPWorkspace: Sendable {
  let stride: Int
  /// Every matrix of the network, one after the other, each `[rows][stride]`.
  var matrices: [Float]
  /// First entry of the observations, of each layer's outputs; the last are the logits.
  let activations: [Int]
  /// First entries of two matrices as high as the highest layer, which the backward pass alternates.
  let gradients: (Int, Int)
  /// The head's own.
  var scratch: HeadScratch

  /// Wide matrices get 32 columns more, so that the rows of a power-of-two width do not all fall into
  /// the same few cache sets.
  private static func stride(laneCapacity: Int) -> Int {
    let padded = (laneCapacity + 31) / 32 * 32
    return padded >= 128 ? padded + 32 : padded
  }

  private static func highest(_ rowCounts: [Int]) -> Int { rowCounts.dropFirst().max() ?? 0 }

  static func floatCount(rowCounts: [Int], scratchRowCount: Int, laneCapacity: Int) -> Int {
    (rowCounts.reduce(0, +) + 2 * highest(rowCounts) + scratchRowCount)
      * stride(laneCapacity: laneCapacity)
  }

  init(rowCounts: [Int], scratchRowCount: Int, laneCapacity: Int) {
    stride = Self.stride(laneCapacity: laneCapacity)
    var offset = 0
    var offsets: [Int] = []
    for rows in rowCounts {
      offsets.append(offset)
      offset += rows * stride
    }
    activations = offsets
    let height = Self.highest(rowCounts) * stride
    gradients = (offset, offset + height)
    matrices = Array(
      repeating: 0,
      count: Self.floatCount(
        rowCounts: rowCounts, scratchRowCount: scratchRowCount, laneCapacity: laneCapacity))
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
    let padded = (laneCount + 31) / 32 * 32
    let stride = self.stride
    var view = matrices.mutableSpan
    for row in 0..<rows {
      let source = observations.extracting(row * sourceStride..<row * sourceStride + padded)
      var destination = view._mutatingExtracting(row * stride..<row * stride + padded)
      for lane in 0..<padded { destination[lane] = source[lane] }
    }
  }
}

internal import Kernels
internal import RL

/// Fully connected layers with one nonlinearity between them: what a policy and a value function have
/// in common. A pass works on the matrices of an ``MLPWorkspace``.
struct Perceptron: Sendable {
  let layers: [DenseShape]
  /// First parameter of each layer, and one past the last.
  let layerOffsets: [Int]
  /// Weights and biases of each layer, numbered as by `nn.Sequential`.
  let tensors: [ParameterTensor]
  /// The most lanes that go through packed parameters.
  let packedLaneLimit: Int
  private let activation: Activation

  init(inputs: Int, hidden: [Int], outputs: Int, nonlinearity: Nonlinearity) {
    let sizes = [inputs] + hidden + [outputs]
    layers = zip(sizes, sizes.dropFirst()).map { DenseShape(inputs: $0, outputs: $1) }
    packedLaneLimit = Dense.packedLaneLimit(
      weightCount: layers.reduce(0) { $0 + $1.inputs * $1.outputs })
    activation =
      switch nonlinearity {
      case .tanh: .tanh
      case .relu: .relu
      }
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
    layerOffsets = offsets
    self.tensors = tensors
  }

  /// What a layer applies to its sums: the last one nothing.
  func activation(ofLayer index: Int) -> Activation {
    index == layers.count - 1 ? .none : activation
  }

  var parameterCount: Int { layerOffsets[layers.count] }
  var rowCounts: [Int] { [layers[0].inputs] + layers.map(\.outputs) }

  /// Draws the parameters. Layers take their random numbers from `firstStream` on.
  func initialParameters(
    seed: UInt64, firstStream: Int, initialization: Initialization, outputGain: Double
  ) -> [Float] {
    var parameters: [Float] = []
    parameters.reserveCapacity(parameterCount)
    for (index, layer) in layers.enumerated() {
      let isOutput = index == layers.count - 1
      var source = InitializationStream(seed: seed, layer: firstStream + index)
      switch initialization {
      case .orthogonal:
        let weights = source.orthogonalMatrix(
          rows: layer.outputs, columns: layer.inputs,
          gain: isOutput ? outputGain : 2.0.squareRoot())
        parameters += weights
        parameters += Array(repeating: 0, count: layer.outputs)
      case .pytorch:
        let bound = 1 / Double(layer.inputs).squareRoot()
        for _ in 0..<layer.parameterCount {
          parameters.append(Float(source.uniform(from: -bound, to: bound)))
        }
      }
    }
    return parameters
  }

  /// From the observations to the outputs of the last layer, all within the workspace.
  ///
  /// Padded lanes may keep what an earlier pass left in them. A backward pass needs them finite, so what
  /// comes before one calls this with `laneCount` rounded up to a multiple of 32.
  ///
  /// Shape: `observations` `[inputs][stride]`.
  func forward(
    _ observations: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    workspace: inout MLPWorkspace
  ) {
    workspace.copyObservations(
      observations, rows: layers[0].inputs, laneCount: laneCount, stride: stride)
    let (activations, stride) = (workspace.activations, workspace.stride)
    var matrices = workspace.matrices.mutableSpan
    for (index, layer) in layers.enumerated() {
      Dense.forward(
        layer, parameters: parameters.extracting(layerOffsets[index]..<layerOffsets[index + 1]),
        activation: activation(ofLayer: index), laneCount: laneCount,
        stride: stride, matrices: &matrices, inputs: activations[index],
        outputs: activations[index + 1])
    }
  }

  /// The same for an actor's lanes: only the observations' columns `0..<laneCount` are read and only the
  /// outputs' written. Few lanes, and few that are left after whole blocks of 32, go through packed parameters,
  /// if the workspace may keep them.
  func act(
    on observations: Span<Float>, laneCount: Int, stride: Int, parameters: Span<Float>,
    workspace: inout MLPWorkspace
  ) {
    let fewLaneCount = laneCount <= packedLaneLimit ? laneCount : laneCount % 32
    guard (1...packedLaneLimit).contains(fewLaneCount), var packed = workspace.packed.take() else {
      return forward(
        observations, laneCount: laneCount, stride: stride, parameters: parameters,
        workspace: &workspace)
    }
    let first = laneCount - fewLaneCount
    if first > 0 {
      forward(
        observations, laneCount: first, stride: stride, parameters: parameters,
        workspace: &workspace)
    }
    let (outputs, outputStride) = (workspace.activations[layers.count], workspace.stride)
    var matrices = workspace.matrices.mutableSpan
    var logits = matrices._mutatingExtracting(droppingFirst: outputs + first)
    packed.forward(
      self, observations: observations.extracting(droppingFirst: first), laneCount: fewLaneCount,
      stride: stride, parameters: parameters, into: &logits, logitStride: outputStride)
    workspace.packed = packed
  }

  /// From the gradient of the outputs, which lies in the first of the workspace's gradient matrices, to
  /// that of the parameters, which is added to `gradient`.
  func backward(
    laneCount: Int, parameters: Span<Float>, workspace: inout MLPWorkspace,
    into gradient: inout MutableSpan<Float>
  ) {
    var (outputGradients, inputGradients) = workspace.gradients
    let (activations, stride) = (workspace.activations, workspace.stride)
    var matrices = workspace.matrices.mutableSpan
    for index in layers.indices.reversed() {
      let range = layerOffsets[index]..<layerOffsets[index + 1]
      var layerGradient = gradient._mutatingExtracting(range)
      Dense.accumulateParameterGradients(
        layers[index], laneCount: laneCount, stride: stride, matrices: matrices.span,
        inputs: activations[index], outputGradients: outputGradients, into: &layerGradient)
      if index > 0 {
        Dense.backwardInputs(
          layers[index], parameters: parameters.extracting(range), activation: activation,
          laneCount: laneCount, stride: stride, matrices: &matrices,
          outputGradients: outputGradients, activations: activations[index],
          into: inputGradients)
        swap(&outputGradients, &inputGradients)
      }
    }
  }
}

internal import Kernels

/// A network's parameters in the layout of the kernels for few lanes, and room for what those compute.
///
/// Made of the parameters once for many passes, and not before the first of them: a round whose lanes are
/// many to its end needs none.
struct PackedNetwork: Sendable {
  /// What the layers' parameters become, from ``first`` on. Empty before the first pass.
  private var parameters: [Float] = []
  /// The beginning of a cache line.
  private var first = 0
  /// Whether `parameters` are those of the passes to come.
  private var isPacked = false
  /// Two layers' outputs, which the layers alternate. Shape: `[lanes][units]`.
  private var outputs: ([Float], [Float]) = ([], [])

  /// Forgets the parameters: the next pass has others.
  mutating func invalidate() { isPacked = false }

  /// The outputs of the last layer for each lane, with the bits of ``Perceptron/forward(_:laneCount:stride:parameters:workspace:)``.
  ///
  /// Shape: `observations` `[inputs][stride]`, `logits` `[outputs][logitStride]`.
  mutating func forward(
    _ network: Perceptron, observations: Span<Float>, laneCount: Int, stride: Int,
    parameters source: Span<Float>, into logits: inout MutableSpan<Float>, logitStride: Int
  ) {
    if !isPacked { pack(network, source) }
    var (previous, next): ([Float], [Float]) = ([], [])
    swap(&previous, &outputs.0)
    swap(&next, &outputs.1)
    var offset = first
    for (index, layer) in network.layers.enumerated() {
      let end = offset + Dense.packedCount(layer)
      let packed = parameters.span.extracting(offset..<end)
      var view = next.mutableSpan
      if index == 0 {
        Dense.forwardPacked(
          layer, packed: packed, activation: network.activation(ofLayer: index),
          laneCount: laneCount, inputs: observations, inputStep: stride, laneStep: 1, into: &view)
      } else {
        Dense.forwardPacked(
          layer, packed: packed, activation: network.activation(ofLayer: index),
          laneCount: laneCount, inputs: previous.span, inputStep: 1,
          laneStep: Dense.packedUnits(layer.inputs), into: &view)
      }
      swap(&previous, &next)
      offset = end
    }
    let outputCount = network.layers[network.layers.count - 1].outputs
    let pitch = Dense.packedUnits(outputCount)
    for row in 0..<outputCount {
      for lane in 0..<laneCount { logits[row * logitStride + lane] = previous[lane * pitch + row] }
    }
    swap(&previous, &outputs.0)
    swap(&next, &outputs.1)
  }

  private mutating func pack(_ network: Perceptron, _ source: Span<Float>) {
    if parameters.isEmpty {
      parameters = Array(
        repeating: 0,
        count: network.layers.reduce(CacheLine.floatCount) { $0 + Dense.packedCount($1) })
      first = CacheLine.firstEntry(of: parameters.span)
      let units = network.layers.reduce(0) { max($0, Dense.packedUnits($1.outputs)) }
      outputs.0 = Array(repeating: 0, count: network.packedLaneLimit * units)
      outputs.1 = outputs.0
    }
    var offset = first
    var view = parameters.mutableSpan
    for (index, layer) in network.layers.enumerated() {
      let end = offset + Dense.packedCount(layer)
      var packed = view._mutatingExtracting(offset..<end)
      Dense.pack(
        layer,
        parameters: source.extracting(
          network.layerOffsets[index]..<network.layerOffsets[index + 1]), into: &packed)
      offset = end
    }
    isPacked = true
  }
}

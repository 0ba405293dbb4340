/// A hash of what this build's kernels compute, for two processes to find out whether they would agree.
package enum NumericsDigest {
  /// Runs a fixed self-test over every kernel that decides an action or a gradient and hashes the
  /// outputs.
  ///
  /// Determinism: equal on every instruction set of one build; different where a formula, a
  /// coefficient or the floating-point mode differs.
  /// Complexity: below 2 ms in a release build.
  package static func compute() -> Digest128 {
    var hash = MixingHash()
    // 37 lanes and odd sizes, so that every kind of block and every tail takes part.
    let laneCount = 37
    let stride = 64
    let shapes = [DenseShape(inputs: 5, outputs: 19), DenseShape(inputs: 19, outputs: 3)]
    for activation in Activation.allCases {
      combineNetwork(
        shapes, activation: activation, laneCount: laneCount, stride: stride, into: &hash)
    }
    combineUpdates(count: 53, into: &hash)
    combineElementary(into: &hash)
    return hash.finalize()
  }

  /// Random numbers in `-scale..<scale`, multiples of scale × 2⁻²³.
  private static func numbers(_ count: Int, stream: UInt32, scale: Float) -> [Float] {
    (0..<count).map { k in
      let words = Philox.block(
        key: SIMD2(0x7472_6f75, 0x7065), counter: SIMD4(0, UInt32(k), stream, 0))
      return (Float(words.x >> 8) * 0x1p-23 - 1) * scale
    }
  }

  private static func combineNetwork(
    _ shapes: [DenseShape], activation: Activation, laneCount: Int, stride: Int,
    into hash: inout MixingHash
  ) {
    let (hidden, output) = (shapes[0], shapes[1])
    let hiddenParameters = numbers(hidden.parameterCount, stream: 1, scale: 1)
    let outputParameters = numbers(output.parameterCount, stream: 2, scale: 0.5)
    // Matrices: observations, hidden activations, logits, and the gradients of the latter two.
    let h = hidden.inputs * stride
    let z = h + hidden.outputs * stride
    let dz = z + output.outputs * stride
    let dh = dz + output.outputs * stride
    var memory = numbers(dh + hidden.outputs * stride, stream: 3, scale: 2)
    combinePacked(
      shapes, parameters: [hiddenParameters, outputParameters], activation: activation,
      laneCount: 5, stride: stride, observations: memory.span, into: &hash)
    var matrices = memory.mutableSpan
    // A narrow pass first, then one over all lanes, padded ones too, because all of the memory is hashed.
    for lanes in [13, stride] {
      Dense.forward(
        hidden, parameters: hiddenParameters.span, activation: activation, laneCount: lanes,
        stride: stride, matrices: &matrices, inputs: 0, outputs: h)
      Dense.forward(
        output, parameters: outputParameters.span, activation: .none, laneCount: lanes,
        stride: stride, matrices: &matrices, inputs: h, outputs: z)
      for row in 0..<output.outputs {
        hash.combine(matrices.span.extracting(z + row * stride..<z + row * stride + lanes))
      }
    }

    let lanes = (0..<UInt32(laneCount)).map { $0 &* 7 }
    var words = [UInt32](repeating: 0, count: 4 * stride)
    var wordView = words.mutableSpan
    Philox.fill(
      key: SIMD2(1, 2), version: 3, stream: 4, block: 5, slots: lanes.span, steps: lanes.span,
      laneCount: laneCount, stride: stride, into: &wordView)
    var actions = [Float](repeating: 0, count: laneCount)
    var logProbabilities = actions
    var entropies = actions
    var actionView = actions.mutableSpan
    var logProbabilityView = logProbabilities.mutableSpan
    var entropyView = entropies.mutableSpan
    Categorical.sample(
      count: output.outputs, laneCount: laneCount, stride: stride, matrices: &matrices, logits: z,
      words: words.span, into: &actionView, logProbabilities: &logProbabilityView)
    hash.combine(actions.span)
    hash.combine(logProbabilities.span)
    var evaluatedView = logProbabilities.mutableSpan
    Categorical.evaluate(
      count: output.outputs, laneCount: laneCount, stride: stride, matrices: memory.span,
      logits: z, actions: actions.span, into: &evaluatedView, entropies: &entropyView)
    hash.combine(logProbabilities.span)
    hash.combine(entropies.span)

    let weights = numbers(laneCount, stream: 4, scale: 3)
    var gradientMatrices = memory.mutableSpan
    Categorical.score(
      count: output.outputs, laneCount: laneCount, stride: stride, matrices: &gradientMatrices,
      logits: z, actions: actions.span, weights: weights.span, entropyWeight: 0.125, into: dz)
    Dense.backwardInputs(
      output, parameters: outputParameters.span, activation: activation, laneCount: laneCount,
      stride: stride, matrices: &gradientMatrices, outputGradients: dz, activations: h, into: dh)
    var hiddenGradient = [Float](repeating: 0.25, count: hidden.parameterCount)
    var outputGradient = [Float](repeating: 0.25, count: output.parameterCount)
    var hiddenView = hiddenGradient.mutableSpan
    var outputView = outputGradient.mutableSpan
    Dense.accumulateParameterGradients(
      hidden, laneCount: laneCount, stride: stride, matrices: memory.span, inputs: 0,
      outputGradients: dh, into: &hiddenView)
    Dense.accumulateParameterGradients(
      output, laneCount: laneCount, stride: stride, matrices: memory.span, inputs: h,
      outputGradients: dz, into: &outputView)
    hash.combine(hiddenGradient.span)
    hash.combine(outputGradient.span)
    hash.combine(memory.span)

    var modeActions = actions.mutableSpan
    var modeLogProbabilities = logProbabilities.mutableSpan
    var modeMatrices = memory.mutableSpan
    Categorical.mode(
      count: output.outputs, laneCount: laneCount, stride: stride, matrices: &modeMatrices,
      logits: z, into: &modeActions, logProbabilities: &modeLogProbabilities)
    hash.combine(actions.span)
    hash.combine(logProbabilities.span)
  }

  /// Two layers by the kernels for few lanes; the logits are combined row by row.
  private static func combinePacked(
    _ shapes: [DenseShape], parameters: [[Float]], activation: Activation, laneCount: Int,
    stride: Int, observations: Span<Float>, into hash: inout MixingHash
  ) {
    func pack(_ layer: Int) -> [Float] {
      var packed = [Float](repeating: 0, count: Dense.packedCount(shapes[layer]))
      var view = packed.mutableSpan
      let source = parameters[layer]
      Dense.pack(shapes[layer], parameters: source.span, into: &view)
      return packed
    }
    let (hiddenParameters, outputParameters) = (pack(0), pack(1))
    let units = shapes.map { Dense.packedUnits($0.outputs) }
    var hidden = [Float](repeating: 0, count: laneCount * units[0])
    var logits = [Float](repeating: 0, count: laneCount * units[1])
    var hiddenView = hidden.mutableSpan
    var logitView = logits.mutableSpan
    Dense.forwardPacked(
      shapes[0], packed: hiddenParameters.span, activation: activation, laneCount: laneCount,
      inputs: observations, inputStep: stride, laneStep: 1, into: &hiddenView)
    Dense.forwardPacked(
      shapes[1], packed: outputParameters.span, activation: .none, laneCount: laneCount,
      inputs: hidden.span, inputStep: 1, laneStep: units[0], into: &logitView)
    for row in 0..<shapes[1].outputs {
      let outputs = (0..<laneCount).map { logits[$0 * units[1] + row] }
      hash.combine(outputs.span)
    }
  }

  private static func combineUpdates(count: Int, into hash: inout MixingHash) {
    let gradient = numbers(count, stream: 5, scale: 1)
    var parameters = numbers(count, stream: 6, scale: 1)
    var first = [Float](repeating: 0, count: count)
    var second = first
    var firstView = first.mutableSpan
    var secondView = second.mutableSpan
    var parameterView = parameters.mutableSpan
    VectorUpdates.ascend(along: gradient.span, learningRate: 0.01, parameters: &parameterView)
    VectorUpdates.rmsprop(
      gradient: gradient.span, learningRate: 0.01, alpha: 0.99, epsilon: 1e-5,
      meanSquare: &secondView, parameters: &parameterView)
    VectorUpdates.adam(
      gradient: gradient.span, learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8,
      firstCorrection: 0.1, secondCorrection: 0.001, firstMoment: &firstView,
      secondMoment: &secondView, parameters: &parameterView)
    hash.combine(first.span)
    hash.combine(second.span)
    var sums = first.mutableSpan
    Scans.discountedSuffixSums(of: gradient.span, scale: 0.5, discount: 0.99, into: &sums)
    Reductions.accumulate(gradient.span, into: &sums)
    VectorUpdates.scale(&sums, by: 1 / 3)
    hash.combine(first.span)
    hash.combine(parameters.span)
    hash.combine(Reductions.sumOfSquares(gradient.span).bitPattern)
  }

  private static func combineElementary(into hash: inout MixingHash) {
    // Denormal, ordinary and saturating arguments.
    var arguments: [Float] = [0x1p-140, 0x1p-130, 0x1p-20, 9, 20, 60, 87]
    arguments += numbers(24, stream: 7, scale: 4).map { $0 * $0 + 0x1p-10 }
    for kernel in [ElementaryKernels.exp, ElementaryKernels.log, ElementaryKernels.tanh] {
      var values = arguments
      var view = values.mutableSpan
      kernel(&view)
      hash.combine(values.span)
    }
    // exp of negative arguments reaches the denormals, where a flush-to-zero mode shows.
    var negatives = arguments.map { -$0 } + [-88, -95, -103]
    var view = negatives.mutableSpan
    ElementaryKernels.exp(&view)
    hash.combine(negatives.span)
    for x in arguments {
      let (sine, cosine) = Elementary.sinCos(Double(x) * 1000)
      hash.combine(sine.bitPattern)
      hash.combine(cosine.bitPattern)
      hash.combine([Elementary.exp(x), Elementary.log(x), Elementary.tanh(x)].span)
    }
  }
}

/// The definition of every kernel: plain loops over one number at a time.
///
/// Each function computes, bit for bit, what the kernel of the same arguments computes on any
/// instruction set. They are for reading and for tests; nothing else calls them.
package enum Reference {
  // MARK: Dense layers

  package static func forward(
    _ shape: DenseShape, parameters: Span<Float>, activation: Activation, laneCount: Int,
    stride: Int, matrices: inout MutableSpan<Float>, inputs: Int, outputs: Int
  ) {
    for o in 0..<shape.outputs {
      for lane in 0..<laneCount {
        var sum = parameters[shape.outputs * shape.inputs + o]
        for i in 0..<shape.inputs {
          sum.addProduct(parameters[o * shape.inputs + i], matrices[inputs + i * stride + lane])
        }
        matrices[outputs + o * stride + lane] = apply(activation, to: sum)
      }
    }
  }

  package static func backwardInputs(
    _ shape: DenseShape, parameters: Span<Float>, activation: Activation, laneCount: Int,
    stride: Int, matrices: inout MutableSpan<Float>, outputGradients: Int, activations: Int,
    into inputGradients: Int
  ) {
    for i in 0..<shape.inputs {
      for lane in 0..<laneCount {
        var sum: Float = 0
        for o in 0..<shape.outputs {
          sum.addProduct(
            parameters[o * shape.inputs + i], matrices[outputGradients + o * stride + lane])
        }
        let y = matrices[activations + i * stride + lane]
        matrices[inputGradients + i * stride + lane] =
          switch activation {
          case .none: sum
          case .tanh: sum * Float(1).addingProduct(-y, y)
          case .relu: y > 0 ? sum : 0
          }
      }
    }
  }

  package static func accumulateParameterGradients(
    _ shape: DenseShape, laneCount: Int, stride: Int, matrices: Span<Float>, inputs: Int,
    outputGradients: Int, into gradient: inout MutableSpan<Float>
  ) {
    for o in 0..<shape.outputs {
      for i in 0..<shape.inputs {
        gradient[o * shape.inputs + i] += sum16(laneCount: laneCount) { sum, lane in
          sum.addProduct(
            matrices[outputGradients + o * stride + lane], matrices[inputs + i * stride + lane])
        }
      }
      gradient[shape.outputs * shape.inputs + o] += sum16(laneCount: laneCount) { sum, lane in
        sum += matrices[outputGradients + o * stride + lane]
      }
    }
  }

  private static func apply(_ activation: Activation, to x: Float) -> Float {
    switch activation {
    case .none: x
    case .tanh: Elementary.tanh(x)
    case .relu: x > 0 ? x : 0
    }
  }

  /// Sixteen accumulators, the k-th over the lanes k, k + 16, … up to `laneCount` rounded up to a
  /// multiple of 16, added as (k) + (k + 8), then + 4, + 2, + 1.
  private static func sum16(laneCount: Int, add: (inout Float, Int) -> Void) -> Float {
    var sums = [Float](repeating: 0, count: 16)
    for lane in 0..<(laneCount + 15) / 16 * 16 { add(&sums[lane % 16], lane) }
    return fold(sums)
  }

  private static func fold<Number: FloatingPoint>(_ sums: [Number]) -> Number {
    var sums = sums
    var half = sums.count / 2
    while half > 0 {
      for k in 0..<half { sums[k] += sums[k + half] }
      half /= 2
    }
    return sums[0]
  }

  // MARK: Categorical distributions

  /// The softmax of one lane's logits.
  private struct Softmax {
    let logits: [Float]
    let maximum: Float
    let exponentials: [Float]
    let sum: Float
    let logProbabilities: [Float]
    let probabilities: [Float]
    let entropy: Float

    init(_ logits: [Float]) {
      self.logits = logits
      let maximum = logits.dropFirst().reduce(logits[0]) { $1 > $0 ? $1 : $0 }
      let exponentials = logits.map { Elementary.exp($0 - maximum) }
      let sum = exponentials.reduce(0, +)
      let logSum = Elementary.log(sum)
      let inverse = 1 / sum
      self.maximum = maximum
      self.exponentials = exponentials
      self.sum = sum
      logProbabilities = logits.map { ($0 - maximum) - logSum }
      probabilities = exponentials.map { $0 * inverse }
      entropy = zip(probabilities, logProbabilities).reduce(0) { $0.addingProduct(-$1.0, $1.1) }
    }

    func action(word: UInt32) -> Int {
      let threshold = Float(word >> 8) * 0x1p-24 * sum
      var running: Float = 0
      for action in 0..<logits.count - 1 {
        running += exponentials[action]
        if running > threshold { return action }
      }
      return logits.count - 1
    }
  }

  package static func sample(
    count: Int, laneCount: Int, stride: Int, matrices: inout MutableSpan<Float>, logits: Int,
    words: Span<UInt32>, into actions: inout MutableSpan<Float>,
    logProbabilities: inout MutableSpan<Float>
  ) {
    for lane in 0..<laneCount {
      let softmax = Softmax((0..<count).map { matrices[logits + $0 * stride + lane] })
      let action = softmax.action(word: words[lane])
      actions[lane] = Float(action)
      logProbabilities[lane] = softmax.logProbabilities[action]
    }
  }

  package static func mode(
    count: Int, laneCount: Int, stride: Int, matrices: inout MutableSpan<Float>, logits: Int,
    into actions: inout MutableSpan<Float>, logProbabilities: inout MutableSpan<Float>
  ) {
    for lane in 0..<laneCount {
      let softmax = Softmax((0..<count).map { matrices[logits + $0 * stride + lane] })
      let action = softmax.logits.firstIndex(of: softmax.maximum) ?? 0
      actions[lane] = Float(action)
      logProbabilities[lane] = softmax.logProbabilities[action]
    }
  }

  package static func evaluate(
    count: Int, laneCount: Int, stride: Int, matrices: Span<Float>, logits: Int,
    actions: Span<Float>, into logProbabilities: inout MutableSpan<Float>,
    entropies: inout MutableSpan<Float>
  ) {
    for lane in 0..<laneCount {
      let softmax = Softmax((0..<count).map { matrices[logits + $0 * stride + lane] })
      logProbabilities[lane] = softmax.logProbabilities[Int(actions[lane])]
      entropies[lane] = softmax.entropy
    }
  }

  package static func score(
    count: Int, laneCount: Int, stride: Int, matrices: inout MutableSpan<Float>, logits: Int,
    actions: Span<Float>, weights: Span<Float>, entropyWeight: Float, into logitGradients: Int
  ) {
    for lane in 0..<MatrixRegion.padded(laneCount) {
      guard lane < laneCount else {
        for action in 0..<count { matrices[logitGradients + action * stride + lane] = 0 }
        continue
      }
      let softmax = Softmax((0..<count).map { matrices[logits + $0 * stride + lane] })
      for action in 0..<count {
        let probability = softmax.probabilities[action]
        let indicator: Float = Float(action) == actions[lane] ? 1 : 0
        let slope = -probability * (softmax.logProbabilities[action] + softmax.entropy)
        matrices[logitGradients + action * stride + lane] =
          (weights[lane] * (indicator - probability)).addingProduct(entropyWeight, slope)
      }
    }
  }

  // MARK: Random numbers, scans, reductions, updates

  package static func fill(
    key: SIMD2<UInt32>, version: UInt32, stream: UInt32, block: UInt32, slots: Span<UInt32>,
    steps: Span<UInt32>, laneCount: Int, stride: Int, into words: inout MutableSpan<UInt32>
  ) {
    for lane in 0..<laneCount {
      let counter = SIMD4(version, slots[lane], stream, steps[lane] &* 16 &+ block)
      let result = Philox.block(key: key, counter: counter)
      for row in 0..<4 { words[row * stride + lane] = result[row] }
    }
  }

  package static func discountedSuffixSums(
    of values: Span<Float>, scale: Float, discount: Float, into sums: inout MutableSpan<Float>
  ) {
    var sum: Float = 0
    for t in values.indices.reversed() {
      sum = (values[t] * scale).addingProduct(discount, sum)
      sums[t] = sum
    }
  }

  package static func sumOfSquares(_ values: Span<Float>) -> Double {
    var sums = [Double](repeating: 0, count: 16)
    for k in values.indices { sums[k % 16] += Double(values[k]) * Double(values[k]) }
    return fold(sums)
  }

  /// Σ of `term` of each value.
  package static func orderedSum(
    _ values: Span<Float>, of term: (Double) -> Double = { $0 }
  ) -> Double {
    var sums = [Double](repeating: 0, count: 8)
    for k in values.indices { sums[k % 8] += term(Double(values[k])) }
    return fold(sums)
  }

  package static func ascend(
    along gradient: Span<Float>, learningRate: Float, parameters: inout MutableSpan<Float>
  ) {
    for k in gradient.indices { parameters[k].addProduct(learningRate, gradient[k]) }
  }

  package static func adam(
    gradient: Span<Float>, learningRate: Float, beta1: Float, beta2: Float, epsilon: Float,
    firstCorrection: Float, secondCorrection: Float, firstMoment: inout MutableSpan<Float>,
    secondMoment: inout MutableSpan<Float>, parameters: inout MutableSpan<Float>
  ) {
    let step = learningRate / firstCorrection
    let rootCorrection = secondCorrection.squareRoot()
    for k in gradient.indices {
      let g = gradient[k]
      let m = firstMoment[k].addingProduct(1 - beta1, g - firstMoment[k])
      let v = (beta2 * secondMoment[k]).addingProduct((1 - beta2) * g, g)
      firstMoment[k] = m
      secondMoment[k] = v
      parameters[k].addProduct(step, m / (v.squareRoot() / rootCorrection + epsilon))
    }
  }

  package static func rmsprop(
    gradient: Span<Float>, learningRate: Float, alpha: Float, epsilon: Float,
    meanSquare: inout MutableSpan<Float>, parameters: inout MutableSpan<Float>
  ) {
    for k in gradient.indices {
      let g = gradient[k]
      meanSquare[k] = (alpha * meanSquare[k]).addingProduct((1 - alpha) * g, g)
      parameters[k].addProduct(learningRate, g / (meanSquare[k].squareRoot() + epsilon))
    }
  }
}

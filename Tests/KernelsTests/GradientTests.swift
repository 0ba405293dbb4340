import Foundation
import Kernels
import Testing

/// A network of two layers and a categorical head, its objective computed in Double.
@Suite struct GradientTests {
  static let hidden = DenseShape(inputs: 4, outputs: 5)
  static let output = DenseShape(inputs: 5, outputs: 3)
  static let laneCount = 21
  static let stride = 64
  static let entropyWeight = 0.3

  let parameters = Numbers.floats(hidden.parameterCount + output.parameterCount, seed: 21)
  let observations = Numbers.floats(4 * stride, seed: 22, scale: 2)
  let actions = Numbers.words(laneCount, seed: 23).map { Float($0 % 3) }
  let weights = Numbers.floats(laneCount, seed: 24, scale: 2)

  /// Σ weight × log π(action) + entropyWeight × entropy.
  func objective(_ parameters: [Double], activation: Activation) -> Double {
    var total = 0.0
    for lane in 0..<Self.laneCount {
      var row = (0..<4).map { Double(observations[$0 * Self.stride + lane]) }
      var offset = 0
      for shape in [Self.hidden, Self.output] {
        row = (0..<shape.outputs).map { o in
          var sum = parameters[offset + shape.inputs * shape.outputs + o]
          for i in 0..<shape.inputs { sum += parameters[offset + o * shape.inputs + i] * row[i] }
          guard shape == Self.hidden else { return sum }
          return activation == .tanh ? tanh(sum) : max(sum, 0)
        }
        offset += shape.parameterCount
      }
      let logSum = log(row.map { exp($0) }.reduce(0, +))
      let logProbabilities = row.map { $0 - logSum }
      total += Double(weights[lane]) * logProbabilities[Int(actions[lane])]
      total -= Self.entropyWeight * logProbabilities.map { exp($0) * $0 }.reduce(0, +)
    }
    return total
  }

  /// The gradient by the kernels.
  func gradient(activation: Activation) -> [Float] {
    let (hidden, output, stride) = (Self.hidden, Self.output, Self.stride)
    let h = 4 * stride
    let z = h + 5 * stride
    let dz = z + 3 * stride
    let dh = dz + 3 * stride
    var memory = observations + Array(repeating: 0, count: dh + 5 * stride - h)
    let first = Array(parameters[..<hidden.parameterCount])
    let second = Array(parameters[hidden.parameterCount...])
    var matrices = memory.mutableSpan
    Dense.forward(
      hidden, parameters: first.span, activation: activation, laneCount: Self.laneCount,
      stride: stride, matrices: &matrices, inputs: 0, outputs: h)
    Dense.forward(
      output, parameters: second.span, activation: .none, laneCount: Self.laneCount,
      stride: stride, matrices: &matrices, inputs: h, outputs: z)
    Categorical.score(
      count: 3, laneCount: Self.laneCount, stride: stride, matrices: &matrices, logits: z,
      actions: actions.span, weights: weights.span, entropyWeight: Float(Self.entropyWeight),
      into: dz)
    Dense.backwardInputs(
      output, parameters: second.span, activation: activation, laneCount: Self.laneCount,
      stride: stride, matrices: &matrices, outputGradients: dz, activations: h, into: dh)
    var hiddenGradient = [Float](repeating: 0, count: hidden.parameterCount)
    var outputGradient = [Float](repeating: 0, count: output.parameterCount)
    var hiddenView = hiddenGradient.mutableSpan
    var outputView = outputGradient.mutableSpan
    Dense.accumulateParameterGradients(
      hidden, laneCount: Self.laneCount, stride: stride, matrices: memory.span, inputs: 0,
      outputGradients: dh, into: &hiddenView)
    Dense.accumulateParameterGradients(
      output, laneCount: Self.laneCount, stride: stride, matrices: memory.span, inputs: h,
      outputGradients: dz, into: &outputView)
    return hiddenGradient + outputGradient
  }

  @Test(arguments: [Activation.tanh, .relu])
  func theGradientOfANetworkEqualsCentralDifferences(activation: Activation) {
    let gradient = gradient(activation: activation)
    let largest = gradient.map { abs($0) }.max() ?? 0
    let step = 1e-6
    for k in parameters.indices {
      var above = parameters.map { Double($0) }
      var below = above
      above[k] += step
      below[k] -= step
      let slope =
        (objective(above, activation: activation) - objective(below, activation: activation))
        / (2 * step)
      // 21 lanes of float32 sums over two layers, relative to the largest entry.
      #expect(abs(Double(gradient[k]) - slope) < 2e-6 * Double(largest), "parameter \(k)")
    }
  }
}

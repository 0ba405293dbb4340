import Foundation
import Kernels
import Policies
import RL
import Testing

@Suite struct MLPValueFunctionTests {
  private let sizes = [3, 7, 5, 1]
  private let laneCount = 37
  private let stride = 64

  private var observations: [Float] {
    (0..<3 * stride).map { Float(($0 * 37) % 101) / 50 - 1 }
  }
  private var weights: [Float] { (0..<laneCount).map { Float(($0 * 29) % 31) / 15 - 1 } }

  /// Σ weight × V in double precision, written down without kernels.
  private func weightedSum(_ parameters: [Double], _ activation: Nonlinearity) -> Double {
    (0..<laneCount).reduce(0.0) { sum, lane in
      var inputs = (0..<3).map { Double(observations[$0 * stride + lane]) }
      var offset = 0
      for layer in 1..<sizes.count {
        let (rows, columns) = (sizes[layer], sizes[layer - 1])
        inputs = (0..<rows).map { row in
          let z = (0..<columns).reduce(parameters[offset + rows * columns + row]) {
            $0 + parameters[offset + row * columns + $1] * inputs[$1]
          }
          if layer == sizes.count - 1 { return z }
          return activation == .tanh ? tanh(z) : max(z, 0)
        }
        offset += rows * (columns + 1)
      }
      return sum + Double(weights[lane]) * inputs[0]
    }
  }

  @Test(arguments: Nonlinearity.allCases)
  func theGradientAgreesWithCentralDifferences(activation: Nonlinearity) {
    FloatingPointMode.establish()
    let function = MLPValueFunction(observationSize: 3, hidden: [7, 5], activation: activation)
    // Biases that are not 0, so that no unit of a ReLU sits on its corner.
    let parameters = function.initialParameters(seed: 3).enumerated().map {
      $0.element == 0 ? 0.1 + 0.01 * Float($0.offset % 7) : $0.element
    }
    #expect(parameters.count == function.parameterCount)
    var workspace = function.makeWorkspace(laneCapacity: stride)
    var values = [Float](repeating: 0, count: stride)
    var gradient = [Float](repeating: 0, count: parameters.count)
    var valueView = values.mutableSpan
    function.evaluate(
      observations: observations.span, laneCount: laneCount, stride: stride,
      parameters: parameters.span, workspace: &workspace, into: &valueView)
    var gradientView = gradient.mutableSpan
    function.accumulateGradient(
      laneCount: laneCount, parameters: parameters.span, weights: weights.span,
      workspace: &workspace, into: &gradientView)

    let exact = parameters.map(Double.init)
    let sum = zip(values, weights).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    #expect(abs(sum - weightedSum(exact, activation)) < 1e-5)
    let expected = exact.indices.map { index in
      var (above, below) = (exact, exact)
      above[index] += 1e-6
      below[index] -= 1e-6
      return (weightedSum(above, activation) - weightedSum(below, activation)) / 2e-6
    }
    let scale = expected.reduce(0) { max($0, abs($1)) }
    for (index, (found, reference)) in zip(gradient, expected).enumerated() {
      #expect(abs(Double(found) - reference) <= 1e-5 * scale, "parameter \(index)")
    }
  }

  @Test func itsFirstParametersAreNotThePolicys() {
    let policy = MLPPolicy(
      observationSize: 4, actionSpace: .discrete(count: 2),
      configuration: PolicyConfiguration(hidden: [8]))
    let function = MLPValueFunction(observationSize: 4, hidden: [8], activation: .tanh)
    let (ofPolicy, ofFunction) =
      (policy.initialParameters(seed: 1), function.initialParameters(seed: 1))
    #expect(ofPolicy[0] != ofFunction[0])
    // The output layer is one row of length 1.
    let output = ofFunction[40..<48].reduce(0.0) { $0 + Double($1) * Double($1) }
    #expect(abs(output - 1) < 1e-6)
  }
}

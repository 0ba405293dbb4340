package import Kernels

/// A dense layer with its matrices, for one kernel at a time.
package struct DenseLayer {
  /// Steps that the kernels see at once: the learner's tile, and the lanes of a busy actor.
  package static let laneCount = 256
  private static let stride = 288

  package enum Operation: CaseIterable {
    case forward, forwardTanh, forwardReLU, backwardInputs, parameterGradients

    fileprivate var activation: Activation {
      switch self {
      case .forward, .parameterGradients: .none
      case .forwardTanh, .backwardInputs: .tanh
      case .forwardReLU: .relu
      }
    }
  }

  private let shape: DenseShape
  private let parameters: [Float]
  private let inputs: Int
  private var matrices: [Float]
  private var gradient: [Float]

  package init(_ shape: DenseShape) {
    self.shape = shape
    var numbers = TestNumbers()
    parameters = numbers.floats(shape.parameterCount).map { $0 / 8 }
    let rows = 2 * shape.inputs + shape.outputs
    let matrices = numbers.floats(rows * Self.stride + CacheLine.floatCount)
    inputs = CacheLine.firstEntry(of: matrices.span)
    self.matrices = matrices
    gradient = [Float](repeating: 0, count: shape.parameterCount)
  }

  /// Floating-point operations of one call, counting a multiply-add as two and an activation as none.
  package var work: Double { 2 * Double(shape.inputs * shape.outputs * Self.laneCount) }

  package mutating func run(_ operation: Operation, times: Int) {
    let outputs = inputs + shape.inputs * Self.stride
    let inputGradients = outputs + shape.outputs * Self.stride
    // Taken out of self meanwhile, for spans of two stored properties cannot be alive at once.
    var (matrices, gradient): ([Float], [Float]) = ([], [])
    swap(&matrices, &self.matrices)
    swap(&gradient, &self.gradient)
    defer {
      swap(&matrices, &self.matrices)
      swap(&gradient, &self.gradient)
    }
    var view = matrices.mutableSpan
    var gradientView = gradient.mutableSpan
    for _ in 0..<times {
      switch operation {
      case .forward, .forwardTanh, .forwardReLU:
        Dense.forward(
          shape, parameters: parameters.span, activation: operation.activation,
          laneCount: Self.laneCount, stride: Self.stride, matrices: &view, inputs: inputs,
          outputs: outputs)
      case .backwardInputs:
        Dense.backwardInputs(
          shape, parameters: parameters.span, activation: operation.activation,
          laneCount: Self.laneCount, stride: Self.stride, matrices: &view,
          outputGradients: outputs, activations: inputs, into: inputGradients)
      case .parameterGradients:
        Dense.accumulateParameterGradients(
          shape, laneCount: Self.laneCount, stride: Self.stride, matrices: view.span,
          inputs: inputs, outputGradients: outputs, into: &gradientView)
      }
    }
  }
}

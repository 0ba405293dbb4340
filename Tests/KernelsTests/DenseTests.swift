import Kernels
import Testing

@Suite struct DenseTests {
  static let sizes = [1, 2, 3, 5, 7, 16, 19, 33, 64]
  static let shapes = sizes.flatMap { inputs in
    sizes.map { DenseShape(inputs: inputs, outputs: $0) }
  }

  /// Three matrices of one layer, with different random numbers in every float, padding too.
  struct Layer {
    let shape: DenseShape
    let laneCount: Int
    let stride: Int
    let parameters: [Float]
    let matrices: [Float]
    var inputs: Int { 3 }
    var outputs: Int { inputs + shape.inputs * stride }
    var inputGradients: Int { outputs + shape.outputs * stride }
    var end: Int { inputGradients + shape.inputs * stride }

    init(_ shape: DenseShape, laneCount: Int) {
      self.shape = shape
      self.laneCount = laneCount
      stride = Numbers.padded(laneCount) + 32
      parameters = Numbers.floats(shape.parameterCount, seed: 1)
      // An offset that is no multiple of any vector.
      matrices = Numbers.floats(3 + (2 * shape.inputs + shape.outputs) * stride, seed: 2)
    }

    /// The lanes below `laneCount` of every row of the result.
    func lanes(of buffer: [Float], offset: Int, rows: Int) -> [UInt32] {
      (0..<rows).flatMap { row in
        bits(buffer[(offset + row * stride)..<(offset + row * stride + laneCount)])
      }
    }
  }

  /// Every shape at one lane count after the other, some at all of them.
  static var layers: [Layer] {
    let laneCounts = Numbers.laneCounts.filter { $0 < 100 }
    return shapes.enumerated().map { k, shape in
      Layer(shape, laneCount: laneCounts[k % laneCounts.count])
    }
      + [(1, 1), (4, 16), (16, 2), (5, 7), (19, 3)].flatMap { inputs, outputs in
        Numbers.laneCounts.map {
          Layer(DenseShape(inputs: inputs, outputs: outputs), laneCount: $0)
        }
      }
  }

  @Test func forwardEqualsItsDefinitionOnEveryInstructionSet() {
    for layer in Self.layers {
      for activation in Activation.allCases {
        func run(_ forward: (inout MutableSpan<Float>) -> Void) -> [UInt32] {
          var memory = layer.matrices
          var matrices = memory.mutableSpan
          forward(&matrices)
          #expect(memory[..<layer.outputs] == layer.matrices[..<layer.outputs])
          #expect(memory[layer.inputGradients...] == layer.matrices[layer.inputGradients...])
          return layer.lanes(of: memory, offset: layer.outputs, rows: layer.shape.outputs)
        }
        let expected = run { matrices in
          Reference.forward(
            layer.shape, parameters: layer.parameters.span, activation: activation,
            laneCount: layer.laneCount, stride: layer.stride, matrices: &matrices,
            inputs: layer.inputs, outputs: layer.outputs)
        }
        for set in InstructionSet.available {
          let result = run { matrices in
            InstructionSet.withInstructionSet(set) {
              Dense.forward(
                layer.shape, parameters: layer.parameters.span, activation: activation,
                laneCount: layer.laneCount, stride: layer.stride, matrices: &matrices,
                inputs: layer.inputs, outputs: layer.outputs)
            }
          }
          #expect(
            result == expected, "\(set) \(layer.shape) \(activation) \(layer.laneCount) lanes")
        }
      }
    }
  }

  @Test func backwardInputsEqualsItsDefinitionOnEveryInstructionSet() {
    for layer in Self.layers {
      for activation in Activation.allCases {
        func run(_ backward: (inout MutableSpan<Float>) -> Void) -> [UInt32] {
          var memory = layer.matrices
          var matrices = memory.mutableSpan
          backward(&matrices)
          #expect(memory[..<layer.inputGradients] == layer.matrices[..<layer.inputGradients])
          return layer.lanes(of: memory, offset: layer.inputGradients, rows: layer.shape.inputs)
        }
        let expected = run { matrices in
          Reference.backwardInputs(
            layer.shape, parameters: layer.parameters.span, activation: activation,
            laneCount: layer.laneCount, stride: layer.stride, matrices: &matrices,
            outputGradients: layer.outputs, activations: layer.inputs, into: layer.inputGradients)
        }
        for set in InstructionSet.available {
          let result = run { matrices in
            InstructionSet.withInstructionSet(set) {
              Dense.backwardInputs(
                layer.shape, parameters: layer.parameters.span, activation: activation,
                laneCount: layer.laneCount, stride: layer.stride, matrices: &matrices,
                outputGradients: layer.outputs, activations: layer.inputs,
                into: layer.inputGradients)
            }
          }
          #expect(
            result == expected, "\(set) \(layer.shape) \(activation) \(layer.laneCount) lanes")
        }
      }
    }
  }

  @Test func parameterGradientsEqualTheirDefinitionOnEveryInstructionSet() {
    for layer in Self.layers {
      var memory = layer.matrices
      for row in 0..<layer.shape.outputs {
        for lane in layer.laneCount..<layer.stride {
          memory[layer.outputs + row * layer.stride + lane] = 0
        }
      }
      func run(_ accumulate: (inout MutableSpan<Float>) -> Void) -> [UInt32] {
        var gradient = Numbers.floats(layer.shape.parameterCount, seed: 3)
        var view = gradient.mutableSpan
        accumulate(&view)
        return bits(gradient)
      }
      let expected = run { gradient in
        Reference.accumulateParameterGradients(
          layer.shape, laneCount: layer.laneCount, stride: layer.stride, matrices: memory.span,
          inputs: layer.inputs, outputGradients: layer.outputs, into: &gradient)
      }
      for set in InstructionSet.available {
        let result = run { gradient in
          InstructionSet.withInstructionSet(set) {
            Dense.accumulateParameterGradients(
              layer.shape, laneCount: layer.laneCount, stride: layer.stride,
              matrices: memory.span, inputs: layer.inputs, outputGradients: layer.outputs,
              into: &gradient)
          }
        }
        #expect(result == expected, "\(set) \(layer.shape) \(layer.laneCount) lanes")
      }
    }
  }

  @Test func aColumnsResultDoesNotDependOnItsLane() {
    let shape = DenseShape(inputs: 5, outputs: 7)
    let stride = 96
    let column = Numbers.floats(5, seed: 9)
    let parameters = Numbers.floats(shape.parameterCount, seed: 1)
    var memory = (0..<5).flatMap { Array(repeating: column[$0], count: stride) }
    memory += Array(repeating: 0, count: 7 * stride)
    var matrices = memory.mutableSpan
    Dense.forward(
      shape, parameters: parameters.span, activation: .tanh, laneCount: 67, stride: stride,
      matrices: &matrices, inputs: 0, outputs: 5 * stride)
    for row in 0..<7 {
      #expect(Set(bits(memory[(5 + row) * stride..<(5 + row) * stride + 67])).count == 1)
    }
  }

  @Test func reluTurnsMinusZeroAndNaNIntoPlusZero() {
    let shape = DenseShape(inputs: 1, outputs: 1)
    for set in InstructionSet.available {
      var memory: [Float] = [-0.0, .nan, -1, 2] + Array(repeating: 0, count: 60)
      var matrices = memory.mutableSpan
      InstructionSet.withInstructionSet(set) {
        Dense.forward(
          shape, parameters: ([1, -0.0] as [Float]).span, activation: .relu, laneCount: 4,
          stride: 32, matrices: &matrices, inputs: 0, outputs: 32)
      }
      #expect(bits(memory[32..<36]) == bits([0, 0, 0, 2]))
    }
  }
}

import Kernels
import Testing

@Suite struct PackedDenseTests {
  /// Around every block of units, of lanes and of chains.
  static let unitCounts = [1, 2, 5, 15, 16, 17, 40, 64, 129, 200]
  static let laneCounts = Array(1...9) + [12, 15]

  /// The outputs of each lane, from packed parameters.
  private func run(
    _ layer: DenseTests.Layer, activation: Activation, isTransposed: Bool
  ) -> [UInt32] {
    let shape = layer.shape
    var packed = [Float](repeating: .nan, count: Dense.packedCount(shape))
    var packedView = packed.mutableSpan
    Dense.pack(shape, parameters: layer.parameters.span, into: &packedView)
    // Observations come feature by feature, one layer's outputs lane by lane.
    var inputs = Array(layer.matrices[layer.inputs..<layer.outputs])
    let units = Dense.packedUnits(shape.inputs)
    if isTransposed {
      var rows = [Float](repeating: .nan, count: layer.laneCount * units)
      for lane in 0..<layer.laneCount {
        for row in 0..<shape.inputs { rows[lane * units + row] = inputs[row * layer.stride + lane] }
      }
      inputs = rows
    }
    let pitch = Dense.packedUnits(shape.outputs)
    var outputs = [Float](repeating: 7, count: layer.laneCount * pitch + 16)
    var view = outputs.mutableSpan
    Dense.forwardPacked(
      shape, packed: packed.span, activation: activation, laneCount: layer.laneCount,
      inputs: inputs.span, inputStep: isTransposed ? 1 : layer.stride,
      laneStep: isTransposed ? units : 1, into: &view)
    #expect(outputs.suffix(16).allSatisfy { $0 == 7 }, "nothing is written behind the last lane")
    return (0..<shape.outputs).flatMap { row in
      (0..<layer.laneCount).map { outputs[$0 * pitch + row].bitPattern }
    }
  }

  @Test func outputsAreThoseOfTheDefinitionOnEveryInstructionSet() {
    var index = 0
    for inputs in [1, 3, 16, 33] {
      for outputs in Self.unitCounts {
        index += 1
        for laneCount in [Self.laneCounts[index % Self.laneCounts.count], 1 + index % 4] {
          let layer = DenseTests.Layer(
            DenseShape(inputs: inputs, outputs: outputs), laneCount: laneCount)
          for activation in Activation.allCases {
            var memory = layer.matrices
            var matrices = memory.mutableSpan
            Reference.forward(
              layer.shape, parameters: layer.parameters.span, activation: activation,
              laneCount: laneCount, stride: layer.stride, matrices: &matrices,
              inputs: layer.inputs, outputs: layer.outputs)
            let expected = layer.lanes(of: memory, offset: layer.outputs, rows: outputs)
            for set in InstructionSet.available {
              let result = InstructionSet.withInstructionSet(set) {
                run(layer, activation: activation, isTransposed: index % 2 == 0)
              }
              #expect(result == expected, "\(set) \(layer.shape) \(activation) \(laneCount) lanes")
            }
          }
        }
      }
    }
  }
}

internal import CKernels

/// Layers over few lanes: units fill the vectors where ``Dense/forward(_:parameters:activation:laneCount:stride:matrices:inputs:outputs:)``
/// fills them with lanes, so that a lane costs its own arithmetic and no more. The bits are the same.
extension Dense {
  /// Up to so many lanes the packed kernels are the faster ones, in a network of so many weights.
  ///
  /// 7→64→128→2, measured with AVX-512: 6.7 times as fast for one lane, 1.7 times for eight, 1.1 times for 16 and,
  /// against whole blocks of 32 lanes, 1.2 times for 20. Of 7→16→16→2 the same at ten lanes and 0.8 times at 20.
  package static func packedLaneLimit(weightCount: Int) -> Int { weightCount >= 2048 ? 22 : 10 }

  /// Numbers of one lane side by side: the units of a layer, rounded up to a multiple of 16.
  package static func packedUnits(_ units: Int) -> Int { (units + 15) / 16 * 16 }

  /// Numbers of a layer's packed parameters.
  package static func packedCount(_ shape: DenseShape) -> Int {
    (shape.inputs + 1) * packedUnits(shape.outputs)
  }

  /// Lays a layer's parameters out as `[1 + inputs][packedUnits(outputs)]`: the biases, then the weights of
  /// each input. What pads a row is left as it is.
  package static func pack(
    _ shape: DenseShape, parameters: Span<Float>, into packed: inout MutableSpan<Float>
  ) {
    precondition(parameters.count == shape.parameterCount, "the parameters are the layer's")
    precondition(packed.count == packedCount(shape), "the packed parameters are the layer's")
    // SAFETY: both have the layer's size (checked above).
    unsafe parameters.withUnsafeBufferPointer { parameters in
      unsafe packed.withUnsafeMutableBufferPointer { packed in
        unsafe troupe_dense_pack(
          parameters.baseAddress, shape.inputs, shape.outputs, packed.baseAddress)
      }
    }
  }

  /// y[l][o] = activation(b[o] + Σᵢ W[o][i] × x[l][i]), from packed parameters.
  ///
  /// Shape: input i of lane l is `inputs[i × inputStep + l × laneStep]`; `outputs` `[laneCount][packedUnits(outputs)]`,
  /// whose padding is unspecified.
  ///
  /// Determinism: as ``forward(_:parameters:activation:laneCount:stride:matrices:inputs:outputs:)``.
  package static func forwardPacked(
    _ shape: DenseShape, packed: Span<Float>, activation: Activation, laneCount: Int,
    inputs: Span<Float>, inputStep: Int, laneStep: Int, into outputs: inout MutableSpan<Float>
  ) {
    guard laneCount > 0 else { return }
    let units = packedUnits(shape.outputs)
    precondition(packed.count == packedCount(shape), "the packed parameters are the layer's")
    precondition(inputStep > 0 && laneStep > 0, "steps go forward")
    precondition(
      (shape.inputs - 1) * inputStep + (laneCount - 1) * laneStep < inputs.count,
      "every lane has its inputs")
    precondition(laneCount * units <= outputs.count, "room for the units of every lane")
    // SAFETY: the parameters have the layer's size, the greatest place that is read and the rows that are
    // written lie within their spans (checked above), and a span that changes overlaps no other.
    unsafe packed.withUnsafeBufferPointer { packed in
      unsafe inputs.withUnsafeBufferPointer { inputs in
        unsafe outputs.withUnsafeMutableBufferPointer { outputs in
          unsafe troupe_dense_forward_packed(
            packed.baseAddress, shape.inputs, shape.outputs, activation.code, laneCount,
            inputs.baseAddress, inputStep, laneStep, outputs.baseAddress)
        }
      }
    }
  }
}

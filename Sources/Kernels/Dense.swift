internal import CKernels

/// The sizes of a fully connected layer.
package struct DenseShape: Hashable, Sendable {
  package let inputs: Int
  package let outputs: Int

  /// - Precondition: both are at least 1.
  package init(inputs: Int, outputs: Int) {
    precondition(inputs > 0 && outputs > 0, "a layer has inputs and outputs")
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Weights `[outputs][inputs]`, row-major, then one bias for each output.
  package var parameterCount: Int { (inputs + 1) * outputs }
}

/// What a layer applies to each of its sums.
package enum Activation: Hashable, Sendable, CaseIterable {
  case none
  case tanh
  /// `x > 0 ? x : +0`.
  case relu

  var code: Int32 {
    switch self {
    case .none: Int32(TROUPE_ACTIVATION_NONE)
    case .tanh: Int32(TROUPE_ACTIVATION_TANH)
    case .relu: Int32(TROUPE_ACTIVATION_RELU)
    }
  }
}

/// Fully connected layers over lanes: forward, and both halves of the backward pass.
///
/// Shape: matrices are `[row][stride]` at offsets of one buffer; `stride` is a multiple of 32 and at
/// least `laneCount` rounded up to one. The kernels compute padded lanes too, whatever they hold: the
/// forward pass at least up to the next multiple of 8, the others all.
/// A stride that is not a multiple of 256 keeps rows from competing for the same cache sets.
package enum Dense {
  /// y[o][l] = activation(b[o] + Σᵢ W[o][i] × x[i][l]).
  ///
  /// Determinism: from the bias, one fused multiply-add for each input in ascending order.
  ///
  /// - Precondition: the regions of `inputs` and `outputs` lie within `matrices` and are disjoint.
  package static func forward(
    _ shape: DenseShape, parameters: Span<Float>, activation: Activation, laneCount: Int,
    stride: Int, matrices: inout MutableSpan<Float>, inputs: Int, outputs: Int
  ) {
    precondition(parameters.count == shape.parameterCount, "the parameters are the layer's")
    let x = MatrixRegion(
      offset: inputs, rows: shape.inputs, laneCount: laneCount, stride: stride,
      bufferCount: matrices.count)
    let y = MatrixRegion(
      offset: outputs, rows: shape.outputs, laneCount: laneCount, stride: stride,
      bufferCount: matrices.count)
    x.requireDisjoint(from: y)
    // SAFETY: the parameters have the layer's size, both matrices lie within the buffer with their
    // padded lanes, and what is written overlaps nothing that is read (checked above).
    unsafe parameters.withUnsafeBufferPointer { parameters in
      unsafe matrices.withUnsafeMutableBufferPointer { matrices in
        guard let base = matrices.baseAddress else { return }
        unsafe troupe_dense_forward(
          parameters.baseAddress, shape.inputs, shape.outputs, activation.code, laneCount, stride,
          base + inputs, base + outputs)
      }
    }
  }

  /// dx[i][l] = (Σₒ W[o][i] × dy[o][l]) × the derivative of the activation of the layer below, in
  /// terms of that layer's outputs `activations`: 1, 1 − y², or y > 0 ? 1 : 0.
  ///
  /// Determinism: from 0, one fused multiply-add for each output in ascending order.
  ///
  /// - Precondition: the three regions lie within `matrices`; the one written overlaps no other.
  package static func backwardInputs(
    _ shape: DenseShape, parameters: Span<Float>, activation: Activation, laneCount: Int,
    stride: Int, matrices: inout MutableSpan<Float>, outputGradients: Int, activations: Int,
    into inputGradients: Int
  ) {
    precondition(parameters.count == shape.parameterCount, "the parameters are the layer's")
    let dy = MatrixRegion(
      offset: outputGradients, rows: shape.outputs, laneCount: laneCount, stride: stride,
      bufferCount: matrices.count)
    let y = MatrixRegion(
      offset: activations, rows: shape.inputs, laneCount: laneCount, stride: stride,
      bufferCount: matrices.count)
    let dx = MatrixRegion(
      offset: inputGradients, rows: shape.inputs, laneCount: laneCount, stride: stride,
      bufferCount: matrices.count)
    dx.requireDisjoint(from: dy)
    dx.requireDisjoint(from: y)
    // SAFETY: as in forward; all three matrices were checked above.
    unsafe parameters.withUnsafeBufferPointer { parameters in
      unsafe matrices.withUnsafeMutableBufferPointer { matrices in
        guard let base = matrices.baseAddress else { return }
        unsafe troupe_dense_backward_inputs(
          parameters.baseAddress, shape.inputs, shape.outputs, activation.code, laneCount, stride,
          base + outputGradients, base + activations, base + inputGradients)
      }
    }
  }

  /// Adds Σ over lanes of dy[o] × x[i] to `gradient`, which is laid out as the parameters; for the
  /// biases x is 1.
  ///
  /// Determinism: 16 accumulators start at 0; accumulator k takes the lanes k, k + 16, … in ascending
  /// order, each a fused multiply-add (a plain add for the biases), up to `laneCount` rounded up to a
  /// multiple of 16. They are added as (k) + (k + 8), then + 4, + 2, + 1, and the sum is added to
  /// `gradient` once.
  ///
  /// - Precondition: both regions lie within `matrices`. Padded lanes are 0 in `outputGradients`, as
  ///   ``Categorical/score(count:laneCount:stride:matrices:logits:actions:weights:entropyWeight:into:)``
  ///   leaves them, and finite in `inputs`.
  package static func accumulateParameterGradients(
    _ shape: DenseShape, laneCount: Int, stride: Int, matrices: Span<Float>, inputs: Int,
    outputGradients: Int, into gradient: inout MutableSpan<Float>
  ) {
    precondition(gradient.count == shape.parameterCount, "the gradient is the layer's")
    _ = MatrixRegion(
      offset: inputs, rows: shape.inputs, laneCount: laneCount, stride: stride,
      bufferCount: matrices.count)
    _ = MatrixRegion(
      offset: outputGradients, rows: shape.outputs, laneCount: laneCount, stride: stride,
      bufferCount: matrices.count)
    // SAFETY: the gradient has the layer's size and both matrices lie within the buffer with their
    // padded lanes (checked above).
    unsafe matrices.withUnsafeBufferPointer { matrices in
      unsafe gradient.withUnsafeMutableBufferPointer { gradient in
        guard let base = matrices.baseAddress else { return }
        unsafe troupe_dense_accumulate_parameter_gradients(
          shape.inputs, shape.outputs, laneCount, stride, base + inputs, base + outputGradients,
          gradient.baseAddress)
      }
    }
  }
}

internal import CKernels

/// The elementwise steps of the optimizers, along the gradient (ascent).
package enum VectorUpdates {
  /// θ ← fma(learningRate, g, θ).
  package static func ascend(
    along gradient: Span<Float>, learningRate: Float, parameters: inout MutableSpan<Float>
  ) {
    precondition(gradient.count == parameters.count, "one gradient entry for each parameter")
    // SAFETY: both arrays hold gradient.count floats (checked above).
    unsafe gradient.withUnsafeBufferPointer { gradient in
      unsafe parameters.withUnsafeMutableBufferPointer { parameters in
        unsafe troupe_ascend(
          gradient.baseAddress, gradient.count, learningRate, parameters.baseAddress)
      }
    }
  }

  /// Adam, with `firstCorrection` = 1 − β₁ᵗ and `secondCorrection` = 1 − β₂ᵗ at update t = 1, 2, …
  ///
  /// m ← m + (1 − β₁)(g − m), v ← β₂ v + (1 − β₂) g²,
  /// θ ← θ + (learningRate / firstCorrection) × m / (√v / √secondCorrection + ε). 1 − β is computed
  /// from the Float β, so the corrections should be, too: 0.999 differs from its Float by 1e-5 of
  /// 1 − 0.999.
  ///
  /// Source: Kingma and Ba, "Adam", ICLR 2015, algorithm 1, arranged as in PyTorch.
  package static func adam(
    gradient: Span<Float>, learningRate: Float, beta1: Float, beta2: Float, epsilon: Float,
    firstCorrection: Float, secondCorrection: Float, firstMoment: inout MutableSpan<Float>,
    secondMoment: inout MutableSpan<Float>, parameters: inout MutableSpan<Float>
  ) {
    let count = gradient.count
    precondition(parameters.count == count, "one gradient entry for each parameter")
    precondition(firstMoment.count == count && secondMoment.count == count, "moments of θ's length")
    let step = learningRate / firstCorrection
    let rootCorrection = secondCorrection.squareRoot()
    // SAFETY: all arrays hold count floats (checked above).
    unsafe gradient.withUnsafeBufferPointer { gradient in
      unsafe firstMoment.withUnsafeMutableBufferPointer { firstMoment in
        unsafe secondMoment.withUnsafeMutableBufferPointer { secondMoment in
          unsafe parameters.withUnsafeMutableBufferPointer { parameters in
            unsafe troupe_adam(
              gradient.baseAddress, count, step, beta1, beta2, epsilon, rootCorrection,
              firstMoment.baseAddress, secondMoment.baseAddress, parameters.baseAddress)
          }
        }
      }
    }
  }

  /// RMSprop with ε outside the root: s ← α s + (1 − α) g², θ ← θ + learningRate × g / (√s + ε).
  ///
  /// Source: PyTorch's `torch.optim.RMSprop`, not centred, without momentum.
  package static func rmsprop(
    gradient: Span<Float>, learningRate: Float, alpha: Float, epsilon: Float,
    meanSquare: inout MutableSpan<Float>, parameters: inout MutableSpan<Float>
  ) {
    let count = gradient.count
    precondition(parameters.count == count, "one gradient entry for each parameter")
    precondition(meanSquare.count == count, "a mean square for each parameter")
    // SAFETY: all arrays hold count floats (checked above).
    unsafe gradient.withUnsafeBufferPointer { gradient in
      unsafe meanSquare.withUnsafeMutableBufferPointer { meanSquare in
        unsafe parameters.withUnsafeMutableBufferPointer { parameters in
          unsafe troupe_rmsprop(
            gradient.baseAddress, count, learningRate, alpha, epsilon, meanSquare.baseAddress,
            parameters.baseAddress)
        }
      }
    }
  }

  /// Multiplies every value by `factor`.
  package static func scale(_ values: inout MutableSpan<Float>, by factor: Float) {
    // SAFETY: the kernel reads and writes values.count floats.
    unsafe values.withUnsafeMutableBufferPointer {
      unsafe troupe_scale($0.baseAddress, $0.count, factor)
    }
  }
}

internal import CKernels

/// Distributions over `0..<count` given by logits, one distribution for each lane.
///
/// log π(a) = (z_a − max z) − log Σ exp(z − max z), summed over the actions in ascending order. Actions
/// are indices as Float, exact up to 2²⁴.
///
/// Shape: `logits` is the offset of a `[count][stride]` matrix in `matrices`; arrays by lane have at
/// least `laneCount` entries, and no more are read or written.
package enum Categorical {
  /// Samples an action for each lane from the top 24 bits of its word, by the inverse of the
  /// cumulative distribution.
  ///
  /// Determinism: u = (word >> 8) × 2⁻²⁴; the action is the first whose running sum of exp(z − max),
  /// in ascending order, exceeds u × the whole sum; the last action takes the rest.
  package static func sample(
    count: Int, laneCount: Int, stride: Int, matrices: inout MutableSpan<Float>, logits: Int,
    words: Span<UInt32>, into actions: inout MutableSpan<Float>,
    logProbabilities: inout MutableSpan<Float>
  ) {
    checkLogits(
      count: count, laneCount: laneCount, stride: stride, bufferCount: matrices.count,
      logits: logits)
    precondition(words.count >= laneCount, "one random word for each lane")
    precondition(actions.count >= laneCount, "room for one action for each lane")
    precondition(logProbabilities.count >= laneCount, "room for one log π for each lane")
    // SAFETY: the logits lie within the buffer with their padded lanes, and each array by lane holds
    // laneCount entries (checked above).
    unsafe matrices.withUnsafeMutableBufferPointer { matrices in
      unsafe words.withUnsafeBufferPointer { words in
        unsafe actions.withUnsafeMutableBufferPointer { actions in
          unsafe logProbabilities.withUnsafeMutableBufferPointer { logProbabilities in
            guard let base = matrices.baseAddress else { return }
            unsafe troupe_categorical_sample(
              count, laneCount, stride, base + logits, words.baseAddress, actions.baseAddress,
              logProbabilities.baseAddress)
          }
        }
      }
    }
  }

  /// Takes the first action of maximal logit for each lane.
  package static func mode(
    count: Int, laneCount: Int, stride: Int, matrices: inout MutableSpan<Float>, logits: Int,
    into actions: inout MutableSpan<Float>, logProbabilities: inout MutableSpan<Float>
  ) {
    checkLogits(
      count: count, laneCount: laneCount, stride: stride, bufferCount: matrices.count,
      logits: logits)
    precondition(actions.count >= laneCount, "room for one action for each lane")
    precondition(logProbabilities.count >= laneCount, "room for one log π for each lane")
    // SAFETY: as in sample.
    unsafe matrices.withUnsafeMutableBufferPointer { matrices in
      unsafe actions.withUnsafeMutableBufferPointer { actions in
        unsafe logProbabilities.withUnsafeMutableBufferPointer { logProbabilities in
          guard let base = matrices.baseAddress else { return }
          unsafe troupe_categorical_mode(
            count, laneCount, stride, base + logits, actions.baseAddress,
            logProbabilities.baseAddress)
        }
      }
    }
  }

  /// log π of given actions, the same bits as
  /// ``sample(count:laneCount:stride:matrices:logits:words:into:logProbabilities:)`` gave, and the
  /// entropy −Σ π log π of each distribution.
  ///
  /// An action outside `0..<count` has log π 0.
  package static func evaluate(
    count: Int, laneCount: Int, stride: Int, matrices: Span<Float>, logits: Int,
    actions: Span<Float>, into logProbabilities: inout MutableSpan<Float>,
    entropies: inout MutableSpan<Float>
  ) {
    checkLogits(
      count: count, laneCount: laneCount, stride: stride, bufferCount: matrices.count,
      logits: logits)
    precondition(actions.count >= laneCount, "one action for each lane")
    precondition(logProbabilities.count >= laneCount, "room for one log π for each lane")
    precondition(entropies.count >= laneCount, "room for one entropy for each lane")
    // SAFETY: as in sample.
    unsafe matrices.withUnsafeBufferPointer { matrices in
      unsafe actions.withUnsafeBufferPointer { actions in
        unsafe logProbabilities.withUnsafeMutableBufferPointer { logProbabilities in
          unsafe entropies.withUnsafeMutableBufferPointer { entropies in
            guard let base = matrices.baseAddress else { return }
            unsafe troupe_categorical_evaluate(
              count, laneCount, stride, base + logits, actions.baseAddress,
              logProbabilities.baseAddress, entropies.baseAddress)
          }
        }
      }
    }
  }

  /// The gradient with respect to the logits of weight × log π(action) + entropyWeight × entropy:
  /// weight × (1{a = action} − π_a) − entropyWeight × π_a (log π_a + H).
  ///
  /// The columns from `laneCount` to the next multiple of 32 become 0, as
  /// ``Dense/accumulateParameterGradients(_:laneCount:stride:matrices:inputs:outputGradients:into:)``
  /// needs them.
  ///
  /// - Precondition: the matrices of logits and of their gradients are disjoint.
  package static func score(
    count: Int, laneCount: Int, stride: Int, matrices: inout MutableSpan<Float>, logits: Int,
    actions: Span<Float>, weights: Span<Float>, entropyWeight: Float, into logitGradients: Int
  ) {
    let z = checkLogits(
      count: count, laneCount: laneCount, stride: stride, bufferCount: matrices.count,
      logits: logits)
    let dz = MatrixRegion(
      offset: logitGradients, rows: count, laneCount: laneCount, stride: stride,
      bufferCount: matrices.count)
    dz.requireDisjoint(from: z)
    precondition(actions.count >= laneCount, "one action for each lane")
    precondition(weights.count >= laneCount, "one weight for each lane")
    // SAFETY: as in sample; the gradients overlap nothing that is read.
    unsafe matrices.withUnsafeMutableBufferPointer { matrices in
      unsafe actions.withUnsafeBufferPointer { actions in
        unsafe weights.withUnsafeBufferPointer { weights in
          guard let base = matrices.baseAddress else { return }
          unsafe troupe_categorical_score(
            count, laneCount, stride, base + logits, actions.baseAddress, weights.baseAddress,
            entropyWeight, base + logitGradients)
        }
      }
    }
  }

  @discardableResult
  private static func checkLogits(
    count: Int, laneCount: Int, stride: Int, bufferCount: Int, logits: Int
  ) -> MatrixRegion {
    precondition(count > 0, "a distribution has at least one action")
    return MatrixRegion(
      offset: logits, rows: count, laneCount: laneCount, stride: stride, bufferCount: bufferCount)
  }
}

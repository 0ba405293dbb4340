internal import Kernels

/// Adds vectors that come one after the other along a fixed binary tree: the sum of 2ᵏ consecutive
/// vectors is always formed from its two halves. The tree depends on the number of vectors alone, and
/// only log₂ of them are held at a time.
struct PairwiseSum {
  /// Partial sums of 2ᵏ vectors, at index k; nil where the binary count has a zero.
  private var partials: [[Float]?] = []

  mutating func add(_ vector: consuming [Float]) {
    var carry = vector
    for level in partials.indices {
      guard var sum = partials[level] else {
        partials[level] = carry
        return
      }
      partials[level] = nil
      var view = sum.mutableSpan
      Reductions.accumulate(carry.span, into: &view)
      carry = sum
    }
    partials.append(carry)
  }

  /// The sum of everything added, or nil if nothing was; later vectors are added to earlier ones.
  consuming func total() -> [Float]? {
    var total: [Float]?
    for case .some(var sum) in partials {
      if let later = total {
        var view = sum.mutableSpan
        Reductions.accumulate(later.span, into: &view)
      }
      total = sum
    }
    return total
  }
}

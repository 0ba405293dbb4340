internal import Kernels
internal import RL

extension ActionHead {
  /// The distribution that the outputs of each lane stand for. A probability is exp of the log-probability
  /// that ``choose(outputs:matrices:parameters:streams:greedy:scratch:actions:actionStride:logProbabilities:)``
  /// gives for the same choice.
  func distributions(
    outputs: OutputMatrix, matrices: inout MutableSpan<Float>, parameters: Span<Float>,
    scratch: inout HeadScratch
  ) -> [ActionDistribution] {
    let lanes = 0..<outputs.laneCount
    // Shape: [lane][part]
    var probabilities = lanes.map { _ in [[Float]]() }
    var means = lanes.map { _ in [Float]() }
    var (part, entropy): ([Float], [Float]) = ([], [])
    swap(&part, &scratch.part)
    swap(&entropy, &scratch.partEntropy)
    forEachPart { _, count, row in
      let first = prepare(row: row, outputs: outputs, matrices: &matrices, rows: scratch.rows)
      if case .gaussian = self {
        for lane in lanes { means[lane].append(matrices[first + lane]) }
        return
      }
      for lane in lanes { probabilities[lane].append([]) }
      for alternative in 0..<count {
        let actions = [Float](repeating: Float(alternative), count: outputs.laneCount)
        var partView = part.mutableSpan
        var entropyView = entropy.mutableSpan
        Categorical.evaluate(
          count: count, laneCount: outputs.laneCount, stride: outputs.stride,
          matrices: matrices.span, logits: first, actions: actions.span, into: &partView,
          entropies: &entropyView)
        for lane in lanes {
          probabilities[lane][probabilities[lane].count - 1].append(Elementary.exp(partView[lane]))
        }
      }
    }
    swap(&part, &scratch.part)
    swap(&entropy, &scratch.partEntropy)
    switch self {
    case .categorical: return probabilities.map { .categorical($0) }
    case .bernoulli: return probabilities.map { .bernoulli($0.map { $0[1] }) }
    case .gaussian(let count):
      let deviations = (0..<count).map { Elementary.exp(parameters[$0]) }
      return means.map { .gaussian(means: $0, deviations: deviations) }
    }
  }
}

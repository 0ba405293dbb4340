internal import Kernels
internal import RL

/// Where a network's outputs lie, and for how many columns.
struct OutputMatrix {
  /// First entry of the outputs within the workspace's matrices.
  let offset: Int
  let stride: Int
  let laneCount: Int

  var paddedLaneCount: Int { (laneCount + 31) / 32 * 32 }
}

/// How the outputs of a network become a distribution over actions: the action space's own.
///
/// Log-probabilities of a choice made of several parts are added up in the order of the parts.
enum ActionHead: Sendable {
  /// Independent categorical choices, one for a discrete space. Outputs: the logits of one after the
  /// other.
  case categorical(counts: [Int])
  /// Independent switches. Outputs: one logit each.
  case bernoulli(count: Int)
  /// Independent normal distributions whose log σ is a parameter of its own, not of the state.
  /// Outputs: the means.
  case gaussian(count: Int)

  init(_ space: ActionSpace) {
    switch space {
    case .discrete(let count): self = .categorical(counts: [count])
    case .multiDiscrete(let counts): self = .categorical(counts: counts)
    case .multiBinary(let count): self = .bernoulli(count: count)
    case .box(let low, _): self = .gaussian(count: low.count)
    }
  }

  /// Rows of the network's last layer.
  var outputCount: Int {
    switch self {
    case .categorical(let counts): counts.reduce(0, +)
    case .bernoulli(let count), .gaussian(let count): count
    }
  }

  /// Parameters beside the network's: log σ of each number.
  var parameterCount: Int {
    switch self {
    case .categorical, .bernoulli: 0
    case .gaussian(let count): count
    }
  }

  /// Rows of scratch that the head needs in the workspace's matrices: the logits of a switch's two
  /// sides, and their gradients.
  var scratchRowCount: Int {
    switch self {
    case .categorical, .gaussian: 0
    case .bernoulli: 4
    }
  }
}

/// What a head works on besides the outputs.
struct HeadScratch: Sendable {
  /// One Philox block per lane. Shape: `[4][stride]`.
  var words: [UInt32]
  /// Log-probability and entropy of one part of the choice.
  var part: [Float]
  var partEntropy: [Float]
  /// First of the head's own rows in the workspace's matrices.
  let rows: Int

  init(stride: Int, rows: Int) {
    words = Array(repeating: 0, count: 4 * stride)
    part = Array(repeating: 0, count: stride)
    partEntropy = part
    self.rows = rows
  }
}

extension ActionHead {
  /// Samples an action for each lane, or takes the most probable one, and its log-probability.
  ///
  /// Shape: `actions` `[actionSize][actionStride]`.
  func choose(
    outputs: OutputMatrix, matrices: inout MutableSpan<Float>, parameters: Span<Float>,
    streams: borrowing LaneStreams, greedy: Bool, scratch: inout HeadScratch,
    actions: inout MutableSpan<Float>, actionStride: Int,
    logProbabilities: inout MutableSpan<Float>
  ) {
    if case .categorical(let counts) = self, counts.count == 1 {
      return chooseOne(
        of: counts[0], outputs: outputs, matrices: &matrices, streams: streams, greedy: greedy,
        scratch: &scratch, actions: &actions, logProbabilities: &logProbabilities)
    }
    for lane in 0..<outputs.laneCount { logProbabilities[lane] = 0 }
    var (words, part): ([UInt32], [Float]) = ([], [])
    swap(&words, &scratch.words)
    swap(&part, &scratch.part)
    let rows = scratch.rows
    forEachPart { index, count, row in
      var action = actions._mutatingExtracting(index * actionStride..<(index + 1) * actionStride)
      if !greedy, index % wordsPerBlock == 0 {
        var view = words.mutableSpan
        streams.fill(
          purpose: .action, block: index / wordsPerBlock, laneCount: outputs.laneCount,
          stride: outputs.stride, into: &view)
      }
      let firstWord = index % wordsPerBlock * (4 / wordsPerBlock) * outputs.stride
      let partWords = words.span.extracting(droppingFirst: firstWord)
      var partView = part.mutableSpan
      let logits = prepare(row: row, outputs: outputs, matrices: &matrices, rows: rows)
      switch self {
      case .categorical, .bernoulli:
        if greedy {
          Categorical.mode(
            count: count, laneCount: outputs.laneCount, stride: outputs.stride,
            matrices: &matrices, logits: logits, into: &action, logProbabilities: &partView)
        } else {
          Categorical.sample(
            count: count, laneCount: outputs.laneCount, stride: outputs.stride,
            matrices: &matrices, logits: logits, words: partWords, into: &action,
            logProbabilities: &partView)
        }
      case .gaussian:
        let logDeviation = parameters[index]
        for lane in 0..<outputs.laneCount {
          let mean = matrices[logits + lane]
          let noise =
            greedy
            ? 0 : Gaussian.noise(partWords[lane], partWords[outputs.stride + lane])
          action[lane] = mean + Elementary.exp(logDeviation) * noise
          partView[lane] = Gaussian.logProbability(
            of: action[lane], mean: mean, logDeviation: logDeviation)
        }
      }
      for lane in 0..<outputs.laneCount { logProbabilities[lane] += partView[lane] }
    }
    swap(&words, &scratch.words)
    swap(&part, &scratch.part)
  }

  /// ``choose`` for the most common head, without adding up parts.
  private func chooseOne(
    of count: Int, outputs: OutputMatrix, matrices: inout MutableSpan<Float>,
    streams: borrowing LaneStreams, greedy: Bool, scratch: inout HeadScratch,
    actions: inout MutableSpan<Float>, logProbabilities: inout MutableSpan<Float>
  ) {
    if greedy {
      return Categorical.mode(
        count: count, laneCount: outputs.laneCount, stride: outputs.stride, matrices: &matrices,
        logits: outputs.offset, into: &actions, logProbabilities: &logProbabilities)
    }
    var words: [UInt32] = []
    swap(&words, &scratch.words)
    var view = words.mutableSpan
    streams.fill(
      purpose: .action, block: 0, laneCount: outputs.laneCount, stride: outputs.stride,
      into: &view)
    Categorical.sample(
      count: count, laneCount: outputs.laneCount, stride: outputs.stride, matrices: &matrices,
      logits: outputs.offset, words: words.span, into: &actions,
      logProbabilities: &logProbabilities)
    swap(&words, &scratch.words)
  }

  /// Log-probabilities of given actions, with the bits of ``choose``, and entropies.
  func evaluate(
    outputs: OutputMatrix, matrices: inout MutableSpan<Float>, parameters: Span<Float>,
    actions: Span<Float>, actionStride: Int, scratch: inout HeadScratch,
    logProbabilities: inout MutableSpan<Float>, entropies: inout MutableSpan<Float>
  ) {
    if case .categorical(let counts) = self, counts.count == 1 {
      return Categorical.evaluate(
        count: counts[0], laneCount: outputs.laneCount, stride: outputs.stride,
        matrices: matrices.span, logits: outputs.offset,
        actions: actions.extracting(first: outputs.laneCount), into: &logProbabilities,
        entropies: &entropies)
    }
    for lane in 0..<outputs.laneCount {
      logProbabilities[lane] = 0
      entropies[lane] = 0
    }
    var (part, partEntropy): ([Float], [Float]) = ([], [])
    swap(&part, &scratch.part)
    swap(&partEntropy, &scratch.partEntropy)
    let rows = scratch.rows
    forEachPart { index, count, row in
      let action = actions.extracting(droppingFirst: index * actionStride)
      var partView = part.mutableSpan
      var entropyView = partEntropy.mutableSpan
      let logits = prepare(row: row, outputs: outputs, matrices: &matrices, rows: rows)
      switch self {
      case .categorical, .bernoulli:
        Categorical.evaluate(
          count: count, laneCount: outputs.laneCount, stride: outputs.stride,
          matrices: matrices.span, logits: logits,
          actions: action.extracting(first: outputs.laneCount), into: &partView,
          entropies: &entropyView)
      case .gaussian:
        let logDeviation = parameters[index]
        for lane in 0..<outputs.laneCount {
          partView[lane] = Gaussian.logProbability(
            of: action[lane], mean: matrices[logits + lane], logDeviation: logDeviation)
          entropyView[lane] = Gaussian.entropy(logDeviation: logDeviation)
        }
      }
      for lane in 0..<outputs.laneCount {
        logProbabilities[lane] += partView[lane]
        entropies[lane] += entropyView[lane]
      }
    }
    swap(&part, &scratch.part)
    swap(&partEntropy, &scratch.partEntropy)
  }

  /// Writes the gradient of Σ (weight × log-probability + entropyWeight × entropy) with respect to the
  /// outputs, zero in padding columns, and adds that of the head's own parameters to `gradient`.
  func score(
    outputs: OutputMatrix, matrices: inout MutableSpan<Float>, parameters: Span<Float>,
    actions: Span<Float>, actionStride: Int, weights: Span<Float>, entropyWeight: Float,
    scratch: HeadScratch, outputGradients: Int, gradient: inout MutableSpan<Float>
  ) {
    forEachPart { index, count, row in
      let action = actions.extracting(droppingFirst: index * actionStride)
      let rowGradient = outputGradients + row * outputs.stride
      let logits = prepare(row: row, outputs: outputs, matrices: &matrices, rows: scratch.rows)
      switch self {
      case .categorical:
        Categorical.score(
          count: count, laneCount: outputs.laneCount, stride: outputs.stride,
          matrices: &matrices, logits: logits,
          actions: action.extracting(first: outputs.laneCount), weights: weights,
          entropyWeight: entropyWeight, into: rowGradient)
      case .bernoulli:
        // Of the two logits (0, z) only z is an output.
        let pair = scratch.rows + 2 * outputs.stride
        Categorical.score(
          count: 2, laneCount: outputs.laneCount, stride: outputs.stride, matrices: &matrices,
          logits: logits, actions: action.extracting(first: outputs.laneCount), weights: weights,
          entropyWeight: entropyWeight, into: pair)
        for lane in 0..<outputs.paddedLaneCount {
          matrices[rowGradient + lane] = matrices[pair + outputs.stride + lane]
        }
      case .gaussian:
        let logDeviation = parameters[index]
        let inverse = Elementary.exp(-logDeviation)
        var sum = 0.0
        for lane in 0..<outputs.laneCount {
          let deviation = (action[lane] - matrices[logits + lane]) * inverse
          matrices[rowGradient + lane] = weights[lane] * deviation * inverse
          sum += Double(weights[lane] * (deviation * deviation - 1)) + Double(entropyWeight)
        }
        for lane in outputs.laneCount..<outputs.paddedLaneCount {
          matrices[rowGradient + lane] = 0
        }
        gradient[index] += Float(sum)
      }
    }
  }

  /// Parts of a choice that one Philox block of four words serves.
  private var wordsPerBlock: Int {
    switch self {
    case .categorical, .bernoulli: 4
    case .gaussian: 2
    }
  }

  /// Calls `body` with the index, the number of alternatives and the first output row of each part.
  func forEachPart(_ body: (_ index: Int, _ count: Int, _ row: Int) -> Void) {
    switch self {
    case .categorical(let counts):
      var row = 0
      for (index, count) in counts.enumerated() {
        body(index, count, row)
        row += count
      }
    case .bernoulli(let count):
      for index in 0..<count { body(index, 2, index) }
    case .gaussian(let count):
      for index in 0..<count { body(index, 1, index) }
    }
  }

  /// Where the logits (or means) of a part lie: the outputs themselves, but for a switch, whose two
  /// logits 0 and z are laid out in the head's own rows.
  func prepare(
    row: Int, outputs: OutputMatrix, matrices: inout MutableSpan<Float>, rows: Int
  ) -> Int {
    let first = outputs.offset + row * outputs.stride
    guard case .bernoulli = self else { return first }
    for lane in 0..<outputs.paddedLaneCount {
      matrices[rows + lane] = 0
      matrices[rows + outputs.stride + lane] = matrices[first + lane]
    }
    return rows
  }
}

/// The normal distribution in single precision, plain multiplications and additions.
enum Gaussian {
  private static var halfLogTwoPi: Float { 0.9189385332046727 }

  /// A standard normal deviate from two words.
  ///
  /// Source: Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958.
  static func noise(_ first: UInt32, _ second: UInt32) -> Float {
    let radius = 1 - Float(first >> 8) * 0x1p-24
    let angle = Float(second >> 8) * 0x1p-24
    return (-2 * Elementary.log(radius)).squareRoot() * Elementary.cos(2 * Float.pi * angle)
  }

  static func logProbability(of value: Float, mean: Float, logDeviation: Float) -> Float {
    let deviation = (value - mean) * Elementary.exp(-logDeviation)
    return -0.5 * (deviation * deviation) - logDeviation - halfLogTwoPi
  }

  static func entropy(logDeviation: Float) -> Float { logDeviation + 0.5 + halfLogTwoPi }
}

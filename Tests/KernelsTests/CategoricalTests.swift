import Kernels
import Testing

@Suite struct CategoricalTests {
  /// Logits of random distributions, room for their gradients, and one action and weight per lane.
  struct Case {
    let count: Int
    let laneCount: Int
    let stride: Int
    let matrices: [Float]
    let words: [UInt32]
    let actions: [Float]
    let weights: [Float]
    let offset = 5
    var gradients: Int { offset + count * stride }

    init(count: Int, laneCount: Int, scale: Float = 4) {
      self.count = count
      self.laneCount = laneCount
      stride = Numbers.padded(laneCount) + 32
      matrices = Numbers.floats(5 + 2 * count * stride, seed: UInt32(count), scale: scale)
      words = Numbers.words(laneCount, seed: 5)
      actions = words.map { Float(Int($0 >> 4) % count) }
      weights = Numbers.floats(laneCount, seed: 6, scale: 3)
    }
  }

  static var cases: [Case] {
    [1, 2, 3, 5, 16, 19].flatMap { count in
      Numbers.laneCounts.filter { $0 < 100 }.map { Case(count: count, laneCount: $0) }
    } + [
      Case(count: 2, laneCount: 1000), Case(count: 33, laneCount: 17),
      // Probabilities down to 0.
      Case(count: 5, laneCount: 33, scale: 120),
    ]
  }

  typealias Choice = (
    _ matrices: inout MutableSpan<Float>, _ actions: inout MutableSpan<Float>,
    _ logProbabilities: inout MutableSpan<Float>
  ) -> Void

  /// What one implementation of the four operations gives on one case, as bits.
  private func results(
    _ input: Case,
    sample: @escaping Choice, mode: @escaping Choice,
    evaluate: (Span<Float>, inout MutableSpan<Float>, inout MutableSpan<Float>) -> Void,
    score: (inout MutableSpan<Float>) -> Void
  ) -> [[UInt32]] {
    var memory = input.matrices
    var first = [Float](repeating: -7, count: input.laneCount + 2)
    var second = first
    var results: [[UInt32]] = []
    for operation in [sample, mode] {
      var matrices = memory.mutableSpan
      var firstView = first.mutableSpan
      var secondView = second.mutableSpan
      operation(&matrices, &firstView, &secondView)
      results += [bits(first), bits(second)]
    }
    var firstView = first.mutableSpan
    var secondView = second.mutableSpan
    evaluate(memory.span, &firstView, &secondView)
    results += [bits(first), bits(second)]
    var matrices = memory.mutableSpan
    score(&matrices)
    for action in 0..<input.count {
      let row = input.gradients + action * input.stride
      results.append(bits(memory[row..<row + Numbers.padded(input.laneCount)]))
    }
    results.append(bits(memory[..<input.gradients]))
    return results
  }

  @Test func everyOperationEqualsItsDefinitionOnEveryInstructionSet() {
    for input in Self.cases {
      let expected = results(
        input,
        sample: { matrices, actions, logProbabilities in
          Reference.sample(
            count: input.count, laneCount: input.laneCount, stride: input.stride,
            matrices: &matrices, logits: input.offset, words: input.words.span, into: &actions,
            logProbabilities: &logProbabilities)
        },
        mode: { matrices, actions, logProbabilities in
          Reference.mode(
            count: input.count, laneCount: input.laneCount, stride: input.stride,
            matrices: &matrices, logits: input.offset, into: &actions,
            logProbabilities: &logProbabilities)
        },
        evaluate: { matrices, logProbabilities, entropies in
          Reference.evaluate(
            count: input.count, laneCount: input.laneCount, stride: input.stride,
            matrices: matrices, logits: input.offset, actions: input.actions.span,
            into: &logProbabilities, entropies: &entropies)
        },
        score: { matrices in
          Reference.score(
            count: input.count, laneCount: input.laneCount, stride: input.stride,
            matrices: &matrices, logits: input.offset, actions: input.actions.span,
            weights: input.weights.span, entropyWeight: 0.25, into: input.gradients)
        })
      for set in InstructionSet.available {
        let result = InstructionSet.withInstructionSet(set) {
          results(
            input,
            sample: { matrices, actions, logProbabilities in
              Categorical.sample(
                count: input.count, laneCount: input.laneCount, stride: input.stride,
                matrices: &matrices, logits: input.offset, words: input.words.span,
                into: &actions, logProbabilities: &logProbabilities)
            },
            mode: { matrices, actions, logProbabilities in
              Categorical.mode(
                count: input.count, laneCount: input.laneCount, stride: input.stride,
                matrices: &matrices, logits: input.offset, into: &actions,
                logProbabilities: &logProbabilities)
            },
            evaluate: { matrices, logProbabilities, entropies in
              Categorical.evaluate(
                count: input.count, laneCount: input.laneCount, stride: input.stride,
                matrices: matrices, logits: input.offset, actions: input.actions.span,
                into: &logProbabilities, entropies: &entropies)
            },
            score: { matrices in
              Categorical.score(
                count: input.count, laneCount: input.laneCount, stride: input.stride,
                matrices: &matrices, logits: input.offset, actions: input.actions.span,
                weights: input.weights.span, entropyWeight: 0.25, into: input.gradients)
            })
        }
        #expect(result == expected, "\(set) \(input.count) actions, \(input.laneCount) lanes")
      }
    }
  }

  @Test func evaluatingASampledActionGivesTheSameBits() {
    let input = Case(count: 5, laneCount: 1000)
    var memory = input.matrices
    var actions = [Float](repeating: 0, count: input.laneCount)
    var sampled = actions
    var evaluated = actions
    var entropies = actions
    var matrices = memory.mutableSpan
    var actionView = actions.mutableSpan
    var sampledView = sampled.mutableSpan
    Categorical.sample(
      count: 5, laneCount: input.laneCount, stride: input.stride, matrices: &matrices,
      logits: input.offset, words: input.words.span, into: &actionView,
      logProbabilities: &sampledView)
    var evaluatedView = evaluated.mutableSpan
    var entropyView = entropies.mutableSpan
    Categorical.evaluate(
      count: 5, laneCount: input.laneCount, stride: input.stride, matrices: memory.span,
      logits: input.offset, actions: actions.span, into: &evaluatedView, entropies: &entropyView)
    #expect(bits(sampled) == bits(evaluated))
  }

  @Test func actionsAreSampledWithTheirProbabilities() {
    let probabilities: [Double] = [0.5, 0.2, 0.05, 0.25]
    let laneCount = 1 << 16
    var memory = probabilities.flatMap {
      Array(repeating: Elementary.log(Float($0)), count: laneCount)
    }
    let words = Numbers.words(laneCount, seed: 11)
    var actions = [Float](repeating: 0, count: laneCount)
    var logProbabilities = actions
    var matrices = memory.mutableSpan
    var actionView = actions.mutableSpan
    var logProbabilityView = logProbabilities.mutableSpan
    Categorical.sample(
      count: 4, laneCount: laneCount, stride: laneCount, matrices: &matrices, logits: 0,
      words: words.span, into: &actionView, logProbabilities: &logProbabilityView)
    for (action, probability) in probabilities.enumerated() {
      let frequency = Double(actions.count { $0 == Float(action) }) / Double(laneCount)
      let deviation = (probability * (1 - probability) / Double(laneCount)).squareRoot()
      #expect(abs(frequency - probability) < 4 * deviation)
    }
  }

  @Test func theLastActionTakesTheRest() {
    // The largest word reaches the whole sum but for one part in 2²⁴.
    var memory = [Float](repeating: 0, count: 3 * 32)
    var matrices = memory.mutableSpan
    var actions: [Float] = [9, 9]
    var logProbabilities: [Float] = [0, 0]
    var actionView = actions.mutableSpan
    var logProbabilityView = logProbabilities.mutableSpan
    Categorical.sample(
      count: 3, laneCount: 2, stride: 32, matrices: &matrices, logits: 0,
      words: ([0, .max] as [UInt32]).span, into: &actionView,
      logProbabilities: &logProbabilityView)
    #expect(actions == [0, 2])
  }
}

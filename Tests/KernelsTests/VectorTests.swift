import Kernels
import Testing

/// Philox, scans, records, reductions and updates.
@Suite struct VectorTests {
  static let counts = [0, 1, 7, 8, 9, 15, 16, 17, 19, 33, 1000]

  /// Expects `kernel` to leave the same bits in `arrays` as `definition`, on every instruction set.
  func expectEqual(
    _ arrays: [[Float]], _ name: String, kernel: (inout [[Float]]) -> Void,
    definition: (inout [[Float]]) -> Void
  ) {
    var expected = arrays
    definition(&expected)
    for set in InstructionSet.available {
      var result = arrays
      InstructionSet.withInstructionSet(set) { kernel(&result) }
      #expect(result.map(bits) == expected.map(bits), "\(set) \(name)")
    }
  }

  @Test func philoxGivesItsKnownAnswers() {
    let zero = Philox.block(key: SIMD2(), counter: SIMD4())
    #expect(zero == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = Philox.block(key: SIMD2(repeating: .max), counter: SIMD4(repeating: .max))
    #expect(ones == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    let pi = Philox.block(
      key: SIMD2(0xa409_3822, 0x299f_31d0),
      counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344))
    #expect(pi == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func philoxLanesEqualTheirBlocksOnEveryInstructionSet() {
    for laneCount in Numbers.laneCounts {
      let stride = laneCount + 3
      let slots = Numbers.words(laneCount, seed: 41)
      let steps = Numbers.words(laneCount, seed: 42).map { $0 >> 8 }
      func run(_ fill: (inout MutableSpan<UInt32>) -> Void) -> [UInt32] {
        var words = [UInt32](repeating: 7, count: 4 * stride)
        var view = words.mutableSpan
        fill(&view)
        return words
      }
      let expected = run {
        Reference.fill(
          key: SIMD2(1, 2), version: 3, stream: 4, block: 15, slots: slots.span,
          steps: steps.span, laneCount: laneCount, stride: stride, into: &$0)
      }
      for set in InstructionSet.available {
        let result = run { words in
          InstructionSet.withInstructionSet(set) {
            Philox.fill(
              key: SIMD2(1, 2), version: 3, stream: 4, block: 15, slots: slots.span,
              steps: steps.span, laneCount: laneCount, stride: stride, into: &words)
          }
        }
        #expect(result == expected, "\(set) \(laneCount) lanes")
      }
    }
  }

  @Test func suffixSumsEqualTheirDefinition() {
    for count in Self.counts {
      let values = Numbers.floats(count, seed: 43)
      expectEqual(
        [values], "\(count) values",
        kernel: {
          var view = $0[0].mutableSpan
          Scans.discountedSuffixSums(of: values.span, scale: 0.1, discount: 0.99, into: &view)
        },
        definition: {
          var view = $0[0].mutableSpan
          Reference.discountedSuffixSums(of: values.span, scale: 0.1, discount: 0.99, into: &view)
        })
    }
  }

  @Test(arguments: [1, 5, 16, 31, 32, 50])
  func ticksAreMovedToTheRecordsOfTheirLanes(laneCount: Int) {
    let (rows, stride, recordStride) = (3, 64, 40)
    let ticks = Numbers.floats(TickRecords.tickCount * rows * stride, seed: 44)
    let positions = (0..<laneCount).map { $0 * rows * recordStride + $0 * 7 % 24 }
    let untouched = [Float](repeating: 0, count: laneCount * rows * recordStride)
    var expected = untouched
    for tick in 0..<TickRecords.tickCount {
      for row in 0..<rows {
        for lane in 0..<laneCount {
          expected[positions[lane] + row * recordStride + tick] =
            ticks[(tick * rows + row) * stride + lane]
        }
      }
    }
    for set in InstructionSet.available {
      var destination = untouched
      InstructionSet.withInstructionSet(set) {
        var view = destination.mutableSpan
        TickRecords.move(
          ticks.span, rows: rows, laneCount: laneCount, stride: stride, positions: positions.span,
          destinationStride: recordStride, into: &view)
      }
      #expect(destination == expected)
    }
  }

  @Test func sumsOfSquaresEqualTheirDefinition() {
    for count in Self.counts {
      let values = Numbers.floats(count, seed: 45)
      let expected = Reference.sumOfSquares(values.span)
      for set in InstructionSet.available {
        let sum = InstructionSet.withInstructionSet(set) { Reductions.sumOfSquares(values.span) }
        #expect(sum.bitPattern == expected.bitPattern)
      }
    }
  }

  @Test func orderedSumsEqualTheirDefinition() {
    for count in Self.counts {
      let values = Numbers.floats(count, seed: 46)
      let sum = Reference.orderedSum(values.span)
      let squares = Reference.orderedSum(values.span) { ($0 - 0.3) * ($0 - 0.3) }
      for set in InstructionSet.available {
        InstructionSet.withInstructionSet(set) {
          #expect(Reductions.orderedSum(values.span).bitPattern == sum.bitPattern)
          let found = Reductions.orderedSumOfSquares(values.span, around: 0.3)
          #expect(found.bitPattern == squares.bitPattern)
        }
      }
    }
  }

  private func areFinite(_ values: [Float]) -> Bool { Reductions.areFinite(values.span) }

  @Test func oneNumberThatIsNotFiniteIsFound() {
    for count in Self.counts where count > 0 {
      let values = Numbers.floats(count, seed: 46)
      for set in InstructionSet.available {
        InstructionSet.withInstructionSet(set) {
          #expect(areFinite(values))
          for k in [0, count / 2, count - 1] {
            for bad in [Float.infinity, -.infinity, .nan] {
              var spoiled = values
              spoiled[k] = bad
              #expect(!areFinite(spoiled))
            }
          }
        }
      }
    }
  }

  @Test func sumsAndScalesAreElementwise() {
    for count in Self.counts {
      let other = Numbers.floats(count, seed: 47)
      expectEqual(
        [Numbers.floats(count, seed: 48)], "\(count) values",
        kernel: {
          var view = $0[0].mutableSpan
          Reductions.accumulate(other.span, into: &view)
          VectorUpdates.scale(&view, by: 0.3)
        },
        definition: { $0[0] = zip($0[0], other).map { ($0 + $1) * 0.3 } })
    }
  }

  @Test func optimizerStepsEqualTheirDefinitions() {
    for count in Self.counts {
      let gradient = Numbers.floats(count, seed: 49)
      let moments = [
        Numbers.floats(count, seed: 50), Numbers.floats(count, seed: 51).map { $0 * $0 },
        Numbers.floats(count, seed: 52),
      ]
      expectEqual(
        moments, "adam \(count)",
        kernel: {
          var (first, second, parameters) = ($0[0], $0[1], $0[2])
          var firstView = first.mutableSpan
          var secondView = second.mutableSpan
          var parameterView = parameters.mutableSpan
          VectorUpdates.adam(
            gradient: gradient.span, learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8,
            firstCorrection: 0.19, secondCorrection: 0.002, firstMoment: &firstView,
            secondMoment: &secondView, parameters: &parameterView)
          $0 = [first, second, parameters]
        },
        definition: {
          var (first, second, parameters) = ($0[0], $0[1], $0[2])
          var firstView = first.mutableSpan
          var secondView = second.mutableSpan
          var parameterView = parameters.mutableSpan
          Reference.adam(
            gradient: gradient.span, learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8,
            firstCorrection: 0.19, secondCorrection: 0.002, firstMoment: &firstView,
            secondMoment: &secondView, parameters: &parameterView)
          $0 = [first, second, parameters]
        })
      expectEqual(
        Array(moments[1...]), "rmsprop and ascent \(count)",
        kernel: {
          var (meanSquare, parameters) = ($0[0], $0[1])
          var meanView = meanSquare.mutableSpan
          var parameterView = parameters.mutableSpan
          VectorUpdates.rmsprop(
            gradient: gradient.span, learningRate: 0.01, alpha: 0.99, epsilon: 1e-5,
            meanSquare: &meanView, parameters: &parameterView)
          VectorUpdates.ascend(
            along: gradient.span, learningRate: 0.02, parameters: &parameterView)
          $0 = [meanSquare, parameters]
        },
        definition: {
          var (meanSquare, parameters) = ($0[0], $0[1])
          var meanView = meanSquare.mutableSpan
          var parameterView = parameters.mutableSpan
          Reference.rmsprop(
            gradient: gradient.span, learningRate: 0.01, alpha: 0.99, epsilon: 1e-5,
            meanSquare: &meanView, parameters: &parameterView)
          Reference.ascend(
            along: gradient.span, learningRate: 0.02, parameters: &parameterView)
          $0 = [meanSquare, parameters]
        })
    }
  }
}

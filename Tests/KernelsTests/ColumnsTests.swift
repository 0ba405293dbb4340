import Kernels
import Testing

@Suite struct ColumnsTests {
  static let laneCounts = [0, 1, 3, 7, 8, 9, 15, 16, 17, 31, 40]

  @Test func copyingTouchesTheFirstColumnsAlone() {
    let (rows, stride, destinationStride) = (5, 43, 64)
    let source = Numbers.floats(rows * stride, seed: 71)
    let before = Numbers.floats(rows * destinationStride, seed: 72)
    for laneCount in Self.laneCounts {
      for set in InstructionSet.available {
        var after = before
        var view = after.mutableSpan
        InstructionSet.withInstructionSet(set) {
          Columns.copy(
            source.span, rows: rows, laneCount: laneCount, stride: stride, into: &view,
            destinationStride: destinationStride)
        }
        for index in after.indices {
          let (row, lane) = index.quotientAndRemainder(dividingBy: destinationStride)
          let expected = lane < laneCount ? source[row * stride + lane] : before[index]
          #expect(after[index] == expected, "\(set), \(laneCount) lanes, row \(row), lane \(lane)")
        }
      }
    }
  }

  @Test func normalisingIsASubtractionAMultiplicationAndALimit() {
    let (rows, stride) = (3, 41)
    var source = Numbers.floats(rows * stride, seed: 73, scale: 30)
    (source[2], source[stride + 1], source[2 * stride]) = (.infinity, -.infinity, .nan)
    let means = Numbers.floats(rows, seed: 74)
    let inverses = Numbers.floats(rows, seed: 75)
    for laneCount in Self.laneCounts {
      for set in InstructionSet.available {
        var after = source
        var other = [Float](repeating: 7, count: source.count)
        var view = after.mutableSpan
        var otherView = other.mutableSpan
        InstructionSet.withInstructionSet(set) {
          Columns.normalize(
            &view, means: means.span, inverseDeviations: inverses.span, limit: 10,
            laneCount: laneCount, stride: stride)
          Columns.normalize(
            source.span, means: means.span, inverseDeviations: inverses.span, limit: 10,
            laneCount: laneCount, stride: stride, into: &otherView)
        }
        for index in after.indices {
          let (row, lane) = index.quotientAndRemainder(dividingBy: stride)
          let value = min(max((source[index] - means[row]) * inverses[row], -10), 10)
          let place = "\(set), \(laneCount) lanes, row \(row), lane \(lane)"
          if lane >= laneCount {
            #expect(bits([after[index]]) == bits([source[index]]) && other[index] == 7, "\(place)")
          } else if value.isNaN {
            #expect(after[index].isNaN && other[index].isNaN, "\(place)")
          } else {
            #expect(bits([after[index], other[index]]) == bits([value, value]), "\(place)")
          }
        }
      }
    }
  }
}

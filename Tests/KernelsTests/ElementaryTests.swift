import Foundation
import Kernels
import Testing

@Suite struct ElementaryTests {
  /// Floats of every exponent and sign with evenly spread fractions, and the special ones.
  static let sweep: [Float] = {
    var values: [Float] = [0, -0.0, .infinity, -.infinity, .leastNonzeroMagnitude, 1, -1]
    // A prime step visits all residues of the fraction.
    for bits in stride(from: UInt32(0), to: 0x7f80_0000, by: 60_013) {
      values.append(Float(bitPattern: bits))
      values.append(-Float(bitPattern: bits))
    }
    return values
  }()

  /// The distance of `result` from `exact` in units of the last place of `exact` as a Float.
  static func ulps(_ result: Float, _ exact: Double) -> Double {
    let rounded = Float(exact)
    if rounded.isNaN { return result.isNaN ? 0 : .infinity }
    if rounded.isInfinite || result.isInfinite || result.isNaN {
      return rounded == result ? 0 : .infinity
    }
    let spacing = Float(exact.magnitude.binade).ulp
    return abs(Double(result) - exact) / Double(max(spacing, .leastNonzeroMagnitude))
  }

  func largestError(
    _ values: [Float], of function: (Float) -> Float, from exact: (Double) -> Double
  ) -> Double {
    values.map { Self.ulps(function($0), exact(Double($0))) }.max() ?? 0
  }

  @Test func expIsWithinItsBound() {
    #expect(largestError(Self.sweep, of: { Elementary.exp($0) }, from: { exp($0) }) < 1.1)
    let ordinary = stride(from: Float(-104), to: 89, by: 0.0037).map { $0 }
    #expect(largestError(ordinary, of: { Elementary.exp($0) }, from: { exp($0) }) < 1.1)
  }

  @Test func logIsWithinItsBound() {
    #expect(largestError(Self.sweep, of: { Elementary.log($0) }, from: { log($0) }) < 1)
    let nearOne = stride(from: Float(0.5), to: 2, by: 0x1p-15).map { $0 }
    #expect(largestError(nearOne, of: { Elementary.log($0) }, from: { log($0) }) < 1)
  }

  @Test func tanhIsWithinItsBoundAndOdd() {
    #expect(largestError(Self.sweep, of: { Elementary.tanh($0) }, from: { tanh($0) }) < 5.03)
    let ordinary = stride(from: Float(-10), to: 10, by: 0.00041).map { $0 }
    #expect(largestError(ordinary, of: { Elementary.tanh($0) }, from: { tanh($0) }) < 5.03)
    let small = (Self.sweep + ordinary).filter { $0.magnitude < 1 }
    #expect(largestError(small, of: { Elementary.tanh($0) }, from: { tanh($0) }) < 2.5)
    #expect(
      Self.sweep.allSatisfy {
        Elementary.tanh(-$0).bitPattern == (-Elementary.tanh($0)).bitPattern
      })
    #expect(Elementary.tanh(.infinity) == 1)
    #expect(Elementary.tanh(.nan).isNaN)
  }

  /// A derivative 1 − y² must not be negative: every float from where the error could lift it to 1.
  @Test func tanhIsBelowOneUntilItStaysThere() {
    let saturation: Float = 0x1.0134eap+3
    #expect(
      (Float(7.85).bitPattern..<saturation.bitPattern).allSatisfy {
        Elementary.tanh(Float(bitPattern: $0)) < 1
      })
    #expect(
      [saturation, saturation.nextUp, 9, .greatestFiniteMagnitude].allSatisfy {
        Elementary.tanh($0) == 1
      })
  }

  @Test func nanStaysNaN() {
    for set in InstructionSet.available {
      InstructionSet.withInstructionSet(set) {
        for kernel in [ElementaryKernels.exp, ElementaryKernels.log, ElementaryKernels.tanh] {
          var values: [Float] = [.nan, 1]
          var view = values.mutableSpan
          kernel(&view)
          #expect(values[0].isNaN && values[1].isFinite)
        }
      }
    }
  }

  @Test func theVectorKernelsEqualTheScalarFunctionsOnEveryInstructionSet() {
    let functions: [((Float) -> Float, (inout MutableSpan<Float>) -> Void)] = [
      ({ Elementary.exp($0) }, ElementaryKernels.exp),
      ({ Elementary.log($0) }, ElementaryKernels.log),
      ({ Elementary.tanh($0) }, ElementaryKernels.tanh),
    ]
    for (function, kernel) in functions {
      let expected = Self.sweep.map(function)
      for set in InstructionSet.available {
        var values = Self.sweep
        var view = values.mutableSpan
        InstructionSet.withInstructionSet(set) { kernel(&view) }
        let mismatch = values.indices.first {
          values[$0].bitPattern != expected[$0].bitPattern
            && !(values[$0].isNaN && expected[$0].isNaN)
        }
        #expect(mismatch == nil, "\(set): at \(Self.sweep[mismatch ?? 0])")
      }
    }
  }

  @Test func anglesAreWithinTheirBounds() {
    var angles = Numbers.floats(20_000, seed: 31, scale: 1e5).map { Double($0) * 0.999 }
    angles += Numbers.floats(20_000, seed: 32, scale: 4).map { Double($0) }
    angles += (-1000...1000).map { Double($0) * .pi / 4 }
    for x in angles {
      // glibc's double sine and cosine are within 0.55 ulp.
      #expect(abs(Elementary.sin(x) - sin(x)) <= 1e-15)
      #expect(abs(Elementary.cos(x) - cos(x)) <= 1e-15)
      let single = Float(x)
      #expect(Self.ulps(Elementary.sin(single), sin(Double(single))) < 0.51)
      #expect(Self.ulps(Elementary.cos(single), cos(Double(single))) < 0.51)
    }
    #expect(Elementary.sin(-0.0).sign == .minus)
    for x in [Double.infinity, .nan, 0x1p30, -0x1p40] {
      #expect(Elementary.sin(x).isNaN && Elementary.cos(x).isNaN)
    }
  }

  @Test func eightAnglesGiveTheSameBitsAsOneByOne() {
    let angles =
      Numbers.floats(4096, seed: 33, scale: 1e5).map { Double($0) } + [
        0, -0.0, .infinity, .nan, 0x1p-1060, 0x1p30, .pi, -.pi / 2,
      ]
    for start in stride(from: 0, to: angles.count, by: 8) {
      let x = SIMD8(angles[start..<start + 8])
      let (sines, cosines) = Elementary.sinCos(x)
      for lane in 0..<8 {
        let (sine, cosine) = (Elementary.sin(x[lane]), Elementary.cos(x[lane]))
        #expect(sines[lane].bitPattern == sine.bitPattern || (sine.isNaN && sines[lane].isNaN))
        #expect(
          cosines[lane].bitPattern == cosine.bitPattern || (cosine.isNaN && cosines[lane].isNaN))
      }
    }
  }
}

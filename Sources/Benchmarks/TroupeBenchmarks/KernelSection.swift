import CBenchmarks
import Kernels
import Workloads

/// Dense layers against the core's own multiply-add rate, which is measured before each repetition.
enum KernelSection {
  static let shapes = [(4, 16), (16, 2), (4, 64), (64, 64), (64, 2), (256, 256)].map {
    DenseShape(inputs: $0.0, outputs: $0.1)
  }

  static func measure(_ effort: Effort) -> [Figure] {
    var figures = InstructionSet.available.reversed().filter { $0 != .baseline }.map { set in
      Figure(
        "\(set.rawValue) multiply-adds in registers",
        (0..<effort.repetitions).map { _ in peak(of: set, effort) / 1e9 }, "GFLOP/s")
    }
    for set in InstructionSet.available.reversed() {
      // Without fused multiply-adds each one is a call: two layers are enough to see it.
      let isSlow = set == .baseline
      for shape in isSlow ? [shapes[0], shapes[3]] : shapes {
        for operation in DenseLayer.Operation.allCases {
          figures.append(figure(set, shape, operation, isSlow: isSlow, effort))
        }
      }
    }
    return figures + [1, 2, 4, 8, 12].map { fewLanes($0, effort) }
  }

  /// One pass of a layer for few lanes, and how much longer the kernels for many take.
  private static func fewLanes(_ laneCount: Int, _ effort: Effort) -> Figure {
    let shape = DenseShape(inputs: 64, outputs: 128)
    var numbers = TestNumbers()
    let parameters = numbers.floats(shape.parameterCount).map { $0 / 8 }
    var packed = [Float](
      repeating: 0, count: Dense.packedCount(shape) + CacheLine.floatCount)
    let first = CacheLine.firstEntry(of: packed.span)
    let place = first..<first + Dense.packedCount(shape)
    var packedView = packed.mutableSpan
    var packedPlace = packedView._mutatingExtracting(place)
    Dense.pack(shape, parameters: parameters.span, into: &packedPlace)
    let rows = numbers.floats(laneCount * shape.inputs)
    var storage = numbers.floats((shape.inputs + shape.outputs) * 32)
    var outputStorage = [Float](repeating: 0, count: laneCount * shape.outputs)
    var outputs = outputStorage.mutableSpan
    var matrices = storage.mutableSpan
    var (few, many): ([Double], [Double]) = ([], [])
    for _ in 0..<effort.repetitions {
      few.append(
        1e9
          / Stopwatch.rate(seconds: effort.seconds / 4) {
            for _ in 0..<50 {
              Dense.forwardPacked(
                shape, packed: packed.span.extracting(place), activation: .relu,
                laneCount: laneCount, inputs: rows.span, inputStep: 1, laneStep: shape.inputs,
                into: &outputs)
            }
            return 50
          })
      many.append(
        1e9
          / Stopwatch.rate(seconds: effort.seconds / 4) {
            for _ in 0..<50 {
              Dense.forward(
                shape, parameters: parameters.span, activation: .relu, laneCount: laneCount,
                stride: 32, matrices: &matrices, inputs: 0, outputs: shape.inputs * 32)
            }
            return 50
          })
    }
    return Figure(
      "64→128 forward relu, lanes: \(laneCount)", few, "ns",
      note: "\(shortText(median(many) / median(few))) times that long in vectors of lanes")
  }

  private static func figure(
    _ set: InstructionSet, _ shape: DenseShape, _ operation: DenseLayer.Operation, isSlow: Bool,
    _ effort: Effort
  ) -> Figure {
    var rates: [Double] = []
    var shares: [Double] = []
    InstructionSet.withInstructionSet(set) {
      for _ in 0..<effort.repetitions {
        let peak = peak(of: set, effort)
        let rate = rate(shape, operation, seconds: effort.seconds)
        rates.append(rate)
        shares.append(rate / peak * 100)
      }
    }
    let isWide = shape.inputs >= 64 && shape.outputs >= 64
    return Figure(
      "\(set.rawValue) \(shape.inputs)→\(shape.outputs) \(operation.name)", shares, "% of peak",
      goal: isWide && !isSlow ? .atLeast(operation.goal) : nil,
      note: "\(shortText(median(rates) / 1e9)) GFLOP/s")
  }

  /// Floating-point operations a second that this core can do with instructions of `set`: with 512 bits
  /// twice as many as with 256 on some cores, as many on others. The baseline, which has no multiply-add, is
  /// held against the best of them.
  static func peak(of set: InstructionSet, _ effort: Effort) -> Double {
    let widths =
      switch set {
      case .avx512: [BENCH_FMA_AVX512]
      case .avx2: [BENCH_FMA_AVX2]
      case .neon: [BENCH_FMA_NEON]
      case .baseline: [BENCH_FMA_AVX2, BENCH_FMA_AVX512]
      }
    return widths.map { width in
      guard bench_fma(Int32(width), 1) > 0 else { return 0 }
      return Stopwatch.rate(seconds: effort.seconds / 3) { bench_fma(Int32(width), 20_000) }
    }.reduce(0, max)
  }

  /// Floating-point operations a second of one kernel.
  static func rate(
    _ shape: DenseShape, _ operation: DenseLayer.Operation, seconds: Double
  ) -> Double {
    var layer = DenseLayer(shape)
    // Several calls, so that the clock is read seldom.
    let times = max(1, Int(200_000 / layer.work)) + 1
    return Stopwatch.rate(seconds: seconds) {
      layer.run(operation, times: times)
      return layer.work * Double(times)
    }
  }
}

extension DenseLayer.Operation {
  fileprivate var name: String {
    switch self {
    case .forward: "forward"
    case .forwardTanh: "forward tanh"
    case .forwardReLU: "forward relu"
    case .backwardInputs: "backward inputs"
    case .parameterGradients: "parameter gradients"
    }
  }

  /// Share of the peak to reach where a layer is 64 units wide on both sides, in percent.
  fileprivate var goal: Double {
    switch self {
    case .forward, .forwardReLU: 75
    case .forwardTanh, .backwardInputs, .parameterGradients: 60
    }
  }
}

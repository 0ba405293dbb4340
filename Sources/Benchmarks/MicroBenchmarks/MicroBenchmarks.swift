// What a step of training is made of, as benchmarks of ordo-one's package: `make bench-micro`. The figures are
// of one call, tick, tile or message; the allocations of 1,000 of them. The files in Thresholds say how
// many there are.

import Benchmark
import Kernels
import Wire
import Workloads

/// The package's own counts of allocations read 0 in this build; see Package.swift.
private let allocations = BenchmarkMetric.custom("Allocations in 1000", useScalingFactor: false)

let benchmarks: @Sendable () -> Void = {
  for (name, operation) in [
    ("dense-forward", .forward), ("dense-backward-inputs", .backwardInputs),
    ("dense-parameter-gradients", .parameterGradients),
  ] as [(String, DenseLayer.Operation)] {
    measure(name, of: DenseLayer(DenseShape(inputs: 64, outputs: 64))) { layer, count in
      layer.run(operation, times: count)
    }
  }
  let laneCount = 128
  measure(
    "rollout-tick", of: EndlessRollout(TrainedPolicy.medium, laneCount: laneCount)
  ) { rollout, count in
    try rollout.play(steps: laneCount * count)
  }
  measure("gradient-tile", of: TilePasses(TrainedPolicy.medium)) { passes, count in
    passes.run(tiles: count)
  }
  measure("trajectories-encode", of: PushedEpisodes.message(byteCount: 128 << 10)) {
    message, count in
    for _ in 0..<count { blackHole(message.encode()) }
  }
  measure(
    "trajectories-decode", of: PushedEpisodes.message(byteCount: 128 << 10).encode().bytes
  ) { frames, count in
    for _ in 0..<count {
      blackHole(try ActorMessage(decoding: frames, shape: PushedEpisodes.shape))
    }
  }
}

/// Measures `body`, which does what the benchmark is about as often as it is told to. The subject is made, and
/// its buffers get their sizes, before anything is measured.
private func measure<Subject>(
  _ name: String, of subject: @escaping @autoclosure () -> Subject,
  _ body: @escaping (_ subject: inout Subject, _ count: Int) throws -> Void
) {
  let configuration = Benchmark.Configuration(
    metrics: [.wallClock, .throughput, allocations], warmupIterations: 3, scalingFactor: .kilo)
  Benchmark(name, configuration: configuration) { (benchmark: Benchmark, kept: Kept<Subject>) in
    FloatingPointMode.establish()
    benchmark.startMeasurement()
    let count = try Allocations.count {
      try body(&kept.subject, benchmark.scaledIterations.count)
    }
    benchmark.stopMeasurement()
    benchmark.measurement(allocations, count)
  } setup: {
    try InstructionSet.select()
    return Kept(subject())
  }
}

/// What one iteration leaves to the next.
private final class Kept<Subject> {
  var subject: Subject

  init(_ subject: Subject) { self.subject = subject }
}

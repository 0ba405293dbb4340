import CBenchmarks

/// How long and how often to measure.
struct Effort {
  /// Whether this is the short version, which shows that everything runs.
  let isQuick: Bool

  /// Repetitions of a measurement of milliseconds.
  var repetitions: Int { isQuick ? 3 : 7 }
  /// Repetitions of a measurement of seconds.
  var longRepetitions: Int { isQuick ? 1 : 3 }
  /// Seconds of one repetition.
  var seconds: Double { isQuick ? 0.003 : 0.015 }
}

enum Stopwatch {
  /// This thread's processor time: what a thread of its own does is measured by that, so that other
  /// programs cost less precision.
  static var threadSeconds: Double { bench_thread_seconds() }
  static var wallSeconds: Double { bench_wall_seconds() }
  /// Processor time of all threads of this process.
  static var processSeconds: Double { bench_own_seconds() }

  /// Units of work that `body` reports by second of this thread, calling it until `seconds` have passed.
  static func rate(seconds: Double, _ body: () -> Double) -> Double {
    var units = body()
    units = 0
    let start = threadSeconds
    var elapsed = 0.0
    while elapsed < seconds {
      units += body()
      elapsed = threadSeconds - start
    }
    return units / elapsed
  }

  /// Allocations of this process while `body` runs.
  static func allocations(_ body: () throws -> Void) rethrows -> Int {
    let before = bench_allocation_count()
    try body()
    return Int(bench_allocation_count() - before)
  }
}

/// Numbers that only have to be different, the same in every run.
struct TestNumbers {
  private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

  mutating func word() -> UInt32 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt32(truncatingIfNeeded: state >> 33)
  }

  /// In -0.5..<0.5.
  mutating func float() -> Float { Float(word() & 0xFFFF) / 65_536 - 0.5 }

  mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in float() } }
}

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
}

/// Time since the process' role began, which the pure state machines take as an argument.
struct Clock {
  private let start = ContinuousClock.now
  var now: Duration { ContinuousClock.now - start }
}

extension Duration {
  var seconds: Double { self / .seconds(1) }
}

internal import Dispatch
internal import Kernels
internal import Synchronization

/// The learner's threads. They sleep while there is nothing to compute; which of them takes which
/// piece of work changes no bit.
package final class WorkQueue: Sendable {
  private let work = PendingWork()
  private let unfinished = DispatchGroup()
  package let threadCount: Int

  /// - Precondition: `threadCount` is at least 1.
  package init(threadCount: Int) {
    precondition(threadCount >= 1, "a learner needs a thread")
    self.threadCount = threadCount
    for index in 0..<threadCount {
      // One piece of work for the whole life of the queue: its thread is nobody else's.
      DispatchQueue(label: "learner-\(index)").async { [work] in
        FloatingPointMode.establish()
        let placement = ThreadPlacement(ofThread: index, of: threadCount)
        while let piece = work.next(placement) { piece() }
      }
    }
  }

  deinit { work.end() }

  /// Runs `pieces` on the threads, later, in this order.
  ///
  /// All are there before a thread is woken: on a busy machine that thread runs instead of the caller, and
  /// would find the first piece and no other.
  package func submit(_ pieces: [@Sendable () -> Void]) {
    work.add(
      pieces.map { [unfinished] piece in
        unfinished.enter()
        return {
          piece()
          unfinished.leave()
        }
      })
  }

  /// Waits until everything submitted so far is done.
  package func drain() { unfinished.wait() }

  /// Runs `body` for 0..<count on the threads and returns when all are done.
  package func forEach(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    submit((0..<count).map { index in { body(index) } })
    drain()
  }
}

/// What is to be done, in order.
private final class PendingWork: Sendable {
  private struct State: Sendable {
    var pieces: [@Sendable () -> Void] = []
    var sleeperCount = 0
    /// There will never be anything again.
    var hasEnded = false

    /// Whether one sleeper more is to wake up, which counts as awake from now on.
    mutating func wakesOne() -> Bool {
      guard sleeperCount > 0, hasEnded || !pieces.isEmpty else { return false }
      sleeperCount -= 1
      return true
    }
  }

  private let state = Mutex(State())
  /// Signalled once for each sleeper that is to wake up.
  private let alarm = DispatchSemaphore(value: 0)

  func add(_ pieces: [@Sendable () -> Void]) {
    change { $0.pieces += pieces }
  }

  func end() {
    change { $0.hasEnded = true }
  }

  /// Changes the state and wakes a thread if there is something for it. That thread does the same: whoever
  /// added may be off its processor as soon as the first is awake.
  private func change<Result>(_ body: (inout sending State) -> sending Result) -> Result {
    let (result, wakes) = state.withLock { state in (body(&state), state.wakesOne()) }
    if wakes { alarm.signal() }
    return result
  }

  /// Sleeps until there is something to do; nil when there never will be again.
  func next(_ placement: ThreadPlacement?) -> (@Sendable () -> Void)? {
    while true {
      let (piece, hasEnded) = change { state -> ((@Sendable () -> Void)?, Bool) in
        if !state.pieces.isEmpty { return (state.pieces.removeFirst(), false) }
        if !state.hasEnded { state.sleeperCount += 1 }
        return (nil, state.hasEnded)
      }
      if piece != nil || hasEnded { return piece }
      placement?.settle()
      alarm.wait()
      placement?.roam()
    }
  }
}

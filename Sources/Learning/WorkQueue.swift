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

  deinit { work.end(threadCount: threadCount) }

  /// Runs `work` on one of the threads, later.
  package func submit(_ work: @escaping @Sendable () -> Void) {
    unfinished.enter()
    self.work.add { [unfinished] in
      work()
      unfinished.leave()
    }
  }

  /// Waits until everything submitted so far is done.
  package func drain() { unfinished.wait() }

  /// Runs `body` for 0..<count on the threads and returns when all are done.
  package func forEach(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    for index in 0..<count { submit { body(index) } }
    drain()
  }
}

/// What is to be done, in order.
private final class PendingWork: Sendable {
  private let pieces = Mutex<[@Sendable () -> Void]>([])
  /// Counts the pieces; and, at the end, one for each thread that finds none.
  private let available = DispatchSemaphore(value: 0)

  func add(_ piece: @escaping @Sendable () -> Void) {
    pieces.withLock { $0.append(piece) }
    available.signal()
  }

  func end(threadCount: Int) {
    for _ in 0..<threadCount { available.signal() }
  }

  /// Sleeps until there is something to do; nil when there never will be again.
  func next(_ placement: ThreadPlacement?) -> (@Sendable () -> Void)? {
    if available.wait(timeout: .now()) == .timedOut {
      placement?.settle()
      available.wait()
      placement?.roam()
    }
    return pieces.withLock { $0.isEmpty ? nil : $0.removeFirst() }
  }
}

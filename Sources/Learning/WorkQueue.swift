internal import Dispatch
internal import Kernels
internal import Synchronization

/// The learner's threads. They sleep while there is nothing to compute; which of them takes which
/// piece of work changes no bit.
package final class WorkQueue: Sendable {
  private let pending = Mutex<[@Sendable () -> Void]>([])
  private let queues: [DispatchQueue]
  private let unfinished = DispatchGroup()
  private let nextQueue = Atomic<Int>(0)

  /// - Precondition: `threadCount` is at least 1.
  package init(threadCount: Int) {
    precondition(threadCount >= 1, "a learner needs a thread")
    queues = (0..<threadCount).map { DispatchQueue(label: "learner-\($0)") }
  }

  package var threadCount: Int { queues.count }

  /// Runs `work` on one of the threads, later.
  package func submit(_ work: @escaping @Sendable () -> Void) {
    pending.withLock { $0.append(work) }
    let index = nextQueue.wrappingAdd(1, ordering: .relaxed).oldValue % queues.count
    queues[index].async(group: unfinished) { [self] in
      FloatingPointMode.establish()
      while let work = pending.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { work() }
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

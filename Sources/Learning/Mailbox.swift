internal import Synchronization

/// Values that threads leave for another one.
package final class Mailbox<Value: Sendable>: Sendable {
  private let values = Mutex<[Value]>([])

  package init() {}

  package func put(_ value: Value) { values.withLock { $0.append(value) } }

  package func takeAll() -> [Value] {
    values.withLock { values in
      defer { values = [] }
      return values
    }
  }
}

/// Counts groups that threads finish.
final class GroupCountdown: Sendable {
  private let count: Atomic<Int>

  init(from count: Int) { self.count = Atomic(count) }

  /// Whether that was the last one. What was done for all of them is seen by whoever hears of it.
  func step() -> Bool { count.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 }
}

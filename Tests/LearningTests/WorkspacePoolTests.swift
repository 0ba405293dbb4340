import Learning
import Synchronization
import Testing

@Suite struct WorkspacePoolTests {
  /// A workspace that was copied lies elsewhere, and not at the beginning of a cache line.
  @Test func aWorkspaceStaysWhereItWasMade() {
    let made = Mutex<Set<UInt>>([])
    let pool = WorkspacePool {
      let numbers = [Float](repeating: 0, count: 1000)
      let place = address(of: numbers)
      _ = made.withLock { $0.insert(place) }
      return numbers
    }
    let moved = Mutex(0)
    let queue = WorkQueue(threadCount: 4)
    queue.forEach(4) { index in
      for _ in 0..<5000 {
        pool.withWorkspace { numbers in
          numbers[index] = 1
          let place = address(of: numbers)
          if !made.withLock({ $0.contains(place) }) { moved.withLock { $0 += 1 } }
        }
      }
    }
    #expect(moved.withLock { $0 } == 0)
    #expect(made.withLock { $0.count } <= 4)
  }
}

private func address(of numbers: [Float]) -> UInt {
  // SAFETY: the address is looked at, nothing is read through it.
  unsafe numbers.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
}

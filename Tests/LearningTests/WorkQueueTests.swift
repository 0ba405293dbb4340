import Dispatch
import Foundation
import Kernels
import Learning
import RL
import Synchronization
import Testing

@Suite struct WorkQueueTests {
  @Test func aQueueThatIsLetGoLeavesNoThread() async {
    let before = threadCount
    for _ in 0..<40 {
      let queue = WorkQueue(threadCount: 4)
      let done = Counter()
      queue.forEach(9) { _ in done.add() }
      #expect(done.value == 9)
    }
    // Other suites have queues of their own meanwhile: far fewer than 160 threads.
    let deadline = ContinuousClock.now + .seconds(10)
    while threadCount > before + 80, ContinuousClock.now < deadline {
      await Task.yield()
    }
    #expect(threadCount <= before + 80)
  }

  /// Threads of this process.
  private var threadCount: Int {
    let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
    return names?.count ?? 0
  }

  /// Each piece waits for all the others, which takes as many threads as there are pieces.
  @Test func allThreadsWakeUpForWhatIsSubmittedAtOnce() {
    let queue = WorkQueue(threadCount: 4)
    let missed = Counter()
    for _ in 0..<50 where missed.value == 0 {
      let arrived = Counter()
      let deadline = ContinuousClock.now + .seconds(20)
      queue.forEach(4) { _ in
        arrived.add()
        while arrived.value < 4, ContinuousClock.now < deadline { sched_yield() }
        if arrived.value < 4 { missed.add() }
      }
    }
    #expect(missed.value == 0)
  }

  @Test func everyThreadComputesInTheModeOfTheKernels() {
    let queue = WorkQueue(threadCount: 3)
    let wrong = Counter()
    queue.forEach(30) { _ in if !FloatingPointMode.isEstablished { wrong.add() } }
    #expect(wrong.value == 0)
  }

  @Test func aThreadHasAPlaceOnlyWhereThereIsAProcessorForEach() {
    let count = ThreadPlacement.processorCount
    #expect(count >= 1)
    #expect((ThreadPlacement(ofThread: 0, of: count) != nil) == (count > 1))
    #expect(ThreadPlacement(ofThread: 0, of: count + 1) == nil)
    #expect(ThreadPlacement(ofThread: 0, of: 1) == nil)
  }

  @Test func aThreadIsOnItsProcessorWhileItIsSettledAndAnywhereAfterwards() async {
    let count = ThreadPlacement.processorCount
    let counts = await withCheckedContinuation { continuation in
      // A thread of its own: nobody else's may be restricted.
      Thread.detachNewThread {
        var counts: [Int] = []
        for thread in 0..<count {
          let placement = ThreadPlacement(ofThread: thread, of: count)
          placement?.settle()
          placement?.settle()
          counts.append(ThreadPlacement.processorCount)
          placement?.roam()
          counts.append(ThreadPlacement.processorCount)
        }
        continuation.resume(returning: counts)
      }
    }
    #expect(counts == (0..<count).flatMap { _ in [1, count] })
  }

  @Test func theLoopIsWokenWhenAllIsDoneAndNotForEachGroup() throws {
    // So large that no group is worked on by the calling thread.
    let test = InProcessRun(hidden: [256, 256])
    let queue = WorkQueue(threadCount: 1)
    var configuration = test.configuration
    configuration.baseline = .none
    configuration.normalizeAdvantages = false
    let learner = Learner(
      policy: test.policy, configuration: configuration, seed: 3, queue: queue)
    var round = learner.beginRound(kind: .training, slotCount: 32)
    let block = try test.play(round.round, snapshot: learner.snapshot, slots: Array(0..<32))
    let wakes = Counter()
    let gate = DispatchSemaphore(value: 0)
    // The thread begins with nothing else before all groups are there.
    queue.submit([{ gate.wait() }])
    for (index, offset) in block.stepOffsets.enumerated() {
      round.insert(TrajectoryReference(block: block, index: index, stepOffset: offset)) {
        wakes.add()
      }
    }
    gate.signal()
    queue.drain()
    #expect(round.takeVerifications().count == 32)
    #expect(round.isComplete && wakes.value == 1)
  }

  private final class Counter: Sendable {
    private let count = Atomic(0)
    func add() { count.add(1, ordering: .relaxed) }
    var value: Int { count.load(ordering: .relaxed) }
  }
}

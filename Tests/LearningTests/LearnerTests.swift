import Dispatch
import Kernels
import Learning
import RL
import Testing

@Suite struct LearnerTests {
  /// Parameters after 20 updates of CartPole, seed 1, network 4→16→2. A change of this digest means
  /// that some sum changed its order: say which in the commit.
  static let goldenDigest = "6921a95211a9186bbdaadceebb0eb713"

  @Test func theGoldenRunEndsAtItsRecordedParameters() throws {
    let run = try InProcessRun().run(updates: 20)
    #expect(run.learner.snapshot.digest.description == Self.goldenDigest)
  }

  @Test(arguments: [1, 7, 41, 64], [1, 2])
  func lanesAndThreadsChangeNoBit(lanes: Int, threads: Int) throws {
    let run = try InProcessRun(lanes: lanes, threads: threads, ticksPerAdvance: 13 * lanes)
      .run(updates: 20)
    #expect(run.learner.snapshot.digest.description == Self.goldenDigest)
  }

  @Test func cartPoleLearns() throws {
    let run = try InProcessRun().run(updates: 40)
    let mean = try #require(run.last).returns.mean
    #expect(mean > 300, "mean return \(mean) after 40 updates")
  }

  @Test(arguments: Baseline.allCases)
  func streamedAndWaitingRoundsGiveTheSameBits(baseline: Baseline) throws {
    var test = InProcessRun(hidden: [19, 5])
    test.configuration = LearnerConfiguration(
      episodesPerUpdate: 70, baseline: baseline, discount: 0.97, normalizeAdvantages: false)
    let digests = try [1, 2].map { threads in
      test.threads = threads
      return try test.run(updates: 3).learner.snapshot.digest
    }
    #expect(digests[0] == digests[1])
  }

  @Test func theOrderOfArrivalChangesNoBit() throws {
    let test = InProcessRun()
    let learner = Learner(
      policy: test.policy, configuration: test.configuration, seed: 3,
      queue: WorkQueue(threadCount: 2))
    let round = RoundID(version: .initial, kind: .training)
    let orders = [Array(0..<32), (0..<32).reversed(), (0..<32).map { $0 * 13 % 32 }]
    let digests = try orders.map { order in
      var learner = learner
      let blocks = try order.map {
        try test.play(round, snapshot: learner.snapshot, slots: [$0])
      }
      _ = learner.update(with: blocks)
      return learner.snapshot.digest
    }
    #expect(Set(digests).count == 1)
  }

  /// Where the weights need the round, and where each group is let go of once it was found right.
  @Test(arguments: [true, false])
  func aTrajectoryOfOtherParametersIsNamedAndItsSlotOpenAgain(needsRound: Bool) throws {
    var test = InProcessRun()
    if !needsRound {
      test.configuration.baseline = .none
      test.configuration.normalizeAdvantages = false
    }
    var learner = Learner(
      policy: test.policy, configuration: test.configuration, seed: 3,
      queue: WorkQueue(threadCount: 1))
    var honest = learner
    let id = RoundID(version: .initial, kind: .training)
    var parameters = learner.snapshot.parameters
    // One of the highest bits of the significand; the lowest ones may leave every logarithm as it was.
    parameters[17] = Float(bitPattern: parameters[17].bitPattern ^ 1 << 22)
    let forged = PolicySnapshot(version: .initial, parameters: parameters)
    var round = learner.beginRound(kind: .training, slotCount: 32)
    func insert(_ slot: Int, snapshot: PolicySnapshot) throws {
      let block = try test.play(id, snapshot: snapshot, slots: [slot])
      round.insert(TrajectoryReference(block: block, index: 0, stepOffset: 0)) {}
    }
    for slot in 0..<32 { try insert(slot, snapshot: slot == 5 ? forged : learner.snapshot) }
    #expect(round.takeVerifications().flatMap(\.mismatches) == [5])
    #expect(!round.isComplete)
    try insert(5, snapshot: learner.snapshot)
    #expect(round.takeVerifications().flatMap(\.mismatches) == [])
    #expect(round.isComplete)
    let blocks = [try test.play(id, snapshot: learner.snapshot, slots: Array(0..<32))]
    #expect(learner.update(with: round) == honest.update(with: blocks))
    #expect(learner.snapshot.digest == honest.snapshot.digest)
  }

  /// With a long forged trajectory the round is another thread's work, with the short honest one the loop's: the
  /// loop is done before the thread goes on with what it was given first.
  @Test func aPassThatWasBegunAgainChangesNoGradient() throws {
    let test = InProcessRun()
    let queue = WorkQueue(threadCount: 1)
    var learner = Learner(
      policy: test.policy, configuration: test.configuration, seed: 3, queue: queue)
    var honest = learner
    let id = RoundID(version: .initial, kind: .training)
    let blocks = try (0..<32).map {
      try test.play(id, snapshot: learner.snapshot, slots: [$0])
    }
    let count = 5000
    let forged = TrajectoryBlock(
      observationSize: 4, actionSize: 1,
      headers: [
        TrajectoryHeader(
          slot: 5, stepCount: count, end: .terminated, fingerprint: Digest128(high: 0, low: 0))
      ], observations: Array(repeating: 0, count: 4 * count),
      actions: Array(repeating: 0, count: count), rewards: Array(repeating: 1, count: count),
      finalObservations: [0, 0, 0, 0])
    var round = learner.beginRound(kind: .training, slotCount: 32)
    func insert(_ block: TrajectoryBlock) {
      round.insert(TrajectoryReference(block: block, index: 0, stepOffset: 0)) {}
    }
    for slot in 0..<32 { insert(slot == 5 ? forged : blocks[slot]) }
    // The thread has found the forged trajectory, the longest and so the first, and waits.
    let gate = DispatchSemaphore(value: 0)
    var mismatches: [Int] = []
    while mismatches.isEmpty {
      mismatches = round.takeVerifications {
        gate.wait()
        gate.signal()
      }.flatMap(\.mismatches)
    }
    #expect(mismatches == [5])
    insert(blocks[5])
    #expect(round.takeVerifications().flatMap(\.mismatches) == [])
    #expect(round.isComplete)
    gate.signal()
    queue.drain()
    #expect(learner.update(with: round) == honest.update(with: blocks))
    #expect(learner.snapshot.digest == honest.snapshot.digest)
  }
}

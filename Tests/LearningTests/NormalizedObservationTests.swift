import Kernels
import Learning
import Policies
import RL
import Testing

@Suite struct NormalizedObservationTests {
  private static var test: InProcessRun {
    var test = InProcessRun()
    test.normalizesObservations = true
    test.configuration = LearnerConfiguration(
      episodesPerUpdate: 32, baseline: .value, discount: 0.99, normalizeAdvantages: false,
      learningRate: 0.01, value: ValueConfiguration(hidden: [8], passes: 2))
    return test
  }

  /// Hash of all that a learner keeps.
  private func state(_ learner: Learner<MLPPolicy>) throws -> Digest128 {
    let statistics = try #require(learner.statistics)
    let numbers = [statistics.stepCount] + statistics.means + statistics.squares
    let words = numbers.flatMap { number in
      [number.bitPattern >> 40, number.bitPattern >> 20 & 0xfffff, number.bitPattern & 0xfffff]
        .map { Float($0) }
    }
    let arrays =
      learner.snapshot.parameters + (learner.valueBaseline?.parameters ?? []) + words
    return Digest128.hash(of: arrays.span)
  }

  @Test func `statistics are those of all steps of the rounds before`() throws {
    let test = Self.test
    var learner = test.makeLearner()
    var seen: [[Float]] = []
    for _ in 0..<3 {
      let round = RoundID(version: learner.snapshot.version, kind: .training)
      let block = try test.play(round, snapshot: learner.snapshot, slots: Array(0..<32))
      for (index, first) in block.stepOffsets.enumerated() {
        let steps = block.headers[index].stepCount
        for t in 0..<steps {
          seen.append((0..<4).map { block.observations[4 * first + $0 * steps + t] })
        }
      }
      _ = learner.update(with: [block])
      let normalization = try #require(learner.snapshot.normalization)
      for entry in 0..<4 {
        let values = seen.map { Double($0[entry]) }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        let inverse = 1 / (variance + 1e-8).squareRoot()
        #expect(abs(Double(normalization.means[entry]) - mean) < 1e-6)
        #expect(abs(Double(normalization.inverseDeviations[entry]) / inverse - 1) < 1e-6)
      }
    }
    #expect(learner.statistics?.stepCount == Double(seen.count))
  }

  /// What a height of 24.8 ± 2.3 is after 100 million steps. Sums of x and x² in single precision, as plain
  /// normalisers keep them, have a variance below 0 by then (docs/learning.md).
  @Test func `statistics of a hundred million steps are as exact as those of the first`() {
    var statistics = ObservationStatistics(observationSize: 1)
    let (roundCount, stepCount, variance) = (6250, 16_000.0, 5.4)
    for round in 0..<roundCount {
      let mean = round.isMultiple(of: 2) ? 24.7 : 24.9
      statistics.merge(
        ObservationStatistics(stepCount: stepCount, means: [mean], squares: [variance * stepCount])
      )
    }
    let normalization = statistics.normalization
    let deviation = 1 / Double(normalization.inverseDeviations[0])
    #expect(abs(Double(normalization.means[0]) - 24.8) < 1e-5)
    #expect(abs(deviation / (variance + 0.01).squareRoot() - 1) < 1e-6)
  }

  @Test func `the first round only measures`() throws {
    let test = Self.test
    let start = test.makeLearner()
    #expect(start.snapshot.normalization == .identity(observationSize: 4))
    let (first, _) = try test.run(updates: 1)
    #expect(first.snapshot.parameters == start.snapshot.parameters)
    #expect(first.valueBaseline?.parameters == start.valueBaseline?.parameters)
    #expect(first.optimizer == start.optimizer)
    #expect(first.snapshot.normalization != start.snapshot.normalization)
    #expect(first.snapshot.version == PolicyVersion(1))
    let (second, _) = try test.run(updates: 1, from: first)
    #expect(second.snapshot.parameters != first.snapshot.parameters)
    #expect(second.optimizer.updateCount == 1)
  }

  @Test func `lanes, threads and pauses change no bit`() throws {
    let expected = try state(Self.test.run(updates: 6).learner)
    for (lanes, threads) in [(1, 2), (7, 2), (64, 1)] {
      var test = Self.test
      test.lanes = lanes
      test.threads = threads
      test.ticksPerAdvance = 13 * lanes
      #expect(try state(test.run(updates: 6).learner) == expected, "\(lanes) \(threads)")
    }
  }

  @Test func `the order of arrival changes no bit`() throws {
    let test = Self.test
    let (start, _) = try test.run(updates: 1)
    let round = RoundID(version: PolicyVersion(1), kind: .training)
    let states = try [Array(0..<32), (0..<32).reversed()].map { order in
      var learner = start
      let blocks = try order.map {
        try test.play(round, snapshot: learner.snapshot, slots: [$0])
      }
      _ = learner.update(with: blocks)
      return try state(learner)
    }
    #expect(states[0] == states[1])
  }

  /// The learner recomputes log-probabilities from raw observations and the version's statistics.
  @Test func `a trajectory played under other statistics is refused`() throws {
    let test = Self.test
    let (learner, _) = try test.run(updates: 2)
    let other = PolicySnapshot(
      version: learner.snapshot.version, parameters: learner.snapshot.parameters,
      normalization: try test.run(updates: 1).learner.snapshot.normalization)
    let id = RoundID(version: other.version, kind: .training)
    var round = learner.beginRound(kind: .training, slotCount: 32)
    let block = try test.play(id, snapshot: other, slots: Array(0..<32))
    for (index, offset) in block.stepOffsets.enumerated() {
      round.insert(TrajectoryReference(block: block, index: index, stepOffset: offset)) {}
    }
    var mismatches: [Int] = []
    while mismatches.isEmpty { mismatches = round.takeVerifications().flatMap(\.mismatches) }
    #expect(!mismatches.isEmpty)
  }

  @Test func `the tree of merges equals one sum`() {
    var parts: [ObservationStatistics] = []
    for index in 1...9 {
      let mean = Double(index * index)
      parts.append(
        ObservationStatistics(stepCount: Double(index), means: [mean], squares: [0.5 * mean]))
    }
    let count = parts.reduce(0) { $0 + $1.stepCount }
    let mean = parts.reduce(0) { $0 + $1.stepCount * $1.means[0] } / count
    let squares = parts.reduce(0) {
      $0 + $1.squares[0] + $1.stepCount * ($1.means[0] - mean) * ($1.means[0] - mean)
    }
    var merged = ObservationStatistics(observationSize: 1)
    for part in parts { merged.merge(part) }
    #expect(merged.stepCount == count)
    #expect(abs(merged.means[0] - mean) < 1e-12)
    #expect(abs(merged.squares[0] - squares) < 1e-9)
    // Of nothing, nothing is known.
    var empty = ObservationStatistics(observationSize: 1)
    empty.merge(ObservationStatistics(observationSize: 1))
    #expect(empty == ObservationStatistics(observationSize: 1))
    #expect(empty.normalization == .identity(observationSize: 1))
  }
}

import RL
import Testing

@Suite struct RandomStreamTests {
  private func stream(slot: Int = 0, purpose: StreamPurpose = .reset, step: Int = 0) -> RandomStream
  {
    RandomStream(
      seed: 7, version: PolicyVersion(3), slot: slot, kind: .training, purpose: purpose, step: step)
  }

  @Test func theSameIdentityDrawsTheSameNumbers() {
    var (first, second) = (stream(), stream())
    for _ in 0..<64 { #expect(first.nextWord() == second.nextWord()) }
  }

  @Test func streamsOfOtherSlotsPurposesKindsAndStepsShareNoBlock() {
    var seen = Set<UInt64>()
    var count = 0
    for slot in 0..<4 {
      for purpose in StreamPurpose.allCases {
        for kind in StreamKind.allCases {
          for step in 0..<4 {
            var random = RandomStream(
              seed: 7, version: .initial, slot: slot, kind: kind, purpose: purpose, step: step)
            for _ in 0..<32 {
              seen.insert(UInt64(random.nextWord()) << 32 | UInt64(random.nextWord()))
              count += 1
            }
          }
        }
      }
    }
    #expect(seen.count == count)
  }

  @Test func uniformNumbersStayInTheirRangeWithTheRightMean() {
    var sum = 0.0
    for step in 0..<1_000 {
      var random = stream(step: step)
      for _ in 0..<32 {
        let value = random.uniform()
        #expect(value >= 0 && value < 1)
        sum += Double(value)
      }
    }
    // 5 standard errors of 32,000 uniform numbers.
    #expect(abs(sum / 32_000 - 0.5) < 5 * 0.2887 / 178.9)
  }

  @Test func anIndexIsEquallyLikelyToBeAnyChoice() {
    var counts = [Int](repeating: 0, count: 7)
    for step in 0..<2_000 {
      var random = stream(step: step)
      for _ in 0..<35 { counts[random.index(below: 7)] += 1 }
    }
    for count in counts { #expect(abs(count - 10_000) < 500) }  // 5 σ = 463
  }

  @Test func lanesDrawWhatTheirScalarStreamsDraw() {
    var lanes = LaneStreams(seed: 9, version: PolicyVersion(5), kind: .evaluation, laneCount: 32)
    for lane in 0..<32 {
      lanes.slots[lane] = UInt32(1_000 + 37 * lane)
      lanes.steps[lane] = UInt32(lane * lane)
    }
    var words = [UInt32](repeating: 0, count: 4 * 32)
    for block in [0, 1, 15] {
      var view = words.mutableSpan
      lanes.fill(purpose: .action, block: block, laneCount: 19, stride: 32, into: &view)
      for lane in 0..<19 {
        var random = lanes.stream(lane: lane, purpose: .action)
        for _ in 0..<4 * block { _ = random.nextWord() }
        for word in 0..<4 { #expect(words[word * 32 + lane] == random.nextWord()) }
      }
    }
  }
}

import Learning
import Testing

@Suite("How a round is divided into groups")
struct RoundPartitionTests {
  @Test("every slot is in one group, in order, and groups are as large as each other or one larger")
  func division() {
    for slotCount in 1...1100 {
      let partition = RoundPartition(slotCount: slotCount)
      let groups = (0..<partition.groupCount).map { partition.slots(of: $0) }
      #expect(groups.count == min(slotCount, 32))
      #expect(groups.flatMap { Array($0) } == Array(0..<slotCount))
      let sizes = groups.map(\.count)
      #expect(sizes.min() == slotCount / groups.count)
      #expect(sizes.max() == (slotCount + groups.count - 1) / groups.count)
      for (group, slots) in groups.enumerated() {
        #expect(slots.allSatisfy { partition.group(of: $0) == group })
      }
    }
  }

  @Test("the division decides the order of sums, so it stays as it is")
  func isFixed() {
    let partition = RoundPartition(slotCount: 70)
    let starts = (0..<partition.groupCount).map { partition.slots(of: $0).lowerBound }
    #expect(
      starts == [
        0, 2, 4, 6, 8, 10, 13, 15, 17, 19, 21, 24, 26, 28, 30, 32, 35, 37, 39, 41, 43, 45, 48, 50,
        52, 54, 56, 59, 61, 63, 65, 67,
      ])
  }
}

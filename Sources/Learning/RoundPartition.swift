/// How the slots of a round are divided into groups, the units that threads work on. A function of
/// the number of slots alone, because it decides the order of sums.
package struct RoundPartition: Hashable, Sendable {
  /// Steps of one tile, the widest matrix that the kernels are given.
  package static let tileSize = 256
  /// Steps of one chunk, whose tiles add into one gradient.
  package static let chunkSize = 4096
  /// Enough for the threads of one learner; each has its gradient until the round ends.
  private static let greatestGroupCount = 32

  package let slotCount: Int
  package let groupCount: Int

  package init(slotCount: Int) {
    self.slotCount = slotCount
    groupCount = min(slotCount, Self.greatestGroupCount)
  }

  package func group(of slot: Int) -> Int { ((slot + 1) * groupCount - 1) / slotCount }

  /// As many as any other group has, or one more or less: threads are done together.
  package func slots(of group: Int) -> Range<Int> {
    group * slotCount / groupCount..<(group + 1) * slotCount / groupCount
  }
}

/// How the slots of a round are divided into groups, the units that threads work on. A function of
/// the number of slots alone, because it decides the order of sums.
package struct RoundPartition: Hashable, Sendable {
  /// Steps of one tile, the widest matrix that the kernels are given.
  package static let tileSize = 256
  /// Steps of one chunk, whose tiles add into one gradient.
  package static let chunkSize = 4096

  package let slotCount: Int
  /// Slots in each group but the last, which may have fewer.
  package let groupSize: Int

  package init(slotCount: Int) {
    self.slotCount = slotCount
    groupSize = max(1, (slotCount + 31) / 32)
  }

  package var groupCount: Int { (slotCount + groupSize - 1) / groupSize }

  package func group(of slot: Int) -> Int { slot / groupSize }

  package func slots(of group: Int) -> Range<Int> {
    group * groupSize..<min(slotCount, (group + 1) * groupSize)
  }
}

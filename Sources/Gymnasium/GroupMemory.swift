internal import Glibc

/// Where the arrays of one group of lanes lie in the mapped file.
struct GroupLayout: Hashable, Sendable {
  let laneCount: Int
  let observationSize: Int
  let actionSize: Int
  let start: Int

  // In bytes from the start of the file; the arrays of four-byte numbers first.
  var progress: Int { start }
  var order: Int { start + 64 }
  var seeds: Int { order + 4 * laneCount }
  var slots: Int { seeds + 4 * laneCount }
  var actions: Int { slots + 4 * laneCount }
  var observations: Int { actions + 4 * laneCount * actionSize }
  var rewards: Int { observations + 4 * laneCount * observationSize }
  var ends: Int { rewards + 4 * laneCount }
  var end: Int { (ends + laneCount + 63) / 64 * 64 }

  static func groups(
    laneCounts: [Int], observationSize: Int, actionSize: Int
  ) -> [GroupLayout] {
    var layouts: [GroupLayout] = []
    for count in laneCounts {
      layouts.append(
        GroupLayout(
          laneCount: count, observationSize: observationSize, actionSize: actionSize,
          start: layouts.last?.end ?? 0))
    }
    return layouts
  }

  /// As the request that announces it says it.
  var json: String {
    """
    {"lanes":\(laneCount),"progress":\(progress),"order":\(order),"seeds":\(seeds),\
    "actions":\(actions),"observations":\(observations),"rewards":\(rewards),"ends":\(ends)}
    """
  }
}

/// The mapped file: for each group of lanes what is asked and what is answered. Both processes see it, but
/// never write at once: a request hands a group to Python, its answer hands it back.
@safe struct GroupMemory: ~Copyable {
  let layout: [GroupLayout]
  private let bytes: UnsafeMutableRawBufferPointer

  /// Takes over the mapping.
  init(_ bytes: UnsafeMutableRawBufferPointer, layout: [GroupLayout]) {
    unsafe self.bytes = unsafe bytes
    self.layout = layout
    for group in layout.indices { store(Int32(-1), at: layout[group].progress) }
  }

  deinit { unsafe munmap(bytes.baseAddress, bytes.count) }

  private func store<T: BitwiseCopyable>(_ value: T, at offset: Int) {
    // SAFETY: checked by the buffer in debug builds; every offset comes from the layout, whose last end is
    // the buffer's size, and an index below its lane count.
    unsafe bytes.storeBytes(of: value, toByteOffset: offset, as: T.self)
  }

  private func load<T: BitwiseCopyable>(_: T.Type, at offset: Int) -> T {
    // SAFETY: as above.
    unsafe bytes.loadUnaligned(fromByteOffset: offset, as: T.self)
  }

  /// Which environment the process works on; -1 while it works on none.
  private func progress(group: Int) -> Int { Int(load(Int32.self, at: layout[group].progress)) }

  /// The episode that the process works on, if it says on which.
  func episode(group: Int) -> (slot: Int, seed: UInt32)? {
    let (layout, index) = (layout[group], progress(group: group))
    guard (0..<layout.laneCount).contains(index) else { return nil }
    return (
      Int(load(UInt32.self, at: layout.slots + 4 * index)),
      load(UInt32.self, at: layout.seeds + 4 * index)
    )
  }

  /// Row `row` of the next request concerns environment `index`.
  mutating func setOrder(group: Int, row: Int, index: Int) {
    precondition(row < layout[group].laneCount, "a row for each lane")
    store(Int32(index), at: layout[group].order + 4 * row)
  }

  /// Environment `index` is to play this episode. The process does not look at the slot.
  mutating func setEpisode(group: Int, index: Int, slot: UInt32, seed: UInt32) {
    precondition(index < layout[group].laneCount, "an episode for each environment")
    store(slot, at: layout[group].slots + 4 * index)
    store(seed, at: layout[group].seeds + 4 * index)
  }

  mutating func modify(_ body: (inout GroupMemory) -> Void) { body(&self) }

  borrowing func read(_ body: (borrowing GroupMemory) -> Void) { body(self) }

  /// Writes the actions of lanes `0..<laneCount`, a row each.
  ///
  /// Shape: `actions` `[actionSize][stride]`.
  mutating func setActions(group: Int, laneCount: Int, _ actions: Span<Float>, stride: Int) {
    let layout = layout[group]
    precondition(laneCount <= layout.laneCount, "a row for each lane")
    for entry in 0..<layout.actionSize {
      for lane in 0..<laneCount {
        store(
          actions[entry * stride + lane],
          at: layout.actions + 4 * (lane * layout.actionSize + entry))
      }
    }
  }

  /// Copies what environment `index` observes into column `lane`.
  borrowing func copyObservation(
    group: Int, index: Int, to observations: inout MutableSpan<Float>, lane: Int, stride: Int
  ) {
    let layout = layout[group]
    precondition(index < layout.laneCount, "a row for each environment")
    let row = layout.observations + 4 * index * layout.observationSize
    for feature in 0..<layout.observationSize {
      observations[feature * stride + lane] = load(Float.self, at: row + 4 * feature)
    }
  }

  func reward(group: Int, index: Int) -> Float {
    load(Float.self, at: layout[group].rewards + 4 * index)
  }

  func end(group: Int, index: Int) -> UInt8 { load(UInt8.self, at: layout[group].ends + index) }
}

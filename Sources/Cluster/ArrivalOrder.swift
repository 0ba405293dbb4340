/// The teaching mode of collection: the places of an update are filled in the order in which episodes
/// arrive, and what comes later is left out. Shows why slots are fixed beforehand instead.
struct ArrivalOrder {
  /// The slot that took each place; nil while it is free.
  private var slots: [Int?]
  private var free: [Int]

  init(placeCount: Int) {
    slots = Array(repeating: nil, count: placeCount)
    free = Array((0..<placeCount).reversed())
  }

  /// Slots enough that no lane is idle before every place is taken.
  static func offeredSlotCount(placeCount: Int, laneCount: Int) -> Int {
    min(1_000_000, placeCount + 4 * max(laneCount, 256))
  }

  /// The place of an episode that arrives now; nil when all are taken.
  mutating func take(slot: Int) -> Int? {
    guard let place = free.popLast() else { return nil }
    slots[place] = slot
    return place
  }

  func slot(at place: Int) -> Int? { slots[place] }

  /// Frees the place of an episode that was refused, and names its slot.
  mutating func reopen(_ place: Int) -> Int? {
    defer { slots[place] = nil }
    free.append(place)
    return slots[place]
  }
}

/// A set of slots, kept as disjoint ascending ranges that do not touch.
///
/// Complexity: operations are linear in the number of ranges, which is one or two in ordinary rounds.
public struct SlotSet: Hashable, Sendable, CustomStringConvertible {
  /// Disjoint, ascending, none empty, no two adjacent.
  public private(set) var ranges: [Range<Int>]

  public init() { ranges = [] }

  public init(_ range: Range<Int>) { ranges = range.isEmpty ? [] : [range] }

  public init(_ slots: some Sequence<Int>) {
    ranges = []
    for slot in slots.sorted() {
      if let last = ranges.last, slot < last.upperBound { continue }
      append(slot..<slot + 1)
    }
  }

  public var count: Int { ranges.reduce(0) { $0 + $1.count } }
  public var isEmpty: Bool { ranges.isEmpty }
  public var first: Int? { ranges.first?.lowerBound }
  /// The slots in ascending order.
  public var slots: some Sequence<Int> { ranges.lazy.joined() }
  public var description: String {
    ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)...\($0.upperBound - 1)" }
      .joined(separator: ",")
  }

  public func contains(_ slot: Int) -> Bool { ranges.contains { $0.contains(slot) } }

  private mutating func append(_ range: Range<Int>) {
    if let last = ranges.last, last.upperBound == range.lowerBound {
      ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
    } else if !range.isEmpty {
      ranges.append(range)
    }
  }

  public func union(_ other: SlotSet) -> SlotSet {
    var result = SlotSet()
    for range in (ranges + other.ranges).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = result.ranges.last, range.lowerBound <= last.upperBound {
        result.ranges[result.ranges.count - 1] =
          last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        result.ranges.append(range)
      }
    }
    return result
  }

  public func subtracting(_ other: SlotSet) -> SlotSet {
    var result = SlotSet()
    var cuts = other.ranges[...]
    for range in ranges {
      var lower = range.lowerBound
      while let cut = cuts.first, cut.upperBound <= lower { cuts.removeFirst() }
      for cut in cuts {
        if cut.lowerBound >= range.upperBound { break }
        if cut.lowerBound > lower { result.append(lower..<cut.lowerBound) }
        lower = max(lower, cut.upperBound)
      }
      if lower < range.upperBound { result.append(lower..<range.upperBound) }
    }
    return result
  }

  public func intersection(_ other: SlotSet) -> SlotSet { subtracting(subtracting(other)) }

  public mutating func insert(_ slot: Int) { self = union(SlotSet(slot..<slot + 1)) }
  public mutating func remove(_ slot: Int) { self = subtracting(SlotSet(slot..<slot + 1)) }

  /// Takes away the lowest `count` slots (all of them if there are fewer) and returns them.
  public mutating func removeFirst(_ count: Int) -> SlotSet {
    var taken = SlotSet()
    var wanted = count
    while wanted > 0, let range = ranges.first {
      let end = min(range.upperBound, range.lowerBound + wanted)
      taken.append(range.lowerBound..<end)
      wanted -= end - range.lowerBound
      if end == range.upperBound {
        ranges.removeFirst()
      } else {
        ranges[0] = end..<range.upperBound
      }
    }
    return taken
  }
}

import RL
import Testing

@Suite struct SlotSetTests {
  /// Every operation against `Set<Int>`, on random sets.
  @Test func behavesAsASetOfIntegers() {
    for trial in 0..<500 {
      var random = RandomStream(
        seed: 1, version: .initial, slot: trial, kind: .training, purpose: .dynamics)
      func randomSet() -> Set<Int> {
        Set((0..<random.index(below: 12)).map { _ in random.index(below: 20) })
      }
      let (a, b) = (randomSet(), randomSet())
      let (left, right) = (SlotSet(a), SlotSet(b))
      #expect(Array(left.slots) == a.sorted())
      #expect(left.count == a.count && left.isEmpty == a.isEmpty)
      #expect(Array(left.union(right).slots) == a.union(b).sorted())
      #expect(Array(left.subtracting(right).slots) == a.subtracting(b).sorted())
      #expect(Array(left.intersection(right).slots) == a.intersection(b).sorted())
      for slot in 0..<20 { #expect(left.contains(slot) == a.contains(slot)) }
      var rest = left
      let taken = rest.removeFirst(3)
      #expect(Array(taken.slots) == Array(a.sorted().prefix(3)))
      #expect(Array(rest.slots) == Array(a.sorted().dropFirst(3)))
      for pair in zip(left.ranges, left.ranges.dropFirst()) {
        #expect(pair.0.upperBound < pair.1.lowerBound)
      }
    }
  }
}

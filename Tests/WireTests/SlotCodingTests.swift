import RL
import Testing
import Wire

/// Slot ranges as they come with leases, statuses and leaves.
@Suite struct SlotCodingTests {
  static func decode(
    _ ranges: [(first: UInt64, count: UInt64)], limit: Int = 100
  ) throws(WireError) -> SlotSet {
    let envelope = ProtoWriter.learnerEnvelope { envelope in
      envelope.message(10) { lease in
        lease.round(1)
        lease.number(2, 3)
        for range in ranges {
          lease.message(3) {
            $0.number(1, range.first)
            $0.number(2, range.count)
          }
        }
      }
    }
    let message = try LearnerMessage(
      decoding: [Topic.policy.bytes, envelope], limits: DecodingLimits(slotCount: limit))
    guard case .lease(let lease) = message.body else { throw .missing(field: "lease") }
    return lease.slots
  }

  @Test func `ascending ranges are a set`() throws {
    #expect(try Self.decode([]) == SlotSet())
    #expect(try Self.decode([(0, 100)]) == SlotSet(0..<100))
    #expect(
      try Self.decode([(0, 2), (5, 1), (6, 4), (99, 1)])
        == SlotSet([0, 1, 5, 6, 7, 8, 9, 99]))
  }

  @Test(
    arguments: [
      [(0, 0)], [(0, 101)], [(100, 1)], [(5, 2), (6, 1)], [(5, 2), (2, 1)], [(5, 1), (5, 1)],
      [(0, 0x8000_0000)], [(0xffff_ffff, 0xffff_ffff)],
    ] as [[(UInt64, UInt64)]])
  func `other ranges are refused`(ranges: [(UInt64, UInt64)]) {
    #expect(throws: WireError.self) {
      try Self.decode(ranges.map { (first: $0.0, count: $0.1) })
    }
  }

  @Test func `many ranges take no longer than sorting them`() throws {
    let ranges = (0..<100_000).map { (first: UInt64(2 * $0), count: UInt64(1)) }
    let slots = try Self.decode(ranges, limit: 200_000)
    #expect(slots.ranges.count == 100_000)
  }
}

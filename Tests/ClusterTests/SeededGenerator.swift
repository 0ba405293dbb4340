import Foundation

/// SplitMix64: the same numbers on every machine and toolchain for one seed.
struct SeededGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func index(below count: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }

  mutating func chance(_ probability: Double) -> Bool {
    probability > 0 && Double(next() >> 11) * 0x1p-53 < probability
  }

  mutating func duration(_ range: ClosedRange<Int>) -> Duration {
    .microseconds(range.lowerBound + index(below: range.count))
  }

  /// The seed of this run of the tests: `TROUPE_TEST_SEED`, or another one each time.
  static let testSeed: UInt64 =
    ProcessInfo.processInfo.environment["TROUPE_TEST_SEED"].flatMap { UInt64($0) }
    ?? UInt64.random(in: 0..<1 << 32)
}

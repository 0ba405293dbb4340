import Foundation

/// SplitMix64: the seeded moments of these tests. `TROUPE_TEST_SEED` replaces the seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  let seed: UInt64

  init(_ defaultSeed: UInt64) {
    seed =
      ProcessInfo.processInfo.environment["TROUPE_TEST_SEED"].flatMap { UInt64($0) } ?? defaultSeed
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

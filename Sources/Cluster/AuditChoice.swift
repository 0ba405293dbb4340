internal import Kernels
package import RL

/// Which slots of a round a second actor plays as well: a share of all, drawn by Philox from (version, slot)
/// under a key that no actor knows, so that nobody can foresee where a lie would be found.
///
/// The choice depends on no clock, and nothing that comes of it reaches a parameter: both copies of an honest
/// slot are equal, and of a dishonest one neither is believed.
package struct AuditChoice: Hashable, Sendable {
  /// Units: 1, in 0...1.
  package let share: Double
  private let key: UInt64
  /// A slot is chosen if its word is below.
  private let bound: UInt64

  /// - Precondition: `share` is in `0...1`.
  package init(share: Double, key: UInt64) {
    precondition((0...1).contains(share), "a share of the slots")
    self.share = share
    self.key = key
    bound = UInt64(share * 0x1p32)
  }

  package func isChosen(_ slot: Int, of round: RoundID) -> Bool {
    let counter = SIMD4(
      round.version.rawValue, UInt32(truncatingIfNeeded: slot), UInt32(round.kind.rawValue), 0)
    let key = SIMD2(
      UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32))
    return UInt64(Philox.block(key: key, counter: counter).x) < bound
  }
}

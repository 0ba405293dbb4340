package import Kernels
package import RL

/// What both sides must agree on about a round before a trajectory of it means anything.
package struct RoundTerms: Hashable, Sendable {
  package let id: RoundID
  /// Hash of everything that decides an action.
  package let policyDigest: Digest128
  /// The round is the slots `0..<slotCount`.
  package let slotCount: Int

  package init(id: RoundID, policyDigest: Digest128, slotCount: Int) {
    self.id = id
    self.policyDigest = policyDigest
    self.slotCount = slotCount
  }
}

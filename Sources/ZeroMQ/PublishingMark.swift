/// How many messages a publisher lets wait for one peer before it drops the newest.
///
/// One number for both kinds of message that a learner sends. Policies may be large, and of a peer that does not
/// read, each waiting one is kept: with libzmq's 1000 one stopped actor pinned 152 MB. Leases are small and
/// come in bursts, one for each actor, and behind a relay all actors share one connection: with a mark of 16, two
/// thirds of the messages for 500 actors were dropped there, and had to be repeated.
package enum PublishingMark {
  /// Bytes of policies that may wait. libzmq keeps a policy once, for however many peers it waits.
  static let policyByteLimit = 64 << 20
  /// Rounds that a peer worth keeping may be behind, however large the policy is.
  package static let least = 16
  /// Enough for what a learner sends in one turn of its loop, several times over.
  static let greatest = 1000

  /// For policies of this size.
  package static func messageCount(policyByteCount: Int) -> Int {
    min(greatest, max(least, policyByteLimit / max(1, policyByteCount)))
  }
}

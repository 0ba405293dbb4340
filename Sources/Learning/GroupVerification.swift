/// What the learner's own forward pass says of a group of slots.
package struct GroupVerification: Sendable {
  package let group: Int
  /// Slots whose recomputed log-probabilities differ from what the actor hashed, or by too much from what it
  /// sent. Empty: verified.
  package let mismatches: [Int]
  /// Slots of approximate actors, and how far those are from the learner's arithmetic.
  package let deviations: [Int: LogProbabilityDeviation]
}

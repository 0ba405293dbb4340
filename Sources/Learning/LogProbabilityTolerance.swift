/// How far the log-probabilities of an approximate actor may be from the learner's own.
///
/// A step agrees if |actor's − learner's| ≤ 2⁻¹⁰ × max(1, |learner's|), about a thousandth.
///
/// It is above what rounding does: a chain of n fused multiply-adds errs by at most n × 2⁻²⁴ × Σ|w h|, so for
/// layers of 256 units with Σ|w h| ≤ 16 each side errs by at most 2⁻¹² in a logit; a log-probability is a
/// difference of two of them, and two implementations differ by at most twice that, 2⁻¹⁰. What was measured
/// is a thousandth of the bound (docs/python.md). It is below what any mistake does (another activation, a
/// transposed layer, parameters of another version, observations not normalised), and it keeps the
/// importance weight of a step within a thousandth of 1.
///
/// Source: Higham, "Accuracy and Stability of Numerical Algorithms", 2nd edition, section 3.1.
package enum LogProbabilityTolerance {
  static var perStep: Float { 0x1p-10 }
  /// The bound, for people.
  package static let text = "2⁻¹⁰ × max(1, |log π|)"

  /// How far a step may be off.
  static func bound(_ logProbability: Float) -> Float {
    perStep * max(1, logProbability.magnitude)
  }
}

/// What came of comparing the log-probabilities of one approximate episode.
package struct LogProbabilityDeviation: Hashable, Sendable {
  /// The first step that is off by too much; nil if none is.
  package var step: Int?
  /// At that step.
  package var actor: Float = 0
  package var learner: Float = 0
  /// The greatest difference of a step, of those before `step`.
  package var greatest: Float = 0

  /// - Precondition: both are of one episode, and the learner's are finite.
  init(actor: Span<Float>, learner: Span<Float>) {
    precondition(actor.count == learner.count, "a log-probability for each step")
    for t in 0..<learner.count {
      let difference = (actor[t] - learner[t]).magnitude
      // Of NaN too it is not true that it is within the bound.
      guard difference <= LogProbabilityTolerance.bound(learner[t]) else {
        step = t
        self.actor = actor[t]
        self.learner = learner[t]
        return
      }
      greatest = max(greatest, difference)
    }
  }
}

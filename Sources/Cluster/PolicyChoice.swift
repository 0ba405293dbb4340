package import RL

/// Which of the policies that a run went through is meant.
package enum PolicyChoice: Hashable, Sendable {
  /// The one that the run saved last.
  case newest
  /// The one that earned most in the run's own evaluations.
  case best
  case version(PolicyVersion)
}

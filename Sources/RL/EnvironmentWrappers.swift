/// What becomes of the numbers that a policy chose, before an environment whose actions are a box
/// sees them. The log-probability is always that of the number that was sampled.
public enum ActionTransform: String, Hashable, Sendable, CaseIterable {
  /// As sampled: the environment clips by itself.
  case none
  /// The nearest number within the bounds.
  case clip
  /// centre + half the range × tanh of the number, so that every number is within the bounds.
  case tanh
}

/// What stands between the environment of a run and its policy. Each value changes what an episode is,
/// so all of them belong to the run's configuration; those that are left alone cost nothing.
public struct EnvironmentWrappers: Hashable, Sendable {
  /// Steps after which an episode is cut off (truncated); nil for the environment's own limit alone.
  public var stepLimit: Int?
  /// Observations that the policy sees at once, the newest first, 1 to 64. What came before the
  /// episode's first observation is that observation again.
  public var frameStack: Int
  /// Factors on the entries of an observation: none, one for all, or one for each.
  public var observationScale: [Double]
  /// The policy sees observations centred and scaled by statistics of the rounds before.
  public var normalizesObservations: Bool
  public var actionTransform: ActionTransform

  public init(
    stepLimit: Int? = nil, frameStack: Int = 1, observationScale: [Double] = [],
    normalizesObservations: Bool = false, actionTransform: ActionTransform = .none
  ) {
    self.stepLimit = stepLimit
    self.frameStack = frameStack
    self.observationScale = observationScale
    self.normalizesObservations = normalizesObservations
    self.actionTransform = actionTransform
  }

  /// What makes these values unusable for whatever environment, or nil.
  public var problem: WrapperProblem? {
    if let limit = stepLimit, !(1...RandomStream.maximumStepCount).contains(limit) {
      return WrapperProblem(
        option: "step-limit", found: "\(limit)",
        allowed: "a whole number from 1 to \(RandomStream.maximumStepCount)")
    }
    if !(1...64).contains(frameStack) {
      return WrapperProblem(
        option: "frame-stack", found: "\(frameStack)", allowed: "a whole number from 1 to 64")
    }
    for factor in observationScale where !(abs(factor) >= 1e-12 && abs(factor) <= 1e12) {
      return WrapperProblem(
        option: "observation-scale", found: "\(factor)", allowed: "magnitudes from 1e-12 to 1e12")
    }
    return nil
  }
}

/// A wrapper that an environment or a run cannot have.
public struct WrapperProblem: Error, Hashable, CustomStringConvertible {
  /// As written on the command line, without dashes.
  public let option: String
  public let found: String
  public let allowed: String

  public var description: String { "\(option) is \(found), but must be \(allowed)" }
}

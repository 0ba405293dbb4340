public import RL

/// Everything that determines the parameters of every policy version of a run.
///
/// Two runs of equal configuration pass through the same parameters, byte for byte; what is not in
/// here (paths, log options, numbers of actors, lanes and threads, when to stop) changes no number.
public struct RunConfiguration: Hashable, Sendable {
  /// Name of the environment, such as `cartpole`.
  public var environment: String
  public var seed: UInt64
  public var policy: PolicyConfiguration
  public var learner: LearnerConfiguration
  public var wrappers: EnvironmentWrappers

  /// - Throws: ``ConfigurationError`` naming the first value out of range.
  public init(
    environment: String, seed: UInt64, policy: PolicyConfiguration, learner: LearnerConfiguration,
    wrappers: EnvironmentWrappers = EnvironmentWrappers()
  ) throws(ConfigurationError) {
    self.environment = environment
    self.seed = seed
    self.policy = policy
    self.learner = learner
    self.wrappers = wrappers
    try validate()
  }

  private func validate() throws(ConfigurationError) {
    func require(
      _ condition: Bool, _ key: String, _ found: some CustomStringConvertible, _ allowed: String
    ) throws(ConfigurationError) {
      if !condition {
        throw ConfigurationError(key: key, found: "\(found)", allowed: allowed)
      }
    }
    if let problem = wrappers.problem { throw ConfigurationError(problem) }
    for (key, hidden) in [("hidden", policy.hidden), ("value-hidden", learner.value.hidden)] {
      for units in hidden {
        try require(
          (1...65_536).contains(units), key, units, "layer sizes from 1 to 65536, such as 64,64")
      }
      try require(hidden.count <= 16, key, hidden.count, "at most 16 hidden layers")
    }
    try require(
      abs(policy.initialLogDeviation) <= 20, "initial-log-std", policy.initialLogDeviation,
      "-20 to 20")
    try learner.validateSearch()
    try require(
      !(wrappers.normalizesObservations && learner.method.isSearch), "normalize-observations",
      "true",
      "false with method \(learner.method.rawValue), whose learner is sent no observations"
        + " to measure; observation-scale takes fixed factors")
    let m = learner.episodesPerUpdate
    try require(
      (1...1_000_000).contains(m), "episodes-per-update", m, "a whole number from 1 to 1000000")
    switch learner.baseline {
    case .leaveOneOut, .leaveOneOutPerStep:
      try require(
        m >= 2, "episodes-per-update", m, "at least 2 with baseline \(learner.baseline.rawValue)")
    case .none, .mean, .standardize, .value: break
    }
    if learner.estimator == .totalReturn {
      try require(
        [.none, .mean, .leaveOneOut].contains(learner.baseline), "baseline",
        learner.baseline.rawValue, "none, mean or leave-one-out with estimator total-return")
    }
    try require(
      learner.estimator == .rewardToGo || !learner.weighsByDiscount, "weigh-by-discount", "true",
      "false with estimator total-return, which needs no such factor")
    try require((0...1).contains(learner.discount), "discount", learner.discount, "0 to 1")
    try require(
      (0...1e6).contains(learner.entropyCoefficient), "entropy", learner.entropyCoefficient,
      "0 to 1000000")
    if let limit = learner.gradientNormLimit {
      try require(limit > 0 && limit <= 1e12, "gradient-norm-limit", limit, "above 0, up to 1e12")
    }
    try require(
      abs(learner.rewardScale) >= 1e-12 && abs(learner.rewardScale) <= 1e12, "reward-scale",
      learner.rewardScale, "a magnitude from 1e-12 to 1e12")
    try require(
      (0...1e6).contains(learner.learningRate), "learning-rate", learner.learningRate,
      "0 to 1000000")
    if learner.schedule != .constant {
      try require(
        (learner.scheduleUpdates ?? 0) >= 1, "schedule-updates", learner.scheduleUpdates ?? 0,
        "at least 1 with schedule \(learner.schedule.rawValue)")
    }
    let value = learner.value
    try require((0...1).contains(value.lambda), "gae-lambda", value.lambda, "0 to 1")
    try require(
      (0...1e6).contains(value.learningRate), "value-learning-rate", value.learningRate,
      "0 to 1000000")
    try require(
      (1...1000).contains(value.passes), "value-passes", value.passes,
      "a whole number from 1 to 1000")
    if let updates = learner.scheduleUpdates {
      try require(
        (1...Int(UInt32.max)).contains(updates), "schedule-updates", updates, "1 to 4294967295")
    }
  }
}

/// A value that a run cannot have.
public struct ConfigurationError: Error, Hashable, CustomStringConvertible {
  /// As written on the command line, without dashes.
  public let key: String
  public let found: String
  public let allowed: String

  public init(key: String, found: String, allowed: String) {
    self.key = key
    self.found = found
    self.allowed = allowed
  }

  public init(_ problem: WrapperProblem) {
    self.init(key: problem.option, found: problem.found, allowed: problem.allowed)
  }

  public var description: String { "\(key) is \(found), but must be \(allowed)" }
}

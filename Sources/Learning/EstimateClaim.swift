/// What the estimate of an update is in expectation, over everything that was drawn at random. The tests
/// read these claims and hold them against the sum over all trajectories of a small process; `--explain`
/// and the documentation show them.
public struct EstimateClaim: Hashable, Sendable {
  /// With J(θ) the expected discounted return of a complete episode, of scaled rewards if they are.
  public enum Expectation: Hashable, Sendable, CaseIterable {
    case gradient
    /// ∇J if every episode terminates; one that a step limit cuts off is worth what V says.
    case gradientIfEpisodesTerminate
    /// (1 − 1/m) ∇J.
    case shrunkGradient
    case biased

    public var text: String {
      switch self {
      case .gradient: "∇J, without bias"
      case .gradientIfEpisodesTerminate: "∇J, without bias where episodes terminate"
      case .shrunkGradient: "(1 − 1/m) ∇J: the right direction, shrunk"
      case .biased: "not ∇J: biased"
      }
    }
  }

  /// Something that keeps the estimate from being ∇J.
  public enum Reason: Hashable, Sendable, CaseIterable {
    case missingDiscountPower
    case ownReturnInMean
    case standardization
    case normalization
    case lambda
    case valueOfTruncated
    case gradientNormLimit
    case entropy
    case firstCome

    public var text: String {
      switch self {
      case .missingDiscountPower:
        "rewards-to-go are discounted from their own step on, without the factor γᵗ of step t: the usual "
          + "practical estimate, the gradient of no objective (--weigh-by-discount makes it that of J)"
      case .ownReturnInMean:
        "the mean that is subtracted contains the episode's own return"
      case .standardization:
        "each episode is standardised by its own mean and deviation, which depend on its actions"
      case .normalization:
        "the weights are divided by their standard deviation, which depends on the sampled actions"
      case .lambda:
        "with λ below 1 the advantages contain the errors of V: less variance for some bias"
      case .valueOfTruncated:
        "an episode that a step limit cuts off goes on in V, and V has errors"
      case .gradientNormLimit:
        "gradients beyond the norm limit are shortened, so large ones count less"
      case .entropy:
        "the bonus adds β times the gradient of the mean entropy at the steps that were visited"
      case .firstCome:
        "the first m episodes to arrive are taken, and long ones arrive late"
      }
    }
  }

  public let expectation: Expectation
  public let reasons: [Reason]

  public init(_ configuration: LearnerConfiguration) {
    var reasons: [Reason] = []
    var isShrunk = false
    var dependsOnEnds = false
    let isDiscounted = configuration.discount < 1
    let lacksPower =
      configuration.estimator == .rewardToGo && isDiscounted && !configuration.weighsByDiscount
    if lacksPower { reasons.append(.missingDiscountPower) }
    switch configuration.baseline {
    case .none, .leaveOneOut, .leaveOneOutPerStep: break
    case .mean:
      reasons.append(.ownReturnInMean)
      // What the mean takes away is ∇J/m exactly where all steps weigh the same.
      isShrunk = configuration.estimator == .totalReturn || !isDiscounted
    case .standardize: reasons.append(.standardization)
    case .value:
      if configuration.value.lambda < 1 { reasons.append(.lambda) }
      reasons.append(.valueOfTruncated)
      dependsOnEnds = true
    }
    if configuration.normalizeAdvantages { reasons.append(.normalization) }
    if configuration.entropyCoefficient > 0 { reasons.append(.entropy) }
    if configuration.gradientNormLimit != nil { reasons.append(.gradientNormLimit) }
    if configuration.collection == .firstCome { reasons.append(.firstCome) }
    self.reasons = reasons
    expectation =
      if reasons.isEmpty {
        .gradient
      } else if isShrunk, reasons == [.ownReturnInMean] {
        .shrunkGradient
      } else if dependsOnEnds, reasons == [.valueOfTruncated] {
        .gradientIfEpisodesTerminate
      } else {
        .biased
      }
  }
}

/// The claims that the documentation lists.
public enum EstimateTable {
  /// How each is written, and a configuration that is meant.
  public static let rows: [(choice: String, configuration: LearnerConfiguration)] = [
    (
      "`total-return`, baseline `none` or `leave-one-out`, any discount",
      configuration(.totalReturn, .leaveOneOut, discount: 0.9)
    ),
    (
      "`reward-to-go`, discount 1, baseline `none`, `leave-one-out`, `leave-one-out-per-step`",
      configuration(.rewardToGo, .leaveOneOutPerStep)
    ),
    (
      "the same, discount below 1, `weigh-by-discount`",
      configuration(.rewardToGo, .leaveOneOutPerStep, discount: 0.9, weighs: true)
    ),
    (
      "`reward-to-go`, discount below 1, without `weigh-by-discount`",
      configuration(.rewardToGo, .none, discount: 0.9)
    ),
    ("baseline `mean`, discount 1 or `total-return`", configuration(.rewardToGo, .mean)),
    ("baseline `value`, discount 1, `gae-lambda` 1", configuration(.rewardToGo, .value, lambda: 1)),
    ("baseline `value`, `gae-lambda` below 1", configuration(.rewardToGo, .value, lambda: 0.95)),
    (
      "baseline `standardize` (the Hugging Face course's)",
      configuration(.rewardToGo, .standardize)
    ),
    ("`normalize-advantages`", configuration(.rewardToGo, .none, normalizes: true)),
    (
      "`entropy` above 0",
      LearnerConfiguration(baseline: .none, normalizeAdvantages: false, entropyCoefficient: 1)
    ),
    (
      "`gradient-norm-limit`",
      LearnerConfiguration(baseline: .none, normalizeAdvantages: false, gradientNormLimit: 1)
    ),
    (
      "`collection first-come`",
      LearnerConfiguration(baseline: .none, normalizeAdvantages: false, collection: .firstCome)
    ),
  ]

  private static func configuration(
    _ estimator: Estimator, _ baseline: Baseline, discount: Double = 1, weighs: Bool = false,
    normalizes: Bool = false, lambda: Double = 1
  ) -> LearnerConfiguration {
    LearnerConfiguration(
      estimator: estimator, baseline: baseline, discount: discount, weighsByDiscount: weighs,
      normalizeAdvantages: normalizes, value: ValueConfiguration(lambda: lambda))
  }

  /// The table as the documentation has it.
  public static var markdown: String {
    "| choice | in expectation | because |\n| --- | --- | --- |\n"
      + rows.map { row in
        let claim = EstimateClaim(row.configuration)
        let reasons = claim.reasons.map(\.text).joined(separator: "; ")
        return "| \(row.choice) | \(claim.expectation.text) | \(reasons) |\n"
      }.joined()
  }
}

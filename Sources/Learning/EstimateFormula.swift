/// The estimate of an update as a formula, line by line.
public struct EstimateFormula: Hashable, Sendable {
  /// ĝ = …
  public let estimate: String
  /// What its symbols mean, one a line.
  public let symbols: [String]

  public init(_ configuration: LearnerConfiguration) {
    var weight: String
    var symbols: [String] = []
    let own = "Gₜ"
    switch configuration.estimator {
    case .totalReturn:
      weight = "R"
      symbols.append("R = Σₜ γᵗ rₜ, the discounted return of the whole episode")
    case .rewardToGo:
      weight = own
      if configuration.baseline != .value {
        symbols.append("Gₜ = Σₖ γᵏ rₜ₊ₖ, the discounted reward-to-go of step t")
      }
    }
    switch configuration.baseline {
    case .none: break
    case .mean:
      weight = "(\(weight) − R̄)"
      symbols.append("R̄ = the mean discounted return of the m episodes")
    case .leaveOneOut:
      weight = "(\(weight) − R̄₋ᵢ)"
      symbols.append("R̄₋ᵢ = the mean discounted return of the other m − 1 episodes")
    case .leaveOneOutPerStep:
      weight = "(\(weight) − Ḡₜ,₋ᵢ)"
      symbols.append("Ḡₜ,₋ᵢ = the mean of Gₜ over the other episodes that still run at step t")
    case .standardize:
      weight = "(Gₜ − μᵢ)/(σᵢ + 2⁻²³)"
      symbols.append("μᵢ, σᵢ = mean and standard deviation of Gₜ within the episode")
    case .value:
      weight = "Aₜ"
      symbols.append("Aₜ = Σₖ (γλ)ᵏ δₜ₊ₖ with δₜ = rₜ + γ V(sₜ₊₁) − V(sₜ)")
      symbols.append("λ = \(configuration.value.lambda)")
      symbols.append("V = a network of its own; 0 after an episode that terminated")
    }
    if configuration.weighsByDiscount { weight = "γᵗ " + weight }
    if configuration.normalizeAdvantages {
      weight += " / σ"
      symbols.append("σ = the standard deviation of the weights over all steps of the round")
    }
    var estimate = "ĝ = 1/m Σᵢ Σₜ ∇log π(aₜ|sₜ) \(weight)"
    if configuration.entropyCoefficient > 0 {
      estimate += " + β ∇H̄"
      symbols.append(
        "H̄ = the mean entropy of π over all steps, β = \(configuration.entropyCoefficient)")
    }
    if let limit = configuration.gradientNormLimit {
      symbols.append("ĝ is shortened to the norm \(limit) where it is longer")
    }
    symbols.append("m = \(configuration.episodesPerUpdate) complete episodes")
    symbols.append("γ = \(configuration.discount)")
    if configuration.rewardScale != 1 {
      symbols.append("rₜ = \(configuration.rewardScale) × the reward of the environment")
    }
    self.estimate = estimate
    self.symbols = symbols
  }
}

import Learning
import RL

/// What `--explain` prints: what an update of the run follows, in words and as a formula.
struct Explanation {
  private let run: RunConfiguration
  private let environment: EnvironmentSpecification
  private let allowsApproximateActors: Bool

  init(
    _ run: RunConfiguration, environment: EnvironmentSpecification,
    allowsApproximateActors: Bool = false
  ) {
    self.run = run
    self.environment = environment
    self.allowsApproximateActors = allowsApproximateActors
  }

  var text: String { run.learner.method.isSearch ? searchText : gradientText }

  private var gradientText: String {
    let claim = EstimateClaim(run.learner)
    let formula = EstimateFormula(run.learner)
    var lines = [
      "What is maximised",
      "  J(θ) = E[Σₜ γᵗ rₜ] over complete episodes of \(run.environment), "
        + "of \(environment.stepLimit) steps at most.",
      "",
      "What an update follows",
      "  \(formula.estimate)",
    ]
    lines += formula.symbols.map { "      \($0)" }
    lines += ["", "What that is in expectation", "  \(claim.expectation.text)."]
    lines += claim.reasons.map { "  - \($0.text)." }
    lines += ["", "Which episodes"]
    switch run.learner.collection {
    case .everySlot:
      lines.append(
        "  Those of slots 0 to m − 1 of the policy version, fixed before anyone plays and")
      lines.append(
        "  waited for however long they take: who plays them, and how fast, changes nothing.")
    case .firstCome:
      lines.append(
        "  THE FIRST m TO ARRIVE. For teaching: biased towards short episodes, and no run can")
      lines.append("  be repeated, because it depends on who is fast.")
    }
    return (lines + actorLines + wrapperLines).joined(separator: "\n") + "\n"
  }

  private var actorLines: [String] {
    guard allowsApproximateActors else { return [] }
    return [
      "", "Who plays them",
      "  Also approximate actors, whose arithmetic is not Troupe's. Weaker than otherwise:",
      "  - On-policy: log π(a|s) of each of their steps is compared with the learner's own within",
      "    \(LogProbabilityTolerance.text), not bit for bit. The estimate above is made of the learner's.",
      "  - Unbiased collection: no slot is played twice at once, and none again unless its actor is",
      "    gone, because two copies would differ and the shorter one would win.",
      "  - Reproducible: not. Which actor plays which slot decides the last digits.",
    ]
  }

  private var searchText: String {
    let (learner, k) = (run.learner, run.learner.search.episodesPerCandidate)
    let count = learner.episodesPerUpdate / k
    var lines = [
      "What is maximised",
      "  J(θ) = E[Σₜ rₜ] over complete episodes of \(run.environment), "
        + "of \(environment.stepLimit) steps at most, of the most probable actions.",
      "",
      "What an update does",
      "  \(count) candidates play \(k) episode\(k == 1 ? "" : "s") each.",
    ]
    switch learner.method {
    case .policyGradient: break
    case .hillClimbing:
      lines += [
        "  Candidate 0 is θ, the others are θ + σ ε. The best mean return replaces θ if it is no worse;",
        "  σ is halved after a success and doubled after a failure, from \(learner.search.lowestNoise) to "
          + "\(learner.search.highestNoise).",
        "  No gradient is estimated.",
      ]
    case .annealing:
      lines += [
        "  Candidate 0 is θ, the others are θ + σ ε with σ = \(learner.search.noise). The best of those",
        "  replaces θ if it is no worse, or with probability exp(difference / T); T falls from",
        "  \(learner.search.temperature) by the factor \(learner.search.cooling) a round.",
        "  No gradient is estimated.",
      ]
    case .evolutionStrategies:
      lines += [
        "  Candidates are pairs θ ± σ ε with σ = \(learner.search.noise). θ follows the mean of ε times",
        "  the difference of the centred ranks of its pair: the direction in which the expected rank of a",
        "  candidate rises. It is not ∇J: ranks replace returns, and J is smoothed by the noise.",
      ]
    }
    return (lines + wrapperLines).joined(separator: "\n") + "\n"
  }

  private var wrapperLines: [String] {
    guard !wrappers.isEmpty else { return [] }
    return ["", "What stands between environment and policy"] + wrappers.map { "  - \($0)." }
  }

  private var wrappers: [String] {
    let wrappers = run.wrappers
    var lines: [String] = []
    if let limit = wrappers.stepLimit {
      lines.append("episodes are cut off after \(limit) steps, so J is of so many at most")
    }
    if !wrappers.observationScale.isEmpty {
      lines.append("observations are multiplied by constants")
    }
    if wrappers.frameStack > 1 {
      lines.append("the policy sees the newest \(wrappers.frameStack) observations")
    }
    if wrappers.normalizesObservations {
      lines.append(
        "observations are centred and scaled by the statistics of earlier rounds, constant within "
          + "one; the first round only measures")
    }
    switch wrappers.actionTransform {
    case .none: break
    case .clip:
      lines.append("actions are clipped to their bounds; π is the density of the unclipped number")
    case .tanh:
      lines.append(
        "actions are squashed by tanh; π is the density of the number before, whose score is that of "
          + "the squashed one: the change of variables has no parameters")
    }
    return lines
  }
}

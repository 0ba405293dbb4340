import Foundation
import Learning
import RL
import Testing

/// How far estimates are from the gradient in ``AliasedProcess``: the figures of docs/learning.md.
@Suite struct BiasTableTests {
  private struct Row {
    let choice: String
    let configuration: LearnerConfiguration
    /// Whether the horizon ends an episode, or cuts it off.
    var terminates = true
  }

  private static let rows: [Row] = {
    func choice(
      _ text: String, _ estimator: Estimator = .rewardToGo, _ baseline: Baseline = .none,
      discount: Double = 1, weighs: Bool = false, normalizes: Bool = false, entropy: Double = 0,
      limit: Double? = nil, lambda: Double = 1, terminates: Bool = true
    ) -> Row {
      Row(
        choice: text,
        configuration: LearnerConfiguration(
          episodesPerUpdate: 2, estimator: estimator, baseline: baseline, discount: discount,
          weighsByDiscount: weighs, normalizeAdvantages: normalizes, entropyCoefficient: entropy,
          gradientNormLimit: limit, value: ValueConfiguration(lambda: lambda)),
        terminates: terminates)
    }
    return [
      choice("`total-return`, baseline `none`", .totalReturn),
      choice("`reward-to-go`, baseline `none`"),
      choice("`reward-to-go`, baseline `leave-one-out`", .rewardToGo, .leaveOneOut),
      choice("`reward-to-go`, baseline `leave-one-out-per-step`", .rewardToGo, .leaveOneOutPerStep),
      choice("`reward-to-go`, discount 0.9, `weigh-by-discount`", discount: 0.9, weighs: true),
      choice("`reward-to-go`, discount 0.9", discount: 0.9),
      choice("`reward-to-go`, baseline `mean`, m = 2", .rewardToGo, .mean),
      choice("baseline `value`, λ 1, all episodes terminate", .rewardToGo, .value),
      choice("baseline `value`, λ 1, cut off by a limit", .rewardToGo, .value, terminates: false),
      choice("baseline `value`, λ 0.5, all episodes terminate", .rewardToGo, .value, lambda: 0.5),
      choice("`normalize-advantages`, m = 2", .rewardToGo, .leaveOneOut, normalizes: true),
      choice("baseline `standardize`", .rewardToGo, .standardize),
      choice("`entropy` 0.1", entropy: 0.1),
      choice("`gradient-norm-limit` 1", limit: 1),
    ]
  }()

  private func norm(_ vector: [Double]) -> Double {
    vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  @Test func `the documentation has the biases of a process small enough to add up`() throws {
    let exact = ExactExpectation()
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../docs/learning.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    for row in Self.rows {
      let configuration = row.configuration
      let found = exact.expectation(
        configuration,
        episodes: configuration.baseline.needsRound || configuration.normalizeAdvantages ? 2 : 1,
        of: row.terminates ? exact.endedTrajectories : exact.trajectories)
      let gradient = exact.analyticGradient(discount: configuration.discount)
      let distance = norm(zip(found, gradient).map { $0 - $1 }) / norm(gradient)
      let product = zip(found, gradient).reduce(0) { $0 + $1.0 * $1.1 }
      let cosine = min(1, product / (norm(found) * norm(gradient)))
      let degrees = acos(cosine) * 180 / Double.pi
      let figures =
        distance < 1e-6
        ? "0 | 0°" : String(format: "%.1f %% | %.1f°", 100 * distance, degrees)
      let line = "| \(row.choice) | \(figures) |"
      #expect(text.contains(line + "\n"), "docs/learning.md should have: \(line)")
    }
  }
}

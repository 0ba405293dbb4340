import Foundation
import Learning
import Policies
import RL
import Testing

@Suite struct ExactnessTests {
  private let exact = ExactExpectation()

  private func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  private func configuration(
    _ estimator: Estimator, _ baseline: Baseline, discount: Double = 1, normalizes: Bool = false
  ) -> LearnerConfiguration {
    LearnerConfiguration(
      estimator: estimator, baseline: baseline, discount: discount,
      normalizeAdvantages: normalizes)
  }

  /// Every combination of choices that a run may make, as far as they change an expectation.
  static let choices: [LearnerConfiguration] = {
    var choices: [LearnerConfiguration] = []
    for estimator in Estimator.allCases {
      for baseline in Baseline.allCases {
        for (discount, weighs) in [(1.0, false), (0.9, false), (0.9, true)] {
          for normalizes in [false, true] {
            for lambda in baseline == .value ? [1, 0.5] : [1.0] {
              let configuration = LearnerConfiguration(
                episodesPerUpdate: 2, estimator: estimator, baseline: baseline,
                discount: discount, weighsByDiscount: weighs, normalizeAdvantages: normalizes,
                value: ValueConfiguration(lambda: lambda))
              // Some combinations no run can have.
              let run = try? RunConfiguration(
                environment: "aliased", seed: 1, policy: PolicyConfiguration(),
                learner: configuration)
              if run != nil { choices.append(configuration) }
            }
          }
        }
      }
    }
    choices += [
      LearnerConfiguration(
        estimator: .rewardToGo, baseline: .none, normalizeAdvantages: false,
        entropyCoefficient: 0.5),
      LearnerConfiguration(
        estimator: .rewardToGo, baseline: .none, normalizeAdvantages: false,
        gradientNormLimit: 0.5),
    ]
    return choices
  }()

  @Test(arguments: choices) func everyClaimIsTrue(configuration: LearnerConfiguration) {
    let claim = EstimateClaim(configuration)
    // What needs no other episode is estimated from one alone.
    let episodes =
      configuration.baseline.needsRound || configuration.normalizeAdvantages ? 2 : 1
    let gradient = exact.analyticGradient(discount: configuration.discount)
    let ended = exact.endedTrajectories
    let found = exact.expectation(configuration, episodes: episodes)
    switch claim.expectation {
    case .gradient:
      #expect(claim.reasons.isEmpty)
      #expect(distance(found, gradient) < 1e-6)
    case .shrunkGradient:
      #expect(distance(found, gradient.map { $0 * (1 - 1 / Double(episodes)) }) < 1e-6)
    case .gradientIfEpisodesTerminate:
      #expect(distance(found, gradient) > 1e-3)
      let whole = exact.expectation(configuration, episodes: episodes, of: ended)
      #expect(distance(whole, gradient) < 1e-6)
    case .biased:
      #expect(!claim.reasons.isEmpty)
      #expect(distance(found, gradient) > 1e-3)
      if configuration.baseline == .value {
        let whole = exact.expectation(configuration, episodes: episodes, of: ended)
        #expect(distance(whole, gradient) > 1e-3)
      }
    }
  }

  @Test func theDocumentationSaysWhatIsClaimed() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../docs/design.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(
      text.contains(EstimateTable.markdown),
      "docs/design.md should have:\n\(EstimateTable.markdown)")
    // Each reason is documented, and each expectation occurs.
    let claims = EstimateTable.rows.map { EstimateClaim($0.configuration) }
    #expect(Set(claims.flatMap(\.reasons)) == Set(EstimateClaim.Reason.allCases))
    #expect(Set(claims.map(\.expectation)) == Set(EstimateClaim.Expectation.allCases))
  }

  @Test func theTrajectoriesAreAllThereAre() {
    let total = exact.trajectories.reduce(0.0) { $0 + exact.probability($1) }
    #expect(abs(total - 1) < 1e-12)
    #expect(Set(exact.trajectories.map(\.states.count)) == [1, 2, 3])
  }

  @Test(arguments: [0.9, 1])
  func theTextbookFormulaIsTheGradientOfTheDiscountedReturn(discount: Double) {
    let gradient = exact.analyticGradient(discount: discount)
    let found = exact.expectation(
      configuration(.totalReturn, .none, discount: discount), episodes: 1)
    #expect(distance(found, gradient) < 1e-6)
    let paired = exact.expectation(
      configuration(.totalReturn, .leaveOneOut, discount: discount), episodes: 2)
    #expect(distance(paired, gradient) < 1e-6)
  }

  @Test(arguments: [(Baseline.none, 1), (.leaveOneOut, 2), (.leaveOneOutPerStep, 2)])
  func rewardToGoIsTheGradientOfTheReturn(baseline: Baseline, episodes: Int) {
    let found = exact.expectation(configuration(.rewardToGo, baseline), episodes: episodes)
    #expect(distance(found, exact.analyticGradient(discount: 1)) < 1e-6)
  }

  /// V depends on the state alone, so with λ = 1 it takes nothing away; with less, its errors stay.
  @Test func aValueFunctionIsUnbiasedWithLambdaOneAlone() {
    let (ended, trajectories) = (exact.endedTrajectories, exact.trajectories)
    func found(lambda: Double, _ trajectories: [AliasedProcess.Trajectory]) -> [Double] {
      var configuration = configuration(.rewardToGo, .value)
      configuration.value.lambda = lambda
      return exact.expectation(configuration, episodes: 1, of: trajectories)
    }
    let gradient = exact.analyticGradient(discount: 1)
    #expect(distance(found(lambda: 1, ended), gradient) < 1e-6)
    #expect(distance(found(lambda: 0.5, ended), gradient) > 0.01)
    // Cut off instead, the same episodes are worth what V says of their last observation.
    #expect(distance(found(lambda: 1, trajectories), gradient) > 0.001)
  }

  /// A baseline that contains the episode itself takes 1/m of the gradient away.
  @Test func theMeanOfTheBatchShrinksTheGradientByOneOverM() {
    let found = exact.expectation(configuration(.totalReturn, .mean), episodes: 2)
    let half = exact.analyticGradient(discount: 1).map { $0 / 2 }
    #expect(distance(found, half) < 1e-6)
  }

  /// Without the factor γᵗ, discounted rewards-to-go are not the gradient of the discounted return.
  @Test func discountedRewardToGoIsBiasedAsDocumented() {
    let found = exact.expectation(configuration(.rewardToGo, .none, discount: 0.9), episodes: 1)
    #expect(distance(found, exact.analyticGradient(discount: 0.9)) > 0.01)
  }

  @Test func standardizingAndNormalizingAreBiasedAsDocumented() {
    let gradient = exact.analyticGradient(discount: 1)
    let standardized = exact.expectation(configuration(.rewardToGo, .standardize), episodes: 1)
    #expect(distance(standardized, gradient) > 0.05)
    let normalized = exact.expectation(
      configuration(.rewardToGo, .leaveOneOut, normalizes: true), episodes: 2)
    #expect(distance(normalized, gradient) > 0.05)
  }
}

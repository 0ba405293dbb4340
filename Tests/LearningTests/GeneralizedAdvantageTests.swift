import Learning
import Testing

@Suite struct GeneralizedAdvantageTests {
  private let rewards: [Float] = [1, -2, 0.5, 0, 3, -1, 0.25, 4]
  private let values: [Float] = [0.3, -1, 2, 0.7, -0.2, 1.5, 0, 0.9]

  private func advantages(
    finalValue: Float, discount: Double, lambda: Double, scale: Double = 1
  ) -> (advantages: [Float], lambdaReturns: [Float]) {
    var result = [Float](repeating: 0, count: rewards.count)
    var returns = result
    var view = result.mutableSpan
    var returnView = returns.mutableSpan
    generalizedAdvantages(
      of: rewards.span, values: values.span, finalValue: finalValue, discount: discount,
      lambda: lambda, scale: scale, into: &view, lambdaReturns: &returnView)
    return (result, returns)
  }

  /// δ_t, with the value that follows the last step.
  private func difference(_ t: Int, finalValue: Float, discount: Double, scale: Double) -> Double {
    let next = t + 1 < values.count ? values[t + 1] : finalValue
    return Double(rewards[t]) * scale + discount * Double(next) - Double(values[t])
  }

  private func expectClose(_ found: [Float], _ expected: [Double]) {
    for (value, reference) in zip(found, expected) {
      #expect(abs(Double(value) - reference) <= 1e-6 * max(1, abs(reference)))
    }
  }

  @Test(arguments: [0, 0.3, 0.95, 1], [0, 0.9, 1]) func itIsTheSumOfTheTextbook(
    lambda: Double, discount: Double
  ) {
    for (finalValue, scale): (Float, Double) in [(0, 1), (2.5, 1), (-1, 0.1)] {
      let found = advantages(
        finalValue: finalValue, discount: discount, lambda: lambda, scale: scale)
      let expected = values.indices.map { t in
        var weight = 1.0
        return (t..<values.count).reduce(0.0) { sum, k in
          defer { weight *= discount * lambda }
          return sum
            + weight * difference(k, finalValue: finalValue, discount: discount, scale: scale)
        }
      }
      expectClose(found.advantages, expected)
      expectClose(found.lambdaReturns, zip(expected, values).map { $0 + Double($1) })
    }
  }

  @Test func withLambdaZeroItIsTheTemporalDifference() {
    let found = advantages(finalValue: 0.5, discount: 0.9, lambda: 0)
    expectClose(
      found.advantages,
      values.indices.map { difference($0, finalValue: 0.5, discount: 0.9, scale: 1) })
  }

  @Test func withLambdaOneItIsTheRewardToGoBeyondTheValue() {
    let found = advantages(finalValue: 0, discount: 0.9, lambda: 1)
    var rewardsToGo = [Float](repeating: 0, count: rewards.count)
    var view = rewardsToGo.mutableSpan
    rewardToGo(of: rewards.span, discount: 0.9, into: &view)
    expectClose(found.lambdaReturns, rewardsToGo.map(Double.init))
    expectClose(found.advantages, zip(rewardsToGo, values).map { Double($0) - Double($1) })
  }
}

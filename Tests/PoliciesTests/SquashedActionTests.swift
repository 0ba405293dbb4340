import Foundation
import Policies
import RL
import Testing

/// What ``ActionTransform/tanh`` claims: squashing changes the density by a factor without parameters, so
/// that the score of the number sampled is the score of the number that the environment gets.
@Suite struct SquashedActionTests {
  /// log of the density of a = c + h·tanh u at a, for u normal, by the change of variables.
  private func logDensity(
    ofSquashed a: Double, mean: Double, logDeviation: Double, centre: Double, half: Double
  ) -> Double {
    let y = (a - centre) / half
    let u = 0.5 * log((1 + y) / (1 - y))
    let z = (u - mean) * exp(-logDeviation)
    let logNormal = -0.5 * z * z - logDeviation - 0.9189385332046727
    return logNormal - log(half * (1 - y * y))
  }

  @Test func `the squashed density is a density`() {
    let (centre, half, count) = (0.5, 1.5, 20_000)
    let width = 2 * half / Double(count)
    let total = (0..<count).reduce(0.0) { sum, index in
      let a = centre - half + (Double(index) + 0.5) * width
      return sum
        + width
        * exp(
          logDensity(ofSquashed: a, mean: 0.3, logDeviation: -0.2, centre: centre, half: half))
    }
    #expect(abs(total - 1) < 1e-5)
  }

  @Test(arguments: [-1.3, 0.1, 0.9]) func `its score is that of the number sampled`(u: Double) {
    // One observation of one entry, no hidden layer: mean = w x + b, then log σ.
    let policy = MLPPolicy(
      observationSize: 1, actionSpace: .box(low: [-1], high: [2]),
      configuration: PolicyConfiguration(hidden: []))
    let parameters: [Float] = [0.4, -0.2, -0.3]
    let x: Float = 0.7
    var workspace = policy.makeWorkspace(laneCapacity: 32)
    var columns = [Float](repeating: 0, count: 32)
    var actions = columns
    (columns[0], actions[0]) = (x, Float(u))
    var logProbabilities = [Float](repeating: 0, count: 32)
    var entropies = logProbabilities
    var logProbabilityView = logProbabilities.mutableSpan
    var entropyView = entropies.mutableSpan
    policy.evaluate(
      observations: columns.span, actions: actions.span, laneCount: 1, stride: 32,
      parameters: parameters.span, workspace: &workspace, into: &logProbabilityView,
      entropies: &entropyView)
    var score = [Float](repeating: 0, count: 3)
    var scoreView = score.mutableSpan
    policy.accumulateScore(
      actions: actions.span, laneCount: 1, stride: 32, parameters: parameters.span,
      weights: ([1] as [Float]).span, entropyWeight: 0, workspace: &workspace, into: &scoreView)
    let (centre, half) = (0.5, 1.5)
    let a = centre + half * tanh(u)
    func value(_ parameters: [Double]) -> Double {
      logDensity(
        ofSquashed: a, mean: parameters[0] * Double(x) + parameters[1],
        logDeviation: parameters[2], centre: centre, half: half)
    }
    for index in 0..<3 {
      var (up, down) = (parameters.map(Double.init), parameters.map(Double.init))
      up[index] += 1e-5
      down[index] -= 1e-5
      let difference = (value(up) - value(down)) / 2e-5
      #expect(abs(difference - Double(score[index])) < 1e-5, "parameter \(index)")
    }
  }
}

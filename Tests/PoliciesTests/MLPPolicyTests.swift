import Kernels
import Policies
import RL
import Testing

@Suite struct MLPPolicyTests {
  private func policy(_ initialization: Initialization, hidden: [Int]) -> MLPPolicy {
    MLPPolicy(
      observationSize: 5, actionSpace: .discrete(count: 3),
      configuration: PolicyConfiguration(
        hidden: hidden, activation: .relu, initialization: initialization))
  }

  @Test func parametersAreNamedAndShapedLikePyTorchs() {
    let layout = policy(.orthogonal, hidden: [8, 7]).parameterLayout
    #expect(
      layout.map(\.name)
        == ["0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"])
    #expect(layout.map(\.shape) == [[8, 5], [8], [7, 8], [7], [3, 7], [3]])
    #expect(layout.map(\.offset) == [0, 40, 48, 104, 111, 132])
  }

  @Test func aPolicyWithoutHiddenLayersIsLinear() {
    let policy = policy(.orthogonal, hidden: [])
    #expect(policy.parameterCount == 3 * 5 + 3)
  }

  @Test func orthogonalLayersHaveOrthogonalRowsOfTheirGain() {
    let parameters = policy(.orthogonal, hidden: [4]).initialParameters(seed: 3)
    func dot(_ a: Int, _ b: Int, offset: Int, width: Int) -> Double {
      (0..<width).reduce(0.0) {
        $0 + Double(parameters[offset + a * width + $1])
          * Double(parameters[offset + b * width + $1])
      }
    }
    for row in 0..<4 {
      for other in 0...row {
        let product = dot(row, other, offset: 0, width: 5)
        #expect(abs(product - (row == other ? 2 : 0)) < 1e-5)  // gain √2, rounded to Float
      }
    }
    for row in 0..<3 { #expect(abs(dot(row, row, offset: 24, width: 4) - 1e-4) < 1e-9) }
    #expect(parameters[20..<24].allSatisfy { $0 == 0 })
  }

  @Test func pytorchsDefaultStaysWithinItsBound() {
    let parameters = policy(.pytorch, hidden: [64]).initialParameters(seed: 1)
    let bound = 1 / Float(5).squareRoot()
    let first = parameters[..<(64 * 6)]
    #expect(first.allSatisfy { abs($0) <= bound })
    #expect(first.contains { $0 > 0.9 * bound } && first.contains { $0 < -0.9 * bound })
  }

  @Test func theSeedAloneDecidesTheFirstParameters() {
    let policy = policy(.orthogonal, hidden: [16])
    #expect(policy.initialParameters(seed: 1) == policy.initialParameters(seed: 1))
    #expect(policy.initialParameters(seed: 1) != policy.initialParameters(seed: 2))
  }

  /// Acting and evaluating agree bit for bit, whatever the company.
  @Test func evaluationGivesTheLogProbabilitiesOfActing() {
    let policy = policy(.orthogonal, hidden: [9])
    let parameters = policy.initialParameters(seed: 1).map { $0 * 3 }
    let (lanes, stride) = (45, 64)
    var observations = [Float](repeating: 0, count: 5 * stride)
    for index in observations.indices { observations[index] = Float(index % 13) * 0.37 - 2 }
    var streams = LaneStreams(seed: 4, version: .initial, kind: .training, laneCount: stride)
    for lane in 0..<lanes { streams.slots[lane] = UInt32(lane) }
    var actions = [Float](repeating: 0, count: stride)
    var acted = actions
    var workspace = policy.makeWorkspace(laneCapacity: stride)
    var actionView = actions.mutableSpan
    var actedView = acted.mutableSpan
    policy.act(
      on: observations.span, laneCount: lanes, stride: stride, parameters: parameters.span,
      streams: streams, greedy: false, workspace: &workspace, into: &actionView,
      logProbabilities: &actedView)
    #expect(Set(actions.prefix(lanes)).count == 3)
    // The same columns backwards, in a narrower matrix.
    for lane in 0..<lanes {
      var column = [Float](repeating: 0, count: 5 * 32)
      for row in 0..<5 { column[row * 32 + 3] = observations[row * stride + lane] }
      var single = [Float](repeating: 0, count: 32)
      single[3] = actions[lane]
      var evaluated = single
      var entropies = single
      var small = policy.makeWorkspace(laneCapacity: 32)
      var evaluatedView = evaluated.mutableSpan
      var entropyView = entropies.mutableSpan
      policy.evaluate(
        observations: column.span, actions: single.span, laneCount: 4, stride: 32,
        parameters: parameters.span, workspace: &small, into: &evaluatedView,
        entropies: &entropyView)
      #expect(evaluated[3].bitPattern == acted[lane].bitPattern)
      #expect(entropies[3] > 0 && entropies[3] <= 1.0987)
    }
  }

  /// Actions and log-probabilities of the first lanes of a fixed observation matrix.
  private func act(
    _ policy: MLPPolicy, laneCount: Int, parameters: [Float], workspace: inout MLPWorkspace
  ) -> [UInt32] {
    let stride = 64
    let observations = (0..<policy.observationSize * stride).map { Float($0 % 13) * 0.37 - 2 }
    var streams = LaneStreams(seed: 4, version: .initial, kind: .training, laneCount: stride)
    for lane in 0..<stride { streams.slots[lane] = UInt32(lane) }
    var actions = [Float](repeating: 0, count: policy.actionSpace.actionSize * stride)
    var logProbabilities = [Float](repeating: 0, count: stride)
    var actionView = actions.mutableSpan
    var logProbabilityView = logProbabilities.mutableSpan
    policy.act(
      on: observations.span, laneCount: laneCount, stride: stride, parameters: parameters.span,
      streams: streams, greedy: false, workspace: &workspace, into: &actionView,
      logProbabilities: &logProbabilityView)
    return (actions + logProbabilities).map(\.bitPattern)
  }

  /// Few lanes take other kernels once the parameters were announced, and more lanes or fewer at will.
  @Test(arguments: [[], [9], [40, 60]])
  func actingWithAnnouncedParametersGivesTheSameBits(hidden: [Int]) {
    for space in [
      ActionSpace.discrete(count: 3), .multiDiscrete(counts: [2, 4]), .multiBinary(count: 3),
      .box(low: [-1, -1], high: [1, 1]),
    ] {
      let policy = MLPPolicy(
        observationSize: 5, actionSpace: space,
        configuration: PolicyConfiguration(
          hidden: hidden, activation: .tanh, initialization: .pytorch))
      var prepared = policy.makeWorkspace(laneCapacity: 64)
      for seed: UInt64 in 1...2 {
        let parameters = policy.initialParameters(seed: seed).map { $0 * 2 }
        policy.prepareToAct(with: parameters.span, workspace: &prepared)
        for laneCount in [1, 40, 3, 10, 11, 22, 23, 8, 1] {
          var other = policy.makeWorkspace(laneCapacity: 64)
          let expected = act(
            policy, laneCount: laneCount, parameters: parameters, workspace: &other)
          let result = act(
            policy, laneCount: laneCount, parameters: parameters, workspace: &prepared)
          #expect(result == expected, "\(space), \(laneCount) lanes, seed \(seed)")
        }
      }
    }
  }
}

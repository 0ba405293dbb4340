import RL
import TestKit
import Testing

@Suite struct ActionSpaceTests {
  static let valid: [ActionSpace] = [
    .discrete(count: 1), .discrete(count: 1 << 24), .multiDiscrete(counts: [2]),
    .multiDiscrete(counts: [3, 1, 300]), .multiBinary(count: 100), .box(low: [-2], high: [2]),
    .box(low: Array(repeating: -1, count: 80), high: Array(repeating: 1, count: 80)),
    .box(low: [-.infinity, 5, -3], high: [.infinity, .infinity, -1]),
  ]

  @Test func `spaces without a choice or with wrong bounds are named`() {
    #expect(Self.valid.allSatisfy { $0.isValid })
    #expect(ActionSpace.discrete(count: 0).problem == "has 0 actions, not 1 to 2^24")
    #expect(ActionSpace.discrete(count: 1 << 24 + 1).problem != nil)
    #expect(ActionSpace.multiDiscrete(counts: []).problem == "has 0 choices, not 1 to 2^24")
    #expect(
      ActionSpace.multiDiscrete(counts: [2, -1]).problem
        == "has a choice among -1 actions, not 1 to 2^24")
    #expect(ActionSpace.multiBinary(count: 0).problem == "has 0 switches, not 1 to 2^24")
    #expect(
      ActionSpace.box(low: [0, 1], high: [1]).problem == "has 2 lower and 1 upper bounds")
    #expect(ActionSpace.box(low: [], high: []).problem == "has 0 numbers, not 1 to 2^24")
    #expect(ActionSpace.box(low: [0, 1], high: [1, 1]).problem == "has the bounds 1.0 to 1.0")
    #expect(ActionSpace.box(low: [.nan], high: [1]).problem != nil)
  }

  @Test func `a description says what an action is`() {
    #expect("\(ActionSpace.discrete(count: 3))" == "3 actions")
    #expect("\(ActionSpace.multiDiscrete(counts: [3, 2]))" == "3 × 2 actions")
    #expect("\(ActionSpace.multiBinary(count: 4))" == "4 switches")
    #expect("\(ActionSpace.box(low: [-2], high: [2]))" == "1 number in -2...2")
    #expect("\(ActionSpace.box(low: [-0.5, -0.5], high: [1, 1]))" == "2 numbers in -0.5...1")
    #expect("\(ActionSpace.box(low: [-1, 0], high: [1, 1]))" == "2 numbers, each in its range")
  }

  @Test(arguments: valid)
  func `random actions lie within the space and have its rows`(space: ActionSpace) {
    for step in 0..<50 {
      var random = RandomStream(
        seed: 3, version: .initial, slot: 0, kind: .training, purpose: .action, step: step)
      let action = space.randomAction(using: &random)
      #expect(action.count == space.actionSize)
      for (entry, value) in action.enumerated() {
        switch space {
        case .discrete(let count): #expect(value >= 0 && value < Float(count))
        case .multiDiscrete(let counts): #expect(value >= 0 && value < Float(counts[entry]))
        case .multiBinary: #expect(value == 0 || value == 1)
        case .box(let low, let high): #expect(value >= low[entry] && value <= high[entry])
        }
      }
    }
  }

  @Test func `an action is read from its column`() {
    let rows: [Float] = [0, 1, 2, 9, 10, 11, 12, 9]
    #expect(Int.read(rows.span, actionSize: 1, lane: 2, stride: 4) == 2)
    #expect(Float.read(rows.span, actionSize: 1, lane: 1, stride: 4) == 1)
    #expect([Float].read(rows.span, actionSize: 2, lane: 1, stride: 4) == [1, 11])
  }
}

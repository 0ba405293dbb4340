import Environments
import RL
import TestKit
import Testing

@Suite struct CartPoleTests {
  @Test func keepsTheContractOfAnEnvironment() {
    #expect(EnvironmentConformance.problems(of: CartPole.self) == [])
  }
}

@Suite struct CartPoleGoldenTests {
  struct Episode: Decodable {
    struct After: Decodable {
      let a: Int
      let state: [Double]
      let r: Double
      let terminated: Bool
    }
    let ep: Int
    let policy: String
    let init_state: [Double]
    let actions: String
    let states: [Double]
    let obs: [Double]
    let rewards: [Double]
    let terminated: String
    let truncated: String
    let post: [After]?

    var choices: [Int] { actions.utf8.map { Int($0) - 48 } }
  }

  static let episodes = Result {
    try GoldenFolder.decodeLines(Episode.self, from: "environments/cartpole.jsonl.gz")
  }

  @Test func everyStepFromARecordedStateAgrees() throws {
    let episodes = try Self.episodes.get()
    #expect(episodes.count >= (GoldenFolder.isReplaced ? 1 : 20))
    for episode in episodes {
      var cartPole = CartPole()
      cartPole.paysOnlyFailure = episode.policy.contains("sutton_barto")
      for (t, action) in episode.choices.enumerated() {
        cartPole.physicalState =
          t == 0 ? episode.init_state : Array(episode.states[4 * (t - 1)..<4 * t])
        let result = try step(&cartPole, action)
        let place = "episode \(episode.ep), step \(t)"
        let expected = episode.states[4 * t..<4 * t + 4]
        for (found, expected) in zip(cartPole.physicalState, expected) {
          // ENVIRONMENTS §12: a polynomial in the place of libm.
          #expect(abs(found - expected) <= 1e-12 * max(1, abs(expected)), "\(place)")
        }
        #expect(Double(result.reward) == episode.rewards[t], "\(place)")
        #expect((result.end == .terminated) == (episode.terminated.flag(t)), "\(place)")
        #expect((t + 1 >= cartPole.stepLimit) == episode.truncated.flag(t), "\(place)")
      }
    }
  }

  /// Balanced from the outside, CartPole multiplies a difference in the last bit by about 1.08 a step:
  /// a recorded episode can be followed freely for some 150 steps, not for 500. Every later step is
  /// compared by the test above.
  @Test func anEpisodeRunningFreelyStaysWithTheRecord() throws {
    for episode in try Self.episodes.get() {
      var cartPole = CartPole()
      cartPole.physicalState = episode.init_state
      cartPole.paysOnlyFailure = episode.policy.contains("sutton_barto")
      var (worst, worstObservation) = (0.0, Float(0))
      for (t, action) in episode.choices.prefix(150).enumerated() {
        var observation = [Float](repeating: 0, count: 4)
        _ = step(&cartPole, action, observation: &observation)
        for index in 0..<4 {
          worst = max(worst, abs(cartPole.physicalState[index] - episode.states[4 * t + index]))
          let recorded = Float(episode.obs[4 * t + index])
          // One unit in the last place where the rounding to Float falls to the other side.
          let slack = max(recorded.ulp, 1e-9)
          worstObservation = max(worstObservation, abs(observation[index] - recorded) / slack)
        }
      }
      #expect(worst <= 1e-9, "episode \(episode.ep) (\(episode.policy))")
      #expect(worstObservation <= 2, "episode \(episode.ep)")
    }
  }

  @Test func aPoleThatLiesPaysNothingMore() throws {
    var count = 0
    for episode in try Self.episodes.get() where episode.post != nil {
      var cartPole = CartPole()
      cartPole.paysOnlyFailure = episode.policy.contains("sutton_barto")
      cartPole.physicalState = episode.states.count > 4 ? episode.states.suffix(8).dropLast(4) : []
      let last = try step(&cartPole, try #require(episode.choices.last))
      #expect((last.end == .terminated) == episode.terminated.flag(episode.choices.count - 1))
      for after in episode.post ?? [] {
        let result = try step(&cartPole, after.a)
        #expect(Double(result.reward) == after.r)
        #expect((result.end == .terminated) == after.terminated)
        for (found, expected) in zip(cartPole.physicalState, after.state) {
          #expect(abs(found - expected) <= 1e-9)
        }
        count += 1
      }
    }
    #expect(count > 0 || GoldenFolder.isReplaced)
  }

  private func step(_ cartPole: inout CartPole, _ action: Int) throws -> StepResult {
    var observation = [Float](repeating: 0, count: 4)
    return step(&cartPole, action, observation: &observation)
  }

  private func step(
    _ cartPole: inout CartPole, _ action: Int, observation: inout [Float]
  ) -> StepResult {
    var random = RandomStream(
      seed: 0, version: .initial, slot: 0, kind: .training, purpose: .dynamics)
    var view = observation.mutableSpan
    return cartPole.step(action, using: &random, observation: &view)
  }
}

extension String {
  fileprivate func flag(_ t: Int) -> Bool { Array(utf8)[t] == UInt8(ascii: "1") }
}

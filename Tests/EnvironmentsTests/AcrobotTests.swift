import Environments
import RL
import TestKit
import Testing

@Suite struct AcrobotTests {
  @Test func `angular velocities are limited to 4π and 9π`() {
    var acrobot = Acrobot()
    for sign in [1.0, -1] {
      acrobot.physicalState = sign * SIMD4(0, -0.3, 4, 16)  // would reach 14.8 rad/s
      _ = acrobot.play(sign > 0 ? 2 : 0)
      #expect(acrobot.physicalState[2] == sign * 4 * Double.pi)
      acrobot.physicalState = sign * SIMD4(2.3, -2.8, 8, 26)  // would reach 30.5 rad/s
      _ = acrobot.play(sign > 0 ? 2 : 0)
      #expect(acrobot.physicalState[3] == sign * 9 * Double.pi)
    }
  }

  @Test func `angles are kept within ±π`() {
    var acrobot = Acrobot()
    acrobot.physicalState = SIMD4(3.1, -3.1, 2, -4)
    _ = acrobot.play(1)
    #expect(
      abs(acrobot.physicalState[0]) <= Double.pi && abs(acrobot.physicalState[1]) <= Double.pi)
    #expect(acrobot.physicalState[0] < 0 && acrobot.physicalState[1] > 0)
  }

  @Test func `a random policy earns what it should`() {
    let episodes = Episodes(of: Acrobot.self, count: 200)
    #expect(episodes.standardErrors(from: -495, rounding: 0.5) <= 5, "\(episodes.meanReturn)")
  }
}

@Suite struct AcrobotGoldenTests {
  static let episodes = Result { try Recording.episodes(of: "acrobot") }

  @Test func everyStepFromARecordedStateAgrees() throws {
    let episodes = try Self.episodes.get()
    #expect(episodes.count >= (GoldenFolder.isReplaced ? 1 : 23))
    for episode in episodes {
      for (t, action) in episode.choices.enumerated() {
        let place = "episode \(episode.ep), step \(t)"
        var acrobot = Acrobot()
        acrobot.physicalState = SIMD4(episode.state(before: t))
        let (result, observation) = acrobot.play(action)
        let found = (0..<4).map { acrobot.physicalState[$0] }
        #expect(relativeError(found, episode.state(before: t + 1)) <= 1e-12, "\(place)")
        #expect(ulps(observation, episode.observation(after: t)) <= 1, "\(place)")
        #expect(Double(result.reward) == episode.rewards[t], "\(place)")
        #expect((result.end == .terminated) == episode.terminates(at: t), "\(place)")
        #expect((t + 1 >= acrobot.stepLimit) == episode.truncates(at: t), "\(place)")
      }
    }
  }

  /// A double pendulum that swings high is chaotic: 120 steps can be followed freely, not 500.
  @Test func anEpisodeRunningFreelyStaysWithTheRecord() throws {
    var worst = 0.0
    for episode in try Self.episodes.get() {
      var acrobot = Acrobot()
      acrobot.physicalState = SIMD4(episode.state(before: 0))
      for (t, action) in episode.choices.prefix(120).enumerated() {
        _ = acrobot.play(action)
        let found = (0..<4).map { acrobot.physicalState[$0] }
        worst = max(worst, relativeError(found, episode.state(before: t + 1)))
      }
    }
    #expect(worst <= 1e-9)
  }

  @Test func stepsAfterTheEndAgree() throws {
    var count = 0
    for episode in try Self.episodes.get() {
      var acrobot = Acrobot()
      acrobot.physicalState = SIMD4(episode.state(before: episode.stepCount))
      for after in episode.post ?? [] {
        let (result, _) = acrobot.play(Int(after.a))
        let found = (0..<4).map { acrobot.physicalState[$0] }
        #expect(relativeError(found, after.state) <= 1e-12)
        #expect(Double(result.reward) == after.r)
        #expect((result.end == .terminated) == after.terminated)
        count += 1
      }
    }
    #expect(count > 0 || GoldenFolder.isReplaced)
  }
}

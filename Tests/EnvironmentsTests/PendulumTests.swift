import Environments
import RL
import TestKit
import Testing

@Suite struct PendulumTests {
  @Test func `the motor and the speed are limited`() {
    for (action, limit) in [(Float(9), Float(2)), (-9, -2)] {
      var strong = Pendulum()
      strong.angle = 1
      var limited = strong
      #expect(strong.advance(action: action) == limited.advance(action: limit))
      #expect(strong.angularVelocity == limited.angularVelocity)
    }
    var pendulum = Pendulum()
    (pendulum.angle, pendulum.angularVelocity) = (1.5, 7.99)
    _ = pendulum.advance(action: 2)
    #expect(pendulum.angularVelocity == 8)
    (pendulum.angle, pendulum.angularVelocity) = (-1.5, -7.99)
    _ = pendulum.advance(action: -2)
    #expect(pendulum.angularVelocity == -8)
  }

  @Test func `the angle counts from upright, whatever the number of turns`() {
    var pendulum = Pendulum()
    for turns in [-3.0, -1, 0, 2] {
      pendulum.angle = 0.5 + turns * 2 * Double.pi
      pendulum.angularVelocity = 0
      #expect(abs(pendulum.advance(action: 0) + 0.25) < 1e-14)
    }
    (pendulum.angle, pendulum.angularVelocity) = (Double.pi, 8)
    let worst = pendulum.advance(action: 2)
    #expect(worst >= -16.2736045 && worst < -16.27360)
  }

  @Test func `a random policy earns what it should`() {
    // Gymnasium: −1230, standard deviation 285.
    let episodes = Episodes(of: Pendulum.self, count: 400)
    #expect(episodes.standardErrors(from: -1230, rounding: 5) <= 5, "\(episodes.meanReturn)")
  }
}

@Suite struct PendulumGoldenTests {
  static let episodes = Result { try Recording.episodes(of: "pendulum") }

  @Test func everyStepFromARecordedStateAgrees() throws {
    let episodes = try Self.episodes.get()
    #expect(episodes.count >= (GoldenFolder.isReplaced ? 1 : 20))
    for episode in episodes {
      for (t, action) in episode.actions.values.enumerated() {
        let place = "episode \(episode.ep), step \(t)"
        let state = episode.state(before: t)
        var pendulum = Pendulum()
        (pendulum.angle, pendulum.angularVelocity) = (state[0], state[1])
        var twin = pendulum
        let reward = twin.advance(action: action)
        let (result, observation) = pendulum.play(action)
        let found = [pendulum.angle, pendulum.angularVelocity]
        #expect(relativeError(found, episode.state(before: t + 1)) <= 1e-12, "\(place)")
        // NumPy squares the torque with powf(), which rounds to the other side now and then.
        #expect(abs(reward - episode.rewards[t]) <= 1e-9, "\(place)")
        #expect(result.reward == Float(reward))
        #expect(ulps(observation, episode.observation(after: t)) <= 1, "\(place)")
        #expect(result.end == nil && !episode.terminates(at: t), "\(place)")
        #expect((t + 1 >= pendulum.stepLimit) == episode.truncates(at: t), "\(place)")
      }
    }
  }

  /// Upright, the pendulum multiplies a difference in the last bit by about 1.21 a step (g = 10, l = 1, 20
  /// steps a second): it can be followed freely for 60 steps, not for 200.
  @Test func anEpisodeRunningFreelyStaysWithTheRecord() throws {
    var worst = 0.0
    for episode in try Self.episodes.get() {
      var pendulum = Pendulum()
      let state = episode.state(before: 0)
      (pendulum.angle, pendulum.angularVelocity) = (state[0], state[1])
      for (t, action) in episode.actions.values.prefix(60).enumerated() {
        _ = pendulum.advance(action: action)
        let found = [pendulum.angle, pendulum.angularVelocity]
        worst = max(worst, relativeError(found, episode.state(before: t + 1)))
      }
    }
    #expect(worst <= 1e-9)
  }
}

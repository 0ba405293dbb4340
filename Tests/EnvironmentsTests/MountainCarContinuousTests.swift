import Environments
import RL
import TestKit
import Testing

@Suite struct MountainCarContinuousTests {
  @Test func `the speed is limited to 0.07 in both directions`() {
    var car = MountainCarContinuous()
    // The left slope pushes right, the bottom of the cosine pushes left.
    car.resume(position: -1, velocity: 0.069)
    _ = car.advance(action: 1)
    #expect(car.velocity == Double(Float(0.07)))
    car.resume(position: 0, velocity: -0.069)
    _ = car.advance(action: -1)
    #expect(car.velocity == Double(Float(-0.07)))
  }

  @Test func `walls stop the car`() {
    var car = MountainCarContinuous()
    car.resume(position: -1.19, velocity: -0.05)
    _ = car.advance(action: -1)
    #expect(car.position == Double(Float(-1.2)) && car.velocity == 0)
    car.resume(position: 0.59, velocity: 0.05)
    let (_, isAtGoal) = car.advance(action: 1)
    #expect(car.position == Double(Float(0.6)) && car.velocity > 0.04 && isAtGoal)
  }

  @Test func `the goal counts when it is passed forwards only`() {
    var car = MountainCarContinuous()
    car.resume(position: 0.5, velocity: -0.01)
    #expect(!car.advance(action: -1).isAtGoal)
    car.resume(position: 0.44, velocity: 0.02)
    #expect(car.advance(action: 0).reward == 100)
  }

  @Test func `effort is charged before clipping`() {
    var car = MountainCarContinuous()
    car.start(position: -0.5)
    #expect(car.advance(action: 3).reward == -0.9)
    var limited = MountainCarContinuous()
    limited.start(position: -0.5)
    _ = limited.advance(action: 1)
    #expect(abs(car.velocity - limited.velocity) < 1e-9)
  }

  @Test func `a random policy earns what it should`() {
    let episodes = Episodes(of: MountainCarContinuous.self, count: 100)
    #expect(episodes.standardErrors(from: -33, rounding: 0.05) <= 5, "\(episodes.meanReturn)")
  }
}

@Suite struct MountainCarContinuousGoldenTests {
  static let episodes = Result { try Recording.episodes(of: "mountaincar_continuous") }

  /// Positions and velocities are stored in single precision, which hides the last bits of the cosine:
  /// episodes agree exactly and as a whole.
  @Test func everyEpisodeAgreesExactly() throws {
    let episodes = try Self.episodes.get()
    #expect(episodes.count >= (GoldenFolder.isReplaced ? 1 : 21))
    for episode in episodes {
      var car = MountainCarContinuous()
      car.start(position: episode.state(before: 0)[0])
      for (t, action) in episode.actions.values.enumerated() {
        let place = "episode \(episode.ep), step \(t)"
        var twin = car
        let reward = twin.advance(action: action).reward
        let (result, observation) = car.play(action)
        #expect(observation == episode.observation(after: t), "\(place)")
        // The reward squares with pow() there and with a product here: one unit in the last place.
        #expect(relativeError([reward], [episode.rewards[t]]) <= 1e-12, "\(place)")
        #expect((result.end == .terminated) == episode.terminates(at: t), "\(place)")
        #expect((t + 1 >= car.stepLimit) == episode.truncates(at: t), "\(place)")
      }
      for after in episode.post ?? [] {
        let (reward, isAtGoal) = car.advance(action: Float(after.a))
        #expect([car.position, car.velocity] == after.state)
        #expect(relativeError([reward], [after.r]) <= 1e-12)
        #expect(isAtGoal == after.terminated)
      }
    }
  }
}

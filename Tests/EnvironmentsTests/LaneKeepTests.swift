import Environments
import RL
import TestKit
import Testing

@Suite struct LaneKeepTests {
  @Test func `leaving the lane costs 10 and ends the episode`() {
    var lane = LaneKeep()
    lane.state.offset = 1.99
    lane.state.heading = 0.5
    let (result, _) = lane.play(0)
    #expect(result == StepResult(reward: -10, end: .terminated))
    lane.state = LaneKeep.State()
    lane.state.heading = -1.57
    #expect(lane.play(-1).result == StepResult(reward: -10, end: .terminated))
  }

  @Test func `the wheel turns by half a radian at most`() {
    var (far, full) = (LaneKeep(), LaneKeep())
    #expect(far.play(7).observation == full.play(1).observation)
    #expect(far.state.wheelAngle == 0.5)
    #expect(far.play(-7).observation == full.play(-1).observation)
  }

  @Test func `simple policies earn what they should`() {
    let straight = Episodes(of: LaneKeep.self, count: 500) { _, _, _ in [0] }
    #expect(
      straight.standardErrors(from: 17.7, of: 200, rounding: 0.05) <= 5, "\(straight.meanReturn)")
    let random = Episodes(of: LaneKeep.self, count: 500)
    #expect(random.standardErrors(from: 14.6, of: 200, rounding: 0.05) <= 5, "\(random.meanReturn)")
  }
}

@Suite struct LaneKeepGoldenTests {
  struct Phases: Decodable { let phi: [Double] }

  static let episodes = Result { try Recording.episodes(of: "lanekeep") }
  static let phases = Result {
    try GoldenFolder.decodeLines(Phases.self, from: "environments/lanekeep.jsonl.gz")
  }

  private func environment(_ state: [Double], _ phases: Phases) -> LaneKeep {
    var lane = LaneKeep()
    lane.state.offset = state[0]
    lane.state.heading = state[1]
    lane.state.distance = state[2]
    lane.state.wheelAngle = state[3]
    lane.state.phases = SIMD2(phases.phi)
    return lane
  }

  private func state(of lane: LaneKeep) -> [Double] {
    [lane.state.offset, lane.state.heading, lane.state.distance, lane.state.wheelAngle]
  }

  @Test func everyStepFromARecordedStateAgrees() throws {
    let episodes = try Self.episodes.get()
    #expect(episodes.count >= (GoldenFolder.isReplaced ? 1 : 24))
    for (episode, phases) in zip(episodes, try Self.phases.get()) {
      for (t, action) in episode.actions.values.enumerated() {
        let place = "episode \(episode.ep), step \(t)"
        var lane = environment(episode.state(before: t), phases)
        var twin = lane
        let reward = twin.advance(action: action).reward
        let (result, observation) = lane.play(action)
        let error = relativeError(state(of: lane), episode.state(before: t + 1))
        #expect(error <= 1e-12, "\(place)")
        #expect(relativeError([reward], [episode.rewards[t]]) <= 1e-12, "\(place)")
        #expect(ulps(observation, episode.observation(after: t)) <= 1, "\(place)")
        #expect((result.end == .terminated) == episode.terminates(at: t), "\(place)")
        #expect((t + 1 >= lane.stepLimit) == episode.truncates(at: t), "\(place)")
      }
    }
  }

  @Test func anEpisodeRunningFreelyStaysWithTheRecord() throws {
    var worst = 0.0
    for (episode, phases) in zip(try Self.episodes.get(), try Self.phases.get()) {
      var lane = environment(episode.state(before: 0), phases)
      for (t, action) in episode.actions.values.enumerated() {
        _ = lane.advance(action: action)
        worst = max(worst, relativeError(state(of: lane), episode.state(before: t + 1)))
      }
    }
    #expect(worst <= 1e-9)
  }
}

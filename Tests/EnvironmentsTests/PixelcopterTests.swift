import Environments
import RL
import TestKit
import Testing

@Suite struct PixelcopterTests {
  @Test func `simple policies earn what they should`() {
    // The original, 20,000 episodes each: return, its standard deviation, mean length.
    let always: [(action: Float?, mean: Double, length: Double)] = [
      (nil, -4.816, 7.08), (1, -2.648, 20.96), (0, -5, 4.12),
    ]
    for figure in always {
      let episodes =
        figure.action.map { action in
          Episodes(of: Pixelcopter.self, count: 1500) { _, _, _ in [action] }
        } ?? Episodes(of: Pixelcopter.self, count: 1500)
      #expect(
        episodes.standardErrors(from: figure.mean, of: 20_000, rounding: 0.0005) <= 5,
        "\(episodes.meanReturn)")
      #expect(abs(episodes.meanLength - figure.length) < 0.3, "\(episodes.meanLength)")
    }
  }

  @Test func `a step draws no more than its stream has`() {
    // A reset takes 51 numbers of 64; other draws would trap.
    for slot in 0..<500 {
      var random = RandomStream(
        seed: 9, version: .initial, slot: slot, kind: .training, purpose: .reset)
      var observation = [Float](repeating: 0, count: 7)
      var view = observation.mutableSpan
      var copter = Pixelcopter()
      copter.reset(using: &random, observation: &view)
      #expect(observation[0] == 24 && observation[1] == 0)
      #expect((32...55).contains(observation[4]) && (12...35).contains(observation[5]))
      let middle = 36 - observation[2]
      #expect((18...29).contains(middle) && observation[3] == middle - 12)
    }
  }
}

@Suite struct PixelcopterGoldenTests {
  struct Episode: Decodable {
    struct Start: Decodable {
      let block: [Int]
      let freq_u: Double
      let u: [Double]
    }
    struct Event: Decodable {
      let t: Int
      let kind: String
      let block: [Int]?
      let freq_u: Double?
      let u: [Double]?
    }
    let ep: Int
    let policy: String
    let reset: Start
    let obs0: [Double]
    let obs: [Double]
    let actions: String
    let rewards: [Double]
    let done: Int
    let events: [Event]
    let final_terrain: [[Double]]
    let final_lives: Double
    let post_done_steps: [[Double]]?
  }

  /// Hands out recorded draws, and notes at which step they are asked for.
  struct RecordedDraws: PixelcopterDraws {
    var blocks: [[Int]]
    var terrains: [PixelcopterTerrain] = []
    var step = -1
    var events: [String] = []

    init(_ episode: Episode) {
      blocks = [episode.reset.block] + episode.events.compactMap(\.block)
      add(episode.reset.freq_u, episode.reset.u)
      for event in episode.events {
        if let frequency = event.freq_u, let phases = event.u { add(frequency, phases) }
      }
    }

    private mutating func add(_ frequency: Double, _ phases: [Double]) {
      var terrain = PixelcopterTerrain()
      terrain.frequencyOffset = frequency
      for index in 0..<48 { terrain.phases[index] = phases[index] }
      terrains.append(terrain)
    }

    mutating func block() -> (x: Int, y: Int) {
      events.append("\(step) block")
      let block = blocks.removeFirst()
      return (block[0], block[1])
    }

    mutating func terrain() -> PixelcopterTerrain {
      events.append("\(step) terrain")
      return terrains.removeFirst()
    }
  }

  static let rounded = Result {
    try GoldenFolder.decodeLines(Episode.self, from: "environments/pixelcopter.jsonl.gz")
  }

  @Test func everyEpisodeAgreesExactly() throws {
    let episodes = try Self.rounded.get()
    #expect(episodes.count >= (GoldenFolder.isReplaced ? 1 : 34))
    for episode in episodes { try replay(episode, rounding: .nearest) }
  }

  @Test func everyEpisodeThatCutsPixelsOffAgreesExactly() throws {
    let episodes = try GoldenFolder.decodeLines(
      Episode.self, from: "environments/pixelcopter_trunc.jsonl.gz")
    #expect(episodes.count >= (GoldenFolder.isReplaced ? 1 : 34))
    for episode in episodes { try replay(episode, rounding: .towardZero) }
  }

  private func replay(_ episode: Episode, rounding: PixelRounding) throws {
    var draws = RecordedDraws(episode)
    var cave = PixelcopterCave(rounding: rounding)
    cave.reset(drawing: &draws)
    #expect(values(cave) == episode.obs0)
    for (t, action) in episode.actions.utf8.enumerated() {
      let place = "episode \(episode.ep), step \(t)"
      draws.step = t
      let reward = cave.step(climbing: action == UInt8(ascii: "0"), drawing: &draws)
      #expect(Double(reward) == episode.rewards[t], "\(place)")
      #expect(values(cave) == Array(episode.obs[7 * t..<7 * t + 7]), "\(place)")
      #expect(cave.isOver == (episode.done == 1 && t + 1 == episode.rewards.count), "\(place)")
    }
    #expect(
      draws.events == ["-1 block", "-1 terrain"] + episode.events.map { "\($0.t) \($0.kind)" })
    #expect(Double(cave.lives) == episode.final_lives)
    let columns = cave.columns
    #expect(columns.map { Double($0.y) } == episode.final_terrain.map { $0[1] })
    let stepsLeft = episode.final_terrain.map { column in
      var (x, steps) = (column[0], 0)
      while x > -4 {
        x -= 0.0004 * 48 * (1000.0 / 30)
        steps += 1
      }
      return steps
    }
    #expect(columns.map(\.stepsLeft) == stepsLeft)
    for _ in episode.post_done_steps ?? [] {
      #expect(cave.step(climbing: true, drawing: &draws) == 0 && cave.isOver)
    }
  }

  private func values(_ cave: PixelcopterCave) -> [Double] {
    let observation = cave.observation
    return (0..<7).map { observation[$0] }
  }

  @Test func theFirstColumnPaysAtStep10AndNewOnesComeAtStep222() throws {
    var count = 0
    for episode in try Self.rounded.get() where episode.rewards.count > 20 {
      #expect(episode.rewards[..<9].allSatisfy { $0 <= 0 } && episode.rewards[9] >= 1)
      var draws = RecordedDraws(episode)
      var cave = PixelcopterCave(rounding: .nearest)
      cave.reset(drawing: &draws)
      var paid = [Int]()
      for (t, action) in episode.actions.utf8.enumerated() {
        draws.step = t + 1
        let reward = cave.step(climbing: action == UInt8(ascii: "0"), drawing: &draws)
        if reward > 0 { paid.append(t + 1) }
      }
      #expect(paid.first == 10)
      let refills = [222, 519, 816, 1113].filter { $0 <= episode.rewards.count }
      #expect(
        draws.events.filter { $0.hasSuffix("terrain") }
          == (["-1"] + refills.map(String.init))
          .map { "\($0) terrain" })
      if refills.count == 4 { count += 1 }
    }
    #expect(count >= 2 || GoldenFolder.isReplaced)
  }
}

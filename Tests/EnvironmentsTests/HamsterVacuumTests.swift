import Environments
import RL
import TestKit
import Testing

@Suite struct HamsterVacuumTests {
  /// Probabilities of north, east, south and west, by what the sensor says: the west end, the two cells
  /// that look alike, the middle, the east end.
  typealias Rule = [[Double]]

  static let east: [Double] = [0, 1, 0, 0]
  static let south: [Double] = [0, 0, 1, 0]
  static let west: [Double] = [0, 0, 0, 1]

  static func toDust(goingEast p: Double) -> Rule { [east, [0, p, 0, 1 - p], south, west] }

  /// What a rule is worth from each cell: every path of at most `limit` steps, weighed.
  static func values(of rule: Rule, discount: Double, limit: Int = 100) -> [Double] {
    let view = [0, 1, 2, 1, 3]
    var values = [Double](repeating: 0, count: 5)
    for _ in 0..<limit {
      values = (0..<5).map { cell in
        (0..<4).reduce(0) { sum, action in
          var hamster = HamsterVacuum()
          hamster.cell = cell
          let (result, _) = hamster.play(action)
          let future = result.end == nil ? discount * values[hamster.cell] : 0
          return sum + rule[view[cell]][action] * (Double(result.reward) + future)
        }
      }
    }
    return values
  }

  static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  @Test func `cells 1 and 3 look alike and no others`() {
    let views = (0..<5).map { cell in
      var hamster = HamsterVacuum()
      hamster.cell = cell
      return hamster.play(0).observation
    }
    #expect(
      views == [[1, 0, 0, 1], [1, 0, 1, 0], [1, 0, 0, 0], [1, 0, 1, 0], [1, 1, 0, 0]])
  }

  @Test func `tossing a coin is the best rule without memory`() {
    for (discount, value) in [(0.9, 0.7747899), (0.99, 0.9726640), (1, 1.0)] {
      let found = Self.mean(Self.values(of: Self.toDust(goingEast: 0.5), discount: discount))
      #expect(abs(found - value) < 5e-8)
    }
    let found = Self.values(of: Self.toDust(goingEast: 0.5), discount: 0.99)
    let expected = [0.960976566, 0.970683400, 1, 0.970683400, 0.960976566]
    for (found, expected) in zip(found, expected) { #expect(abs(found - expected) < 5e-10) }
    let others = [
      (0.6, 0.971461), (0.7, 0.967224), (0.8, 0.957036), (0.9, 0.926649), (0.95, 0.871174),
      (0.99, 0.696777), (0.999, 0.606243),
    ]
    for (p, value) in others {
      #expect(
        abs(Self.mean(Self.values(of: Self.toDust(goingEast: p), discount: 0.99)) - value) < 5e-7)
    }
    for (p, value) in [(0.9, 0.9978), (0.95, 0.9684), (0.99, 0.7568), (0.999, 0.6193)] {
      #expect(
        abs(Self.mean(Self.values(of: Self.toDust(goingEast: p), discount: 1)) - value) < 5e-5)
    }
  }

  @Test func `no rule without chance finds more than three starts of five`() {
    for (discount, best) in [(0.9, 0.542), (0.99, 0.59402), (1, 0.6)] {
      let values = (0..<256).map { number in
        Self.mean(
          Self.values(
            of: (0..<4).map { place in
              (0..<4).map { number >> (2 * place) & 3 == $0 ? 1 : 0 }
            }, discount: discount))
      }
      let found = values.max() ?? 0
      #expect(abs(found - best) < 1e-12)
      if discount < 1 { #expect(values.count { abs($0 - found) < 1e-12 } == 6) }
    }
  }

  @Test func `a random policy earns what it should`() {
    let uniform: Rule = Array(repeating: [0.25, 0.25, 0.25, 0.25], count: 4)
    for (discount, value) in [(0.9, -0.17897), (0.99, -0.26432), (1, -0.28000)] {
      #expect(abs(Self.mean(Self.values(of: uniform, discount: discount)) - value) < 5e-6)
    }
    let episodes = Episodes(of: HamsterVacuum.self, count: 4000, discount: 0.99)
    #expect(episodes.standardErrors(from: -0.26432) <= 5, "\(episodes.meanReturn)")
  }

  @Test func `all five cells are starts`() {
    let starts = (0..<200).map { slot in
      var hamster = HamsterVacuum()
      var random = RandomStream(
        seed: 5, version: .initial, slot: slot, kind: .training, purpose: .reset)
      var observation = [Float](repeating: 0, count: 4)
      var view = observation.mutableSpan
      hamster.reset(using: &random, observation: &view)
      return hamster.cell
    }
    for cell in 0..<5 { #expect((20...60).contains(starts.count { $0 == cell })) }
  }
}

@Suite struct HamsterVacuumGoldenTests {
  struct Cells: Decodable {
    let start_cell: Int
    let cells: [Int]
  }

  @Test func everyEpisodeAgreesExactly() throws {
    let episodes = try Recording.episodes(of: "hamster")
    let cells = try GoldenFolder.decodeLines(Cells.self, from: "environments/hamster.jsonl.gz")
    #expect(episodes.count >= (GoldenFolder.isReplaced ? 1 : 40))
    for (episode, cells) in zip(episodes, cells) {
      var hamster = HamsterVacuum()
      hamster.cell = cells.start_cell
      for (t, action) in episode.choices.enumerated() {
        let place = "episode \(episode.ep), step \(t)"
        let (result, observation) = hamster.play(action)
        #expect(hamster.cell == cells.cells[t], "\(place)")
        #expect(observation == episode.observation(after: t), "\(place)")
        #expect(Double(result.reward) == episode.rewards[t], "\(place)")
        #expect((result.end == .terminated) == episode.terminates(at: t), "\(place)")
        #expect(
          (t + 1 >= hamster.stepLimit && result.end == nil) == episode.truncates(at: t), "\(place)")
      }
    }
  }
}

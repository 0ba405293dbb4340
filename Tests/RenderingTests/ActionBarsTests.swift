import RL
import Rendering
import Testing

@Suite struct ActionBarsTests {
  private func step(_ distribution: ActionDistribution, _ action: [Float]) -> EpisodeFilm.Step {
    EpisodeFilm.Step(observation: [], action: action, distribution: distribution, reward: 0)
  }

  @Test func `alternatives have their probabilities, and the chosen one is marked`() {
    let rows = ActionBars.rows(
      of: step(.categorical([[0.125, 0.75, 0.125]]), [1]), names: ["left", "stay"], ranges: [])
    #expect(rows.map(\.name) == ["left", "stay", "action 2"])
    #expect(rows.map(\.isChosen) == [false, true, false])
    #expect(rows.map(\.text) == ["12.5%", "75.0%", "12.5%"])
    #expect(rows[1].bar == 0...0.75 && rows.allSatisfy { $0.sample == nil })
  }

  @Test func `of several choices each has one row, of the alternative that was taken`() {
    let choices = ActionBars.rows(
      of: step(.categorical([[0.25, 0.75], [0.5, 0.25, 0.25]]), [0, 2]), names: ["a", "b"],
      ranges: [])
    #expect(
      choices.map(\.name) == ["a = 0", "b = 2"] && choices.map(\.text) == ["25.0%", "25.0%"])
    let switches = ActionBars.rows(
      of: step(.bernoulli([0.25, 0.5]), [0, 1]), names: ["a", "b"], ranges: [])
    #expect(switches.map(\.isChosen) == [false, true] && switches[1].bar == 0...0.5)
  }

  @Test func `a number has mean, deviation and sample within its range`() {
    let rows = ActionBars.rows(
      of: step(.gaussian(means: [1], deviations: [2]), [3]), names: ["torque"],
      ranges: [-3...5])
    #expect(rows[0].bar == 0.25...0.75 && rows[0].sample == 0.75 && rows[0].text == "3")
  }

  @Test(
    "numbers have three places at most",
    arguments: [
      (0.0, "0"), (-0.0004, "0.000"), (0.1234, "0.123"), (-1.5, "-1.500"), (12.345, "12.35"),
      (500, "500"), (499.24, "499.2"), (1234.5, "1235"), (-1e9, "-1000000000.0"),
    ])
  func numbers(value: Double, text: String) { #expect(NumberTag.text(value) == text) }
}

import Testing
import TroupeCommands

@Suite struct SuggestionTests {
  @Test(
    "the edit distance counts single slips",
    arguments: [
      ("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("abc", "abd", 1), ("abc", "ab", 1),
      ("abc", "xabc", 1), ("abcd", "abdc", 1), ("kitten", "sitting", 3), ("ca", "abc", 3),
    ])
  func distance(first: String, second: String, expected: Int) {
    #expect(Suggestion.editDistance(first, second) == expected)
    #expect(Suggestion.editDistance(second, first) == expected)
  }

  @Test("the nearest name is suggested, whatever its case")
  func nearest() {
    let names = ["cartpole", "acrobot", "pendulum"]
    #expect(Suggestion.nearest(to: "cartpol", among: names) == "cartpole")
    #expect(Suggestion.nearest(to: "CartPole", among: names) == "cartpole")
    #expect(Suggestion.nearest(to: "cart-pole", among: names) == "cartpole")
    #expect(Suggestion.nearest(to: "pendelum", among: names) == "pendulum")
  }

  @Test("a name that resembles none has no suggestion")
  func farAway() {
    #expect(Suggestion.nearest(to: "breakout", among: ["cartpole", "acrobot"]) == nil)
    #expect(Suggestion.nearest(to: "x", among: ["ab"]) == nil)
    #expect(Suggestion.nearest(to: "x", among: []) == nil)
  }
}

import Cluster
import Environments
import Foundation
import Learning
import RL
import Testing
import TroupeCommands

@Suite struct ExportedEpisodeTests {
  /// Of a network that nobody trained, so that episodes have many lengths and returns.
  private static func exported(
    _ environment: any Environment.Type = CartPole.self, in place: Workplace, episodes: Int
  ) throws -> (outcome: Outcome, returns: [Double]) {
    let name = environment.name
    _ = place.run(["train", name, "--hidden", "8"], environments: [environment])
    try place.writePolicy(of: environment, hidden: [8])
    let outcome = place.run(
      [
        "export", "\(name)-seed1", "--to", "\(place.path)/exported", "--episodes", "\(episodes)",
        "--seed", "7",
      ], environments: [environment], playsEvaluations: true)
    try #require(outcome.code == 0, "\(outcome.error)")
    let request = try #require(outcome.evaluation)
    return (outcome, try request.play(greedy: false).map(\.episodeReturn))
  }

  /// What the page's script reads.
  private static func episode(in page: String) throws -> [String: Any] {
    let start = try #require(page.firstRange(of: "{\"title\"")).lowerBound
    let end = try #require(page[start...].firstRange(of: "</script>")).lowerBound
    let value = try JSONSerialization.jsonObject(with: Data(page[start..<end].utf8))
    return try #require(value as? [String: Any])
  }

  @Test(arguments: [9, 8, 1])
  func `the page plays the sampled episode in the middle by return`(count: Int) throws {
    let place = try Workplace()
    let (outcome, returns) = try Self.exported(in: place, episodes: count)
    let middle = returns.sorted()[(count - 1) / 2]
    let slot = try #require(returns.firstIndex(of: middle))
    if count == 9 { #expect(Set(returns).count > 5 && slot > 0, "\(returns)") }
    #expect(outcome.output.contains("wrote \(place.path)/exported/replay.html"))

    let episode = try Self.episode(in: try place.text("exported/replay.html"))
    #expect(episode["title"] as? String == "cartpole")
    #expect(episode["subtitle"] as? String == "evaluation, seed 7, slot \(slot)")
    #expect(episode["ending"] as? String == "terminated")
    let steps = try #require(episode["steps"] as? [[Any]])
    #expect(Double(steps.count) == middle)
    // CartPole can be drawn: the cart is where the policy saw it.
    let scenes = try #require(episode["scenes"] as? [[[Any]]])
    #expect(scenes.count == steps.count + 1)
    for (scene, step) in zip(scenes, steps) {
      let cart = try #require(scene.first { $0[1] as? String == "agent" && $0.count == 10 })
      let corners = stride(from: 2, to: 10, by: 2).compactMap { cart[$0] as? Double }
      let seen = try #require((step[0] as? [Double])?[0])
      #expect(abs(corners.reduce(0, +) / 4 - seen) < 2e-3)
    }

    let card = try place.text("exported/README.md")
    #expect(card.contains("with a return of \(Int(middle)).00, in a browser."), "\(card)")
    #expect(card.contains("| `replay.html` | slot \(slot) of the evaluation"), "\(card)")
    #expect(card.contains("A policy for CartPole-v1 (Gymnasium 1.4, CartPole-v1)"), "\(card)")
    let results = try place.text("exported/results.json")
    #expect(results.contains("\"seed\": 7,"), "\(results)")
  }

  @Test func `numbers are sampled and shown, and the card names what the graph puts out`() throws {
    let place = try Workplace()
    let (_, returns) = try Self.exported(Pendulum.self, in: place, episodes: 3)
    let episode = try Self.episode(in: try place.text("exported/replay.html"))
    #expect(episode["kind"] as? String == "gaussian")
    let steps = try #require(episode["steps"] as? [[Any]])
    let sum = steps.reduce(0.0) { $0 + (($1[3] as? Double) ?? 0) }
    #expect(abs(sum - returns.sorted()[1]) < 0.1)
    let card = try place.text("exported/README.md")
    #expect(card.contains("`observation` to `mean` and `log_std` |"), "\(card)")
  }

  @Test func `a video is named if it was written, and where not it is said why`() throws {
    let place = try Workplace()
    let (outcome, _) = try Self.exported(in: place, episodes: 1)
    let isThere = place.exists("exported/replay.mp4")
    #expect(outcome.output.contains("wrote \(place.path)/exported/replay.mp4") == isThere)
    #expect(try place.text("exported/README.md").contains("`replay.mp4`") == isThere)
    #expect(outcome.error.contains("no \(place.path)/exported/replay.mp4: ") != isThere)
  }
}

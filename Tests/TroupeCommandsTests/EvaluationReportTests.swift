import Environments
import Foundation
import Learning
import RL
import Testing
import TroupeCommands

@Suite struct EvaluationReportTests {
  private static func object(_ outcome: Outcome) throws -> [String: Any] {
    try #require(outcome.code == 0, "\(outcome.error)")
    let value = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    return try #require(value as? [String: Any])
  }

  private static func number(_ value: Any?, _ name: String) throws -> Double {
    try #require((value as? [String: Any])?[name] as? Double, "\(name)")
  }

  @Test func `evaluation shows sampled and greedy episodes side by side`() throws {
    let place = try Workplace()
    _ = place.troupe("train", "cartpole", "--seed", "5")
    let result = try Self.object(
      place.troupe("evaluate", "cartpole-seed5", "--episodes", "4", "--json"))
    #expect(result["episodes"] as? Int == 4)
    #expect(result["seed"] as? Int == 5)
    // The recorder's returns: 10 × seed + slot, and 1000 more if greedy.
    #expect(try Self.number(result["sampled"], "mean_return") == 51.5)
    #expect(try Self.number(result["sampled"], "median_return") == 51.5)
    #expect(try Self.number(result["sampled"], "worst_return") == 50)
    #expect(try Self.number(result["greedy"], "mean_return") == 1051.5)
    let low = try Self.number(result["sampled"], "interval_low")
    let high = try Self.number(result["sampled"], "interval_high")
    #expect(low < 51.5 && 51.5 < high && low >= 50 && high <= 53)
    let text = place.troupe("evaluate", "cartpole-seed5", "--episodes", "4").output
    for part in ["sampled", "greedy", "mean return", "95 % interval", "1051.50", "mean − std"] {
      #expect(text.contains(part), "\(text)")
    }
  }

  @Test func `each figure is under its own name`() throws {
    let place = try Workplace()
    let environments: [any Environment.Type] = [CartPole.self]
    _ = place.run(["train", "cartpole", "--hidden", "8"], environments: environments)
    try place.writePolicy(of: CartPole.self, hidden: [8])
    let outcome = place.run(
      ["evaluate", "cartpole-seed1", "--episodes", "9", "--seed", "7", "--json"],
      environments: environments, playsEvaluations: true)
    let result = try Self.object(outcome)
    let request = try #require(outcome.evaluation)
    #expect(request.seed == 7 && request.greedy && request.episodes == 9)
    for (kind, greedy) in [("sampled", false), ("greedy", true)] {
      let outcomes = try request.play(greedy: greedy)
      let summary = EvaluationSummary(outcomes, seed: 7)
      if !greedy { #expect(summary.median != summary.statistics.mean) }
      for (name, value) in [
        ("mean_return", summary.statistics.mean), ("interval_low", summary.interval.low),
        ("interval_high", summary.interval.high),
        ("std_return", summary.statistics.standardDeviation),
        ("mean_minus_std", summary.statistics.mean - summary.statistics.standardDeviation),
        ("median_return", summary.median), ("worst_return", summary.worst),
        ("best_return", summary.best), ("mean_length", summary.statistics.meanLength),
      ] {
        let found = try Self.number(result[kind], name)
        #expect(abs(found - value) < 1e-9, "\(kind) \(name)")
      }
    }
    #expect(
      try Self.number(result["sampled"], "mean_return")
        != Self.number(result["greedy"], "mean_return"))
  }

  @Test(arguments: ["sampled", "greedy"])
  func `one kind alone is played if it is asked for`(kind: String) throws {
    let place = try Workplace()
    _ = place.troupe("train", "cartpole")
    let result = try Self.object(place.troupe("evaluate", "cartpole-seed1", "--\(kind)", "--json"))
    #expect(result.keys.sorted() == ["episodes", kind, "seed", "version"].sorted())
  }

  @Test func `runs that differ in their seed alone are one configuration`() throws {
    let place = try Workplace()
    for seed in 1...3 {
      _ = place.troupe("train", "cartpole", "--seed", "\(seed)")
      _ = place.troupe(
        "train", "cartpole", "--seed", "\(seed + 3)", "--hidden", "64,64", "--run-dir",
        "\(place.path)/runs/wide-seed\(seed)")
    }
    let names = (1...3).flatMap { ["cartpole-seed\($0)", "wide-seed\($0)"] }
    let result = try Self.object(place.run(["compare"] + names + ["--episodes", "3", "--json"]))
    #expect(result["unit"] as? String == "run")
    let configurations = try #require(result["configurations"] as? [[String: Any]])
    #expect(configurations.map { $0["label"] as? String } == ["cartpole", "wide"])
    #expect(configurations.map { $0["mean_return"] as? Double } == [21, 51])
    #expect(configurations[0]["improvement_probability"] is NSNull)
    #expect(configurations[1]["improvement_probability"] as? Double == 1)
    #expect(configurations[1]["differences"] as? [String: String] == ["hidden": "64,64"])
    let greedy = try Self.object(
      place.run(["compare"] + names + ["--episodes", "3", "--json", "--greedy"]))
    let greedyRows = try #require(greedy["configurations"] as? [[String: Any]])
    #expect(greedyRows.map { $0["mean_return"] as? Double } == [1021, 1051])
    let drawn = try [1, 2].map { seed in
      let rows = try Self.object(
        place.troupe("compare", "cartpole-seed1", "--json", "--seed", "\(seed)"))["configurations"]
      return try #require(rows as? [[String: Any]]).map { $0["interval_low"] as? Double }
    }
    #expect(drawn[0] != drawn[1])
    let text = place.run(["compare"] + names + ["--episodes", "3"]).output
    for part in ["better than cartpole", "1.00 (1.00 to 1.00)", "wide: hidden 64,64", "Over runs"] {
      #expect(text.contains(part), "\(text)")
    }
  }

  @Test func `single runs are compared as the policies that they are`() throws {
    let place = try Workplace()
    _ = place.troupe("train", "cartpole")
    _ = place.troupe("train", "cartpole", "--seed", "2", "--discount", "0.5")
    let outcome = place.troupe("compare", "cartpole-seed1", "cartpole-seed2", "--episodes", "5")
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("about these policies"), "\(outcome.output)")
    #expect(outcome.output.contains("cartpole-seed2: discount 0.5"), "\(outcome.output)")
  }

  @Test func `what cannot be compared is refused`() throws {
    let place = try Workplace()
    _ = place.troupe("train", "cartpole")
    _ = place.troupe("train", "corridor", "--updates", "1")
    for (arguments, sentence) in [
      (["cartpole-seed1", "corridor-seed1"], "returns compare within one environment"),
      (["cartpole-seed1", "cartpole-seed1"], "name one of them"),
      (["cartpole-seed1", "cartpole-sed2"], "cartpole-sed2 is no run"),
      ([], "missing expected argument"),
    ] {
      let outcome = place.run(["compare"] + arguments)
      #expect(outcome.code == 64)
      #expect(outcome.error.contains(sentence), "\(outcome.error)")
      #expect(outcome.output.isEmpty)
    }
  }
}

import Foundation
import Testing

// What the program is for.
extension EndToEndTests {
  @Suite struct SolveTests {
    private struct Evaluation: Decodable {
      struct Kind: Decodable {
        let meanReturn: Double
        let intervalLow: Double
        let meanMinusStd: Double

        enum CodingKeys: String, CodingKey {
          case meanReturn = "mean_return"
          case intervalLow = "interval_low"
          case meanMinusStd = "mean_minus_std"
        }
      }

      let episodes: Int
      let sampled: Kind
      let greedy: Kind
    }

    @Test("CartPole is solved by the preset for seeds 1 to 10")
    func solved() throws {
      print("seed  updates  wall_seconds  mean_return")
      for seed in 1...10 {
        try TestPlace.with { place in
          let outcome = try place.run(
            ["train", "cartpole", "--seed", "\(seed)", "--run-dir", place.file("run"), "--json"])
          let summary = try outcome.summary()
          #expect(summary.solved == true, "seed \(seed)")
          #expect(summary.ended == "until-return")
          #expect(summary.onPolicyMismatches == 0)
          #expect((summary.meanReturn ?? 0) >= 475)
          #expect(try RunFiles(path: place.file("run")).policyDigest() == summary.parametersDigest)
          print(
            "\(seed)\t\(summary.updates)\t\(summary.wallSeconds)\t\(summary.meanReturn ?? .nan)")
          place.expectNothingLeft()
        }
      }
    }

    /// In the optimized program: whole tiles of long episodes are what its arrays are shared across.
    @Test("a policy that does not change has no divergence from itself")
    func divergence() throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let outcome = try place.run([
          "train", "cartpole", "--schedule", "linear", "--schedule-updates", "24",
          "--episodes-per-update", "280", "--updates", "28", "--until-return", "none",
          "--evaluate-every", "none", "--run-dir", run.path, "--json",
        ])
        #expect(try outcome.summary().updates == 28)
        let updates = try run.updates()
        let still = updates.filter { $0.learningRate == 0 }
        #expect(still.count == 4)
        #expect(still.allSatisfy { $0.kl == 0 && $0.meanLength > 100 })
        #expect(updates.contains { $0.learningRate > 0 && $0.kl != 0 })
        #expect(updates.allSatisfy { abs($0.kl ?? .nan) < 0.1 })
      }
    }

    @Test("a solved policy is evaluated by its name under runs, sampled and greedy")
    func evaluated() throws {
      try TestPlace.with { place in
        #expect(try place.run(["train", "cartpole", "--json"]).summary().solved == true)
        let outcome = try place.run(
          ["evaluate", "cartpole-seed1", "--episodes", "200", "--json"])
        try #require(outcome.code == 0, "\(outcome.error)")
        let evaluation = try JSONDecoder().decode(Evaluation.self, from: Data(outcome.output.utf8))
        #expect(evaluation.episodes == 200)
        for kind in [evaluation.sampled, evaluation.greedy] {
          #expect(kind.meanReturn >= 450)
          #expect(kind.intervalLow <= kind.meanReturn)
          #expect(kind.meanMinusStd <= kind.meanReturn)
        }
        let text = try place.run(["evaluate", "runs/cartpole-seed1", "--episodes", "20"])
        #expect(text.code == 0)
        #expect(text.output.contains("mean return"))
        #expect(text.output.contains("mean − std"))
      }
    }
  }
}

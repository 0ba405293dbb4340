import Foundation
import Testing

// A run is more than its last policy: the best is kept, and any other can be made again.
extension EndToEndTests {
  @Suite struct PolicyChoiceTests {
    private struct Evaluation: Decodable {
      struct Kind: Decodable, Equatable {
        let meanReturn: Double
        let stdReturn: Double

        enum CodingKeys: String, CodingKey {
          case meanReturn = "mean_return"
          case stdReturn = "std_return"
        }
      }

      let version: Int?
      let sampled: Kind
    }

    /// One episode an update learns, and loses again what it learned. Evaluated between the checkpoints.
    private static func train(in place: TestPlace, _ arguments: [String] = []) throws -> RunFiles {
      let run = RunFiles(path: place.file("run"))
      let outcome = try place.run(
        [
          "train", "cartpole", "--preset", "course", "--seed", "1001", "--until-return", "none",
          "--updates", "165", "--evaluate-every", "15", "--evaluation-episodes", "20",
          "--checkpoint-every", "50", "--checkpoints-kept", "1", "--run-dir", run.path,
        ] + arguments)
      try #require(outcome.code == 0, "\(outcome.error)")
      return run
    }

    private static func evaluate(
      _ run: RunFiles, in place: TestPlace, _ policy: String
    ) throws -> Evaluation {
      let outcome = try place.run([
        "evaluate", run.path, "--policy", policy, "--sampled", "--episodes", "20", "--json",
      ])
      try #require(outcome.code == 0, "\(outcome.error)")
      return try JSONDecoder().decode(Evaluation.self, from: Data(outcome.output.utf8))
    }

    @Test("the best evaluated version is kept wherever it falls, evaluated, exported and compared")
    func best() throws {
      try TestPlace.with { place in
        let run = try PolicyChoiceTests.train(in: place)
        let evaluations = try run.updates().filter { $0.evaluationMeanReturn != nil }
        #expect(evaluations.map(\.version) == Array(stride(from: 15, through: 165, by: 15)))
        let best = try #require(
          evaluations.max { ($0.evaluationMeanReturn ?? 0) < ($1.evaluationMeanReturn ?? 0) })
        // Neither the last nor one that a checkpoint was due for.
        #expect(best.version < 165 && best.version % 50 != 0)
        #expect(run.checkpoints == [best.version, 165])

        let kept = try PolicyChoiceTests.evaluate(run, in: place, "best")
        #expect(kept.version == best.version)
        let named = try PolicyChoiceTests.evaluate(run, in: place, "\(best.version)")
        #expect(named.sampled == kept.sampled)
        let newest = try PolicyChoiceTests.evaluate(run, in: place, "newest")
        #expect(newest.version == nil && newest.sampled != kept.sampled)
        #expect(try PolicyChoiceTests.evaluate(run, in: place, "165").sampled == newest.sampled)

        let exported = place.file("exported")
        let export = try place.run(
          ["export", run.path, "--policy", "best", "--to", exported, "--episodes", "20"])
        #expect(export.code == 0, "\(export.error)")
        let card = try String(contentsOfFile: "\(exported)/README.md", encoding: .utf8)
        #expect(card.contains("`troupe evaluate --policy \(best.version)`"), "\(card)")
        // What was exported is the version that was evaluated.
        let imported = try place.run([
          "import", "\(exported)/model.safetensors", "--config",
          "\(exported)/hyperparameters.json", "--run-dir", place.file("imported"),
        ])
        #expect(imported.code == 0, "\(imported.error)")
        #expect(
          try PolicyChoiceTests.evaluate(
            RunFiles(path: place.file("imported")), in: place, "newest"
          )
          .sampled == kept.sampled)
        place.expectNothingLeft()
      }
    }

    @Test("a version without a checkpoint is made again, to the bytes that it had")
    func remade() throws {
      try TestPlace.with { place in
        let run = try PolicyChoiceTests.train(in: place, ["--checkpoints-kept", "100"])
        #expect(run.checkpoints.contains(100))
        let before = try PolicyChoiceTests.evaluate(run, in: place, "100")
        // Back to the best evaluation before, or to the beginning.
        for version in run.checkpoints where version != 165 {
          let digits = "\(version)"
          let name = String(repeating: "0", count: 8 - digits.count) + digits
          try FileManager.default.removeItem(
            atPath: "\(run.path)/checkpoints/\(name).safetensors")
        }
        let outcome = try place.run([
          "evaluate", run.path, "--policy", "100", "--sampled", "--episodes", "20", "--json",
        ])
        #expect(outcome.error == "troupe: running 100 updates again from the beginning\n")
        let after = try JSONDecoder().decode(Evaluation.self, from: Data(outcome.output.utf8))
        #expect(after.sampled == before.sampled && after.version == 100)
      }
    }

    @Test("what the run has no policy for is refused in one sentence")
    func refused() throws {
      try TestPlace.with { place in
        let run = try PolicyChoiceTests.train(in: place, ["--evaluate-every", "none"])
        for (policy, words) in [
          ("166", "there is no version 166: the run in"),
          ("best", "--evaluate-every makes it do so"),
        ] {
          let outcome = try place.run(["evaluate", run.path, "--policy", policy])
          #expect(outcome.code == 64)
          expectSentence(in: outcome, words)
        }
      }
    }
  }
}

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
      let sampled: Kind?
      let greedy: Kind?
    }

    private struct Comparison: Decodable {
      struct Configuration: Decodable {
        let versions: [Int?]
        let meanReturn: Double

        enum CodingKeys: String, CodingKey {
          case versions
          case meanReturn = "mean_return"
        }
      }

      let policy: String
      let configurations: [Configuration]
    }

    /// One episode an update learns, and loses again what it learned. Evaluated between the checkpoints.
    private static func arguments(_ run: RunFiles) -> [String] {
      [
        "train", "cartpole", "--preset", "course", "--seed", "1001", "--until-return", "none",
        "--updates", "165", "--evaluate-every", "15", "--evaluation-episodes", "20",
        "--checkpoint-every", "50", "--checkpoints-kept", "1", "--run-dir", run.path,
      ]
    }

    private static func train(in place: TestPlace, _ more: [String] = []) throws -> RunFiles {
      let run = RunFiles(path: place.file("run"))
      let outcome = try place.run(arguments(run) + more)
      try #require(outcome.code == 0, "\(outcome.error)")
      return run
    }

    /// The version that did best in the run's own evaluations.
    private static func best(of run: RunFiles) throws -> RunFiles.Update {
      try #require(
        try run.updates().max {
          ($0.evaluationMeanReturn ?? -.infinity) < ($1.evaluationMeanReturn ?? -.infinity)
        })
    }

    private static func evaluate(
      _ run: RunFiles, in place: TestPlace, _ policy: String
    ) throws -> Evaluation {
      let outcome = try place.run([
        "evaluate", run.path, "--policy", policy, "--episodes", "20", "--json",
      ])
      try #require(outcome.code == 0, "\(outcome.error)")
      return try JSONDecoder().decode(Evaluation.self, from: Data(outcome.output.utf8))
    }

    /// The bytes of a policy's parameters, and what was said while they were looked for.
    private static func export(
      _ run: RunFiles, in place: TestPlace, _ policy: String
    ) throws -> (model: Data, card: String, said: String) {
      let directory = place.file("exported-\(UInt32.random(in: 0...UInt32.max))")
      let outcome = try place.run(
        ["export", run.path, "--policy", policy, "--to", directory, "--episodes", "20"])
      try #require(outcome.code == 0, "\(outcome.error)")
      return (
        try #require(FileManager.default.contents(atPath: "\(directory)/model.safetensors")),
        try String(contentsOfFile: "\(directory)/README.md", encoding: .utf8), outcome.error
      )
    }

    private static func remove(_ version: Int, of run: RunFiles) throws {
      try FileManager.default.removeItem(at: run.checkpoint(of: version))
    }

    @Test("the best evaluated version is kept wherever it falls, evaluated, exported and compared")
    func best() throws {
      try TestPlace.with { place in
        let run = try PolicyChoiceTests.train(in: place)
        let evaluations = try run.updates().filter { $0.evaluationMeanReturn != nil }
        #expect(evaluations.map(\.version) == Array(stride(from: 15, through: 165, by: 15)))
        let best = try PolicyChoiceTests.best(of: run).version
        // Neither the last nor one that a checkpoint was due for.
        #expect(best < 165 && best % 50 != 0)
        #expect(run.checkpoints == [best, 165])

        let kept = try PolicyChoiceTests.evaluate(run, in: place, "best")
        let newest = try PolicyChoiceTests.evaluate(run, in: place, "newest")
        #expect(kept.version == best && newest.version == nil)
        let (keptMean, newestMean) = (
          try #require(kept.sampled).meanReturn, try #require(newest.sampled).meanReturn
        )
        #expect(keptMean > newestMean)
        #expect(try PolicyChoiceTests.evaluate(run, in: place, "165").sampled == newest.sampled)

        let exported = try PolicyChoiceTests.export(run, in: place, "best")
        #expect(exported.card.contains("`troupe evaluate --policy \(best)`"), "\(exported.card)")
        #expect(
          exported.model
            != FileManager.default.contents(atPath: "\(run.path)/policy.safetensors"))

        let compared = try place.run([
          "compare", run.path, "--policy", "best", "--episodes", "20", "--seed", "1001", "--json",
        ])
        try #require(compared.code == 0, "\(compared.error)")
        let comparison = try JSONDecoder().decode(
          Comparison.self, from: Data(compared.output.utf8))
        #expect(comparison.policy == "best")
        #expect(comparison.configurations.map(\.versions) == [[best]])
        #expect(comparison.configurations[0].meanReturn == keptMean)
        place.expectNothingLeft()
      }
    }

    @Test("a version without a checkpoint is made again, to the bytes that it had")
    func remade() throws {
      try TestPlace.with { place in
        let run = try PolicyChoiceTests.train(in: place, ["--checkpoints-kept", "100"])
        let versions = run.checkpoints.filter { $0 < 165 }
        let before = try PolicyChoiceTests.export(run, in: place, "100")
        #expect(versions.contains(50) && versions.contains(100))
        #expect(!before.said.contains("again from"))
        for version in versions where version > 50 {
          try PolicyChoiceTests.remove(version, of: run)
        }
        let fromCheckpoint = try PolicyChoiceTests.export(run, in: place, "100")
        #expect(
          fromCheckpoint.said.contains("running 50 updates again from the checkpoint of version 50")
        )
        for version in versions where version <= 50 {
          try PolicyChoiceTests.remove(version, of: run)
        }
        let fromNothing = try PolicyChoiceTests.export(run, in: place, "100")
        #expect(fromNothing.said.contains("running 100 updates again from the beginning"))
        #expect(fromCheckpoint.model == before.model && fromNothing.model == before.model)
        #expect(try PolicyChoiceTests.export(run, in: place, "99").model != before.model)
      }
    }

    @Test("the best that a killed learner had not written is found again")
    func killed() throws {
      try TestPlace.with { place in
        let whole = try PolicyChoiceTests.train(in: place)
        let best = try PolicyChoiceTests.best(of: whole).version
        let expected = try PolicyChoiceTests.export(whole, in: place, "best").model
        let run = RunFiles(path: place.file("killed"))
        let learner = try place.start(PolicyChoiceTests.arguments(run))
        // A checkpoint is due at 100 and 150 and the best comes between: killed as soon as it is known.
        try eventually("the evaluation of version \(best)") {
          run.updateCount > best || !learner.isRunning
        }
        let children = learner.children
        learner.send(SIGKILL)
        for child in children { child.send(SIGKILL) }
        try learner.end()
        try eventually("the end of all actors", within: .seconds(5)) { place.living.isEmpty }
        let outcome = try place.run([
          "train", "cartpole", "--resume", "--run-dir", run.path, "--json",
        ])
        #expect(try outcome.summary().updates == 165)
        #expect(run.checkpoints == whole.checkpoints)
        #expect(try run.policyDigest() == whole.policyDigest())
        #expect(try PolicyChoiceTests.export(run, in: place, "best").model == expected)
      }
    }

    @Test("what a search found plays greedily, as in the evaluation that chose it")
    func search() throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let trained = try place.run([
          "train", "cartpole", "--preset", "cartpole-hill-climbing", "--seed", "3", "--run-dir",
          run.path, "--json",
        ])
        #expect(try trained.summary().solved == true)
        let evaluation = try PolicyChoiceTests.evaluate(run, in: place, "best")
        #expect(evaluation.sampled == nil)
        #expect(try #require(evaluation.greedy).meanReturn >= 450)
        let card = try PolicyChoiceTests.export(run, in: place, "newest").card
        #expect(card.contains("| 20 episodes | greedy |"), "\(card)")
        #expect(card.contains("in the middle of the greedy ones"), "\(card)")
      }
    }

    @Test("what the run has no policy for is refused in one sentence")
    func refused() throws {
      try TestPlace.with { place in
        let run = try PolicyChoiceTests.train(in: place, ["--evaluate-every", "none"])
        func refuse(_ policy: String, _ words: String, code: Int32) throws {
          let outcome = try place.run(["evaluate", run.path, "--policy", policy])
          #expect(outcome.code == code)
          expectSentence(in: outcome, words)
        }
        try refuse("166", "there is no version 166: the run in", code: 64)
        try refuse("best", "none had been evaluated; train with --evaluate-every", code: 64)
        let identity = "\(run.path)/run.id"
        try FileManager.default.moveItem(atPath: identity, toPath: place.file("elsewhere"))
        try refuse("165", "run.id is missing, which says whose the checkpoints are", code: 65)
        try FileManager.default.moveItem(atPath: place.file("elsewhere"), toPath: identity)
        for version in run.checkpoints { try PolicyChoiceTests.remove(version, of: run) }
        try refuse("best", "has no whole checkpoint, which would name the best", code: 65)
      }
    }

    @Test("nothing stands in for an imported policy whose only checkpoint is damaged")
    func damagedImport() throws {
      try TestPlace.with { place in
        let run = try PolicyChoiceTests.train(in: place)
        let model = "\(run.path)/policy.safetensors"
        let imported = RunFiles(path: place.file("imported"))
        let begun = try place.run([
          "import", model, "cartpole", "--hidden", "16", "--activation", "relu", "--run-dir",
          imported.path,
        ])
        #expect(begun.code == 0, "\(begun.error)")
        #expect(imported.checkpoints == [0])
        let checkpoint = try #require(imported.newestCheckpoint)
        var bytes = try Data(contentsOf: checkpoint)
        bytes[bytes.count - 100] ^= 1
        try bytes.write(to: checkpoint)
        for command in [
          ["evaluate", imported.path, "--policy", "0"],
          ["train", "--resume", "--run-dir", imported.path, "--updates", "1"],
        ] {
          let outcome = try place.run(command)
          #expect(outcome.code == 65)
          #expect(
            outcome.error.contains(
              "holds the imported policy that the run began with, and cannot be used"))
        }
        #expect(imported.checkpoints == [0])
      }
    }
  }
}

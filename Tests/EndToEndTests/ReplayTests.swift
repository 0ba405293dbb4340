import Foundation
import Testing

// An episode is its version and its slot: nothing of it is stored, and all of it comes back.
extension EndToEndTests {
  @Suite struct ReplayTests {
    private struct Episode: Decodable {
      let version: Int
      let kind: String
      let slot: Int
      let steps: Int
      let `return`: Double
      let fingerprint: String
    }

    private struct Step: Decodable {
      let step: Int
      let observation: [Float]
      let action: [Float]
      let probabilities: [[Float]]
      let reward: Float
    }

    private struct Update: Decodable {
      let version: Int
      let meanReturn: Double
      let minReturn: Double
      let maxReturn: Double
      let environmentSteps: Int
      let evaluationMeanReturn: Double?

      enum CodingKeys: String, CodingKey {
        case version
        case meanReturn = "mean_return"
        case minReturn = "min_return"
        case maxReturn = "max_return"
        case environmentSteps = "environment_steps"
        case evaluationMeanReturn = "evaluation_mean_return"
      }
    }

    private static let slotCount = 4

    /// 12 updates of 4 episodes; checkpoints of the versions 5, 10 and 12 are on disk at the end, and that of the
    /// first evaluation, version 6, which was the best when it came.
    private static func train(in place: TestPlace, environment: String) throws -> RunFiles {
      let run = RunFiles(path: place.file("run"))
      let outcome = try place.run([
        "train", environment, "--run-dir", run.path, "--episodes-per-update", "\(slotCount)",
        "--updates", "12", "--until-return", "none", "--evaluate-every", "6",
        "--evaluation-episodes", "3", "--checkpoint-every", "5", "--hidden", "16", "--json",
      ])
      #expect(try outcome.summary().updates == 12)
      return run
    }

    private static func replay(
      _ run: RunFiles, in place: TestPlace, update: Int, slot: Int, _ arguments: [String] = []
    ) throws -> (steps: [Step], episode: Episode, error: String) {
      let outcome = try place.run(
        ["replay", run.path, "--update", "\(update)", "--slot", "\(slot)", "--json"] + arguments)
      try #require(outcome.code == 0, "\(outcome.error)")
      let lines = outcome.output.split(separator: "\n").map { Data($0.utf8) }
      let steps = try lines.dropLast().map { try JSONDecoder().decode(Step.self, from: $0) }
      let episode = try JSONDecoder().decode(Episode.self, from: try #require(lines.last))
      #expect(steps.map(\.step) == Array(0..<episode.steps))
      #expect(steps.reduce(0.0) { $0 + Double($1.reward) } == episode.return)
      return (steps, episode, outcome.error)
    }

    private static func metrics(_ run: RunFiles) throws -> [Update] {
      let bytes = try #require(FileManager.default.contents(atPath: "\(run.path)/metrics.jsonl"))
      return try String(decoding: bytes, as: UTF8.self).split(separator: "\n").map {
        try JSONDecoder().decode(Update.self, from: Data($0.utf8))
      }
    }

    @Test(
      "what a run measured comes back, from checkpoints and from the updates between",
      arguments: ["cartpole", "pixelcopter"])
    func measured(environment: String) throws {
      try TestPlace.with { place in
        let run = try ReplayTests.train(in: place, environment: environment)
        #expect(run.checkpoints == [5, 6, 10, 12])
        let updates = try ReplayTests.metrics(run)
        // The episodes of version v made the update to v + 1.
        for (version, note) in [
          (3, "running 3 updates again from the beginning"), (5, ""),
          (9, "running 3 updates again from the checkpoint of version 6"),
        ] {
          let replays = try (0..<ReplayTests.slotCount).map {
            try ReplayTests.replay(run, in: place, update: version, slot: $0)
          }
          let returns = replays.map(\.episode.return)
          let measured = updates[version]
          #expect(measured.version == version + 1)
          #expect(
            returns.reduce(0, +) / Double(ReplayTests.slotCount) == measured.meanReturn,
            "version \(version)")
          #expect(returns.min() == measured.minReturn)
          #expect(returns.max() == measured.maxReturn)
          #expect(replays.reduce(0) { $0 + $1.episode.steps } == measured.environmentSteps)
          #expect(replays[0].error == (note.isEmpty ? "" : "troupe: \(note)\n"))
        }
        let evaluations = try (0..<3).map {
          try ReplayTests.replay(run, in: place, update: 6, slot: $0, ["--evaluation"]).episode
        }
        #expect(
          evaluations.map(\.return).reduce(0, +) / 3
            == (try #require(updates[5].evaluationMeanReturn)))
        #expect(evaluations[0].kind == "evaluation")
      }
    }

    @Test("the same bits whatever checkpoint the replay starts from")
    func fromAnywhere() throws {
      try TestPlace.with { place in
        let run = try ReplayTests.train(in: place, environment: "cartpole")
        let before = try ReplayTests.replay(run, in: place, update: 11, slot: 2).episode
        for version in [12, 10, 6, 5] {
          try FileManager.default.removeItem(at: run.checkpoint(of: version))
          let again = try ReplayTests.replay(
            run, in: place, update: 11, slot: 2, ["--threads", version == 10 ? "1" : "3"])
          #expect(again.episode.fingerprint == before.fingerprint)
        }
      }
    }

    @Test(
      "an episode becomes a page and a GIF, and a run a curve and a line, without other programs")
    func pictures() throws {
      try TestPlace.with { place in
        let run = try ReplayTests.train(in: place, environment: "pendulum")
        let replay = ["replay", run.path, "--update", "5", "--slot", "1"]
        let page = place.file("episode.html")
        let made = try place.run(replay + ["--render", page])
        #expect(made.code == 0 && made.output == "wrote \(page)\n", "\(made.error)")
        let text = try String(contentsOfFile: page, encoding: .utf8)
        #expect(
          text.hasPrefix("<!doctype html>") && text.contains(#""subtitle":"version 5, slot 1""#))
        let gif = place.file("episode.gif")
        let drawn = try place.run(replay + ["--render", gif, "--frames", "5"])
        #expect(drawn.code == 0, "\(drawn.error)")
        let bytes = try #require(FileManager.default.contents(atPath: gif))
        #expect(bytes.prefix(10) == Data("GIF89a".utf8) + [0xd0, 2, 0x90, 1] && bytes.last == 0x3b)
        let curve = place.file("curve.png")
        #expect(try place.run(["plot", run.path, "--output", curve]).code == 0)
        let picture = try #require(FileManager.default.contents(atPath: curve))
        #expect(picture.prefix(8) == Data([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
        for (arguments, words) in [
          (replay + ["--render", "episode.txt"], ".html, .gif or .mp4"),
          (["plot", run.path, "--output", "curve.jpg"], ".svg or .png"),
          (["watch", "https://127.0.0.1:1"], "http://HOST:PORT"),
        ] {
          let outcome = try place.run(arguments)
          #expect(outcome.code == 64)
          expectSentence(in: outcome, words)
        }
        let nobody = try place.run(["watch", "http://127.0.0.1:1"])
        #expect(nobody.code == 69)
        expectSentence(in: nobody, "nobody answers")
        // The run is over: its last update, and no waiting.
        let watched = try place.run(["watch", run.path])
        #expect(watched.code == 0 && watched.output.hasPrefix("update 12/12  return -"))
      }
    }

    @Test("what is no episode of the run is refused in one sentence")
    func refused() throws {
      try TestPlace.with { place in
        let run = try ReplayTests.train(in: place, environment: "cartpole")
        let replay = ["replay", run.path]
        for (arguments, words) in [
          (["--update", "13", "--slot", "0"], "there is no version 13"),
          (["--update", "3", "--slot", "4"], "--slot is 4"),
          (["--update", "3"], "--slot"),
          (["--update", "3", "--slot", "3", "--evaluation"], "--slot is 3"),
        ] {
          let outcome = try place.run(replay + arguments)
          #expect(outcome.code == 64)
          expectSentence(in: outcome, words)
        }
        let table = try place.run(replay + ["--update", "12", "--slot", "0"])
        #expect(table.output.contains("probabilities"))
        #expect(table.output.contains("slot 0, version 12: return "))
      }
    }
  }
}

import Foundation
import Glibc
import Testing

// The promises of a gradient hold for a search, of which only slots and returns travel.
extension EndToEndTests {
  @Suite struct SearchTests {
    /// One short search of each kind.
    static let methods: [[String]] = [
      [
        "--method", "hill-climbing", "--episodes-per-update", "36", "--episodes-per-candidate", "4",
      ],
      ["--method", "annealing", "--episodes-per-update", "18", "--episodes-per-candidate", "2"],
      ["--method", "evolution-strategies", "--episodes-per-update", "16"],
    ]

    private static func arguments(_ method: [String], updates: Int = 20) -> [String] {
      ["train", "cartpole", "--preset", "none", "--seed", "4", "--hidden", "none", "--updates"]
        + ["\(updates)", "--learning-rate", "0.1", "--evaluate-every", "10", "--json"] + method
    }

    /// Runs to the end and gives the SHA-256 of the policy.
    private static func digest(
      in place: TestPlace, _ name: String, _ arguments: [String]
    ) throws -> String {
      let run = RunFiles(path: place.file(name))
      let summary = try place.run(arguments + ["--run-dir", run.path]).summary()
      #expect(summary.onPolicyMismatches == 0)
      #expect(try run.policyDigest() == summary.parametersDigest)
      return summary.parametersDigest
    }

    @Test("the same bytes with any actors, lanes and threads", arguments: methods)
    func matrix(_ method: [String]) throws {
      try TestPlace.with { place in
        let arguments = SearchTests.arguments(method)
        let expected = try SearchTests.digest(in: place, "one", arguments + ["--actors", "1"])
        for (index, variation) in [
          ["--actors", "2"], ["--actors", "3", "--lanes", "1", "--threads", "1"],
          ["--actors", "1", "--lanes", "7", "--threads", "3"],
          ["--actors", "2", "--checkpoint-every", "3", "--evaluate-every", "none"],
        ].enumerated() {
          #expect(
            try SearchTests.digest(in: place, "\(index)", arguments + variation) == expected,
            "\(variation)")
        }
        place.expectNothingLeft()
      }
    }

    @Test("killed actors and a killed learner change no byte", arguments: methods)
    func killed(_ method: [String]) throws {
      try TestPlace.with { place in
        let arguments = SearchTests.arguments(method + ["--seed", "9"], updates: 120)
        let expected = try SearchTests.digest(in: place, "whole", arguments)
        let run = RunFiles(path: place.file("killed"))
        let interrupted = arguments + ["--run-dir", run.path, "--checkpoint-every", "7"]
        let learner = try place.start(interrupted + ["--actors", "2"])
        try eventually("ten updates") { run.updateCount >= 10 || !learner.isRunning }
        learner.children.first?.send(SIGKILL)
        try eventually("thirty updates") { run.updateCount >= 30 || !learner.isRunning }
        #expect(learner.isRunning, "over before it was killed")
        let children = learner.children
        learner.send(SIGKILL)
        for child in children { child.send(SIGKILL) }
        try learner.end()
        let outcome = try place.run(interrupted + ["--resume"])
        #expect(try outcome.summary().parametersDigest == expected)
        #expect(outcome.error.contains("resuming"))
        place.expectNothingLeft()
      }
    }

    @Test("an episode of a search comes back from its version and slot", arguments: methods)
    func replayed(_ method: [String]) throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let outcome = try place.run(
          SearchTests.arguments(method, updates: 8) + [
            "--run-dir", run.path, "--checkpoint-every", "5",
          ])
        let slotCount = method[3] == "36" ? 36 : method[3] == "18" ? 18 : 16
        #expect(try outcome.summary().updates == 8)
        struct Line: Decodable {
          let mean: Double
          enum CodingKeys: String, CodingKey { case mean = "mean_return" }
        }
        struct Episode: Decodable {
          let `return`: Double
        }
        let metrics = try #require(
          FileManager.default.contents(atPath: "\(run.path)/metrics.jsonl"))
        let lines = try String(decoding: metrics, as: UTF8.self).split(separator: "\n").map {
          try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        let returns = try (0..<slotCount).map { slot in
          let replay = try place.run([
            "replay", run.path, "--update", "7", "--slot", "\(slot)", "--json",
          ])
          let last = try #require(replay.output.split(separator: "\n").last, "\(replay.error)")
          return try JSONDecoder().decode(Episode.self, from: Data(last.utf8)).return
        }
        #expect(returns.reduce(0, +) / Double(slotCount) == lines[7].mean)
      }
    }
  }
}

import Foundation
import Testing

// The quick half of what `make learn` shows, from the same rows, on a few seeds.
extension EndToEndTests {
  @Suite struct LearningTableTests {
    /// A row of `learning.json`.
    struct Row: Decodable, Sendable, CustomTestStringConvertible {
      let task: String
      let arguments: [String]
      let goal: Double
      let limit: [String: Double]
      let share: Double
      let quick: Bool?
      var testDescription: String { task }
    }

    private struct Result: Decodable {
      let episodes: Double
      let environmentSteps: Double
      let wallSeconds: Double
      let meanReturn: Double?
      let onPolicyMismatches: Int

      enum CodingKeys: String, CodingKey {
        case episodes
        case environmentSteps = "environment_steps"
        case wallSeconds = "wall_seconds"
        case meanReturn = "mean_return"
        case onPolicyMismatches = "on_policy_mismatches"
      }
    }

    static let rows: [Row] = {
      let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Sources/Benchmarks/learning.json")
      return (try? JSONDecoder().decode([Row].self, from: Data(contentsOf: path))) ?? []
    }()

    static let seeds = [424_243, 424_244, 424_245]

    @Test("the table has rows") func table() {
      #expect(LearningTableTests.rows.count >= 10)
      #expect(LearningTableTests.rows.allSatisfy { !$0.limit.isEmpty && $0.share > 0 })
    }

    /// No row is measured by the clock here: the machine may do anything else meanwhile.
    @Test("learned within the limits", arguments: rows.filter { $0.quick == true })
    func learned(_ row: Row) throws {
      var reachedCount = 0
      for seed in LearningTableTests.seeds {
        try TestPlace.with { place in
          let outcome = try place.run(
            ["train"] + row.arguments + [
              "--seed", "\(seed)", "--json", "--run-dir", place.file("run"),
            ])
          try #require(outcome.code == 0, "\(outcome.error)")
          let result = try JSONDecoder().decode(Result.self, from: Data(outcome.output.utf8))
          #expect(result.onPolicyMismatches == 0)
          let isWithin = row.limit.allSatisfy { name, limit in
            switch name {
            case "environment_steps": result.environmentSteps <= limit
            case "episodes": result.episodes <= limit
            case "wall_seconds": true
            default: false
            }
          }
          if isWithin, (result.meanReturn ?? -.infinity) >= row.goal { reachedCount += 1 }
        }
      }
      // Where one seed in five may fail, one of three may.
      let seedCount = LearningTableTests.seeds.count
      #expect(reachedCount >= (row.share < 1 ? seedCount - 1 : seedCount))
    }
  }
}

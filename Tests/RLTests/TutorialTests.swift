import Foundation
import Testing

/// The code of the tutorials is that of the examples, which `make example` builds and runs.
@Suite struct TutorialTests {
  private static func text(_ path: String) throws -> String {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  @Test(arguments: [
    ("OwnEnvironment", "CustomEnvironment/Sources/corridor"),
    ("OwnEstimator", "OwnEstimator/Sources/estimator"),
  ])
  func `a tutorial shows the program that is built`(article: String, example: String) throws {
    let text = try Self.text("Sources/RL/RL.docc/\(article).md")
    let blocks = text.components(separatedBy: "```swift\n").dropFirst()
    let code = try #require(blocks.first?.components(separatedBy: "\n```").first)
    let program = try Self.text("Examples/\(example)/main.swift")
    #expect(blocks.count == 1)
    #expect(code == program.trimmingCharacters(in: .newlines))
  }
}

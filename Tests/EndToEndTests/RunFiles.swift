import Foundation
import Testing
import Wire

/// A run's directory as a user sees it.
struct RunFiles {
  let path: String

  /// One line of `metrics.jsonl`.
  struct Update: Decodable {
    let version: Int
    let onPolicyMismatches: Int
    let meanLength: Double
    let kl: Double?
    let learningRate: Double
    let evaluationMeanReturn: Double?

    enum CodingKeys: String, CodingKey {
      case version, kl
      case meanLength = "mean_length"
      case learningRate = "learning_rate"
      case onPolicyMismatches = "on_policy_mismatches"
      case evaluationMeanReturn = "evaluation_mean_return"
    }
  }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }

  private func lines(_ name: String) -> [Substring] {
    let bytes = FileManager.default.contents(atPath: "\(path)/\(name)") ?? Data()
    let text = String(decoding: bytes, as: UTF8.self)
    // A line that is being written has no end yet.
    guard let end = text.lastIndex(of: "\n") else { return [] }
    return text[..<end].split(separator: "\n")
  }

  func updates() throws -> [Update] {
    try lines("metrics.jsonl").map { try JSONDecoder().decode(Update.self, from: Data($0.utf8)) }
  }

  /// Updates that were made so far.
  var updateCount: Int { lines("metrics.jsonl").count }

  /// Lines of the log that hold this text.
  func logLines(with text: String) -> [Substring] {
    lines("log.jsonl").filter { $0.contains(text) }
  }

  /// What `sha256sum` prints for the newest policy.
  func policyDigest() throws -> String {
    let bytes = try #require(
      FileManager.default.contents(atPath: "\(path)/policy.safetensors"),
      "\(path)/policy.safetensors")
    return SHA256.hexDigest(of: Array(bytes))
  }

  /// Versions of the checkpoints, ascending.
  var checkpoints: [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/checkpoints")) ?? []
    return names.filter { $0.hasSuffix(".safetensors") }.compactMap { Int($0.prefix(8)) }.sorted()
  }

  /// Where the checkpoint of a version lies.
  func checkpoint(of version: Int) -> URL {
    let digits = "\(version)"
    let name = String(repeating: "0", count: 8 - digits.count) + digits
    return URL(fileURLWithPath: "\(path)/checkpoints/\(name).safetensors")
  }

  var newestCheckpoint: URL? { checkpoints.last.map(checkpoint(of:)) }

  /// Where actors of the running learner connect to; nil while nobody listens.
  var address: String? {
    guard let line = lines("address").first else { return nil }
    return String(line)
  }
}

/// The JSON object that `--json` prints.
struct Summary: Decodable {
  let updates: Int
  let wallSeconds: Double
  let meanReturn: Double?
  let solved: Bool?
  let parametersDigest: String
  let onPolicyMismatches: Int
  let ended: String

  enum CodingKeys: String, CodingKey {
    case updates, solved, ended
    case wallSeconds = "wall_seconds"
    case meanReturn = "mean_return"
    case parametersDigest = "parameters_sha256"
    case onPolicyMismatches = "on_policy_mismatches"
  }
}

extension TroupeProcess.Outcome {
  /// The summary of a run that ended well.
  func summary(sourceLocation: SourceLocation = #_sourceLocation) throws -> Summary {
    try #require(code == 0, "\(error)", sourceLocation: sourceLocation)
    return try JSONDecoder().decode(Summary.self, from: Data(output.utf8))
  }
}

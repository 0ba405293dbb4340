public import Foundation

/// The reference numbers that suites with `Golden` in their name compare with: the folder named by
/// `TROUPE_GOLDEN`, else `../shared/golden` beside the package, else the copy within the package.
public enum GoldenFolder {
  private static let replacement: String? = {
    let path = ProcessInfo.processInfo.environment["TROUPE_GOLDEN"] ?? ""
    return path.isEmpty ? nil : path
  }()

  /// Whether somebody put other numbers in the place of ours, of which there may be more or fewer.
  public static var isReplaced: Bool { replacement != nil }

  public static let url: URL = {
    if let replacement { return URL(fileURLWithPath: replacement) }
    let package = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let beside = package.appendingPathComponent("../shared/golden").standardized
    if FileManager.default.fileExists(atPath: beside.path) { return beside }
    return package.appendingPathComponent("Tests/Golden")
  }()

  /// Names of a folder's files that end so, without it, in order.
  public static func names(in folder: String, withSuffix suffix: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: url.appendingPathComponent(folder).path)
      .filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }.sorted()
  }

  /// Decodes one JSON file.
  public static func decode<Value: Decodable>(_ type: Value.Type, from path: String) throws -> Value
  {
    try JSONDecoder().decode(type, from: Data(contentsOf: url.appendingPathComponent(path)))
  }

  /// Decodes each line of a gzip'd JSON Lines file.
  public static func decodeLines<Value: Decodable>(
    _ type: Value.Type, from path: String
  ) throws -> [Value] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", url.appendingPathComponent(path).path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw CocoaError(.fileReadCorruptFile, userInfo: [NSFilePathErrorKey: path])
    }
    let decoder = JSONDecoder()
    return try data.split(separator: UInt8(ascii: "\n")).map { try decoder.decode(type, from: $0) }
  }
}

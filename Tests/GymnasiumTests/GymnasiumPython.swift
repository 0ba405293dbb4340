import Foundation

/// A Python that has Gymnasium: `TROUPE_PYTHON`, what `make interop` made, or the one on the path.
enum GymnasiumPython {

  static let path: String? = {
    let variables = ProcessInfo.processInfo.environment
    let candidates = [
      variables["TROUPE_PYTHON"], ".build/interop/gymnasium/bin/python", "/usr/bin/python3",
    ]
    return candidates.compactMap { $0 }.first { run($0, ["-c", "import gymnasium"]) != nil }
  }()

  /// Whether videos can be written.
  static let hasMoviePy = path.flatMap { run($0, ["-c", "import moviepy"]) } != nil

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().path + "/python"

  /// What a script writes to standard output, or nil if it fails.
  static func run(_ python: String, _ arguments: [String], input: String = "") -> Data? {
    let process = Process()
    process.executableURL = URL(filePath: python)
    process.arguments = arguments
    let (stdin, stdout) = (Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    stdin.fileHandleForWriting.write(Data(input.utf8))
    try? stdin.fileHandleForWriting.close()
    let output = stdout.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? output : nil
  }
}

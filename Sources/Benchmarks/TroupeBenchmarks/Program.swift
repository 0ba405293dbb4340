import CBenchmarks
import FoundationEssentials

/// Another process, and a file for what it says.
struct Program: ~Copyable {
  let process: Int32
  private let output: String
  private var hasEnded = false

  init(_ path: String, _ arguments: [String], scratch: borrowing Scratch) throws {
    output = scratch.path("output")
    // SAFETY: both strings are read during the call only.
    process = unsafe bench_spawn(([path] + arguments).joined(separator: "\n"), output)
    guard process > 0 else { throw BenchmarkError("cannot start \(path): error \(-process)") }
  }

  deinit {
    guard !hasEnded else { return }
    bench_kill(process)
    _ = bench_wait(process)
  }

  var isRunning: Bool { bench_has_ended(process) == 0 }

  /// Waits for the end; an exit code other than 0 is an error.
  mutating func wait() throws {
    let code = bench_wait(process)
    hasEnded = true
    guard code == 0 else { throw BenchmarkError("a program ended with \(code): \(said)") }
  }

  /// What it wrote, at most the last lines.
  var said: String {
    let text = FileContents.text(of: output) ?? ""
    return String(text.suffix(2000))
  }

  /// A program in the directory of this one.
  static func neighbour(_ name: String) throws -> String {
    let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return String(own[...(own.lastIndex(of: "/") ?? own.startIndex)]) + name
  }

  static func own() throws -> String {
    try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
  }
}

enum FileContents {
  static func text(of path: String) -> String? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    return String(decoding: data, as: UTF8.self)
  }

  static func bytes(of path: String) -> [UInt8]? {
    FileManager.default.contents(atPath: path).map { Array($0) }
  }
}

/// A directory for the files of one measurement, gone with it.
struct Scratch: ~Copyable {
  private let directory: String

  init() throws {
    let process = ProcessInfo.processInfo.processIdentifier
    let name = "troupe-bench-\(process)-\(Int(Stopwatch.wallSeconds * 1e9))"
    directory = FileManager.default.temporaryDirectory.appending(path: name).path
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
  }

  func path(_ name: String) -> String { "\(directory)/\(name)" }

  deinit { try? FileManager.default.removeItem(atPath: directory) }
}

import Foundation
import Testing

/// One `troupe` process, started and observed from outside.
///
/// Its output goes to files, so that it never waits for a reader, and so that children which outlive
/// it cannot keep a reader waiting. A `TestPlace` ends what is still running.
final class TroupeProcess {
  struct Outcome {
    /// The exit code, or the negative of the signal that killed it.
    let code: Int32
    let output: String
    let error: String
  }

  private let process = Process()
  private let outputPath: String
  private let errorPath: String
  let identity: ProcessIdentity

  init(
    _ arguments: [String], variables: [String: String], outputPath: String, errorPath: String,
    directory: String
  ) throws {
    self.outputPath = outputPath
    self.errorPath = errorPath
    process.executableURL = try TroupeBinary.require()
    process.arguments = arguments
    process.environment = variables
    process.currentDirectoryURL = URL(fileURLWithPath: directory)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try TroupeProcess.newFile(outputPath)
    process.standardError = try TroupeProcess.newFile(errorPath)
    try process.run()
    let id = process.processIdentifier
    identity =
      ProcessTable.entry(of: id)?.identity ?? ProcessIdentity(id: id, startTime: 0)
  }

  private static func newFile(_ path: String) throws -> FileHandle {
    try Data().write(to: URL(fileURLWithPath: path))
    return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  }

  var isRunning: Bool { process.isRunning }

  /// What it wrote to standard output so far.
  var output: String { text(outputPath) }
  /// What it wrote to standard error so far.
  var error: String { text(errorPath) }

  private func text(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }

  /// Waits until it has ended.
  func outcome(within limit: Duration = generous) throws -> Outcome {
    try eventually(
      "the end of troupe \(process.arguments?.joined(separator: " ") ?? "")", within: limit
    ) {
      !process.isRunning
    }
    let code =
      process.terminationReason == .uncaughtSignal
      ? -process.terminationStatus : process.terminationStatus
    return Outcome(code: code, output: output, error: error)
  }

  /// Its living children.
  var children: [ProcessIdentity] { ProcessTable.children(of: identity.id) }

  func send(_ signal: Int32) { if process.isRunning { _ = kill(identity.id, signal) } }

  /// Kills it and waits until it has been collected.
  func end() throws {
    send(SIGKILL)
    try eventually("the end of a killed process") { !process.isRunning }
  }
}

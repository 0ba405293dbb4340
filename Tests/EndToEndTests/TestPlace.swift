import Foundation
import Glibc
import Testing

/// A directory and the processes of one test. Whatever way the test ends, no process and no file of it
/// is left.
final class TestPlace {
  let path: String
  private var processes: [TroupeProcess] = []

  private init() throws {
    // Short, because the path of a socket has to fit into 107 bytes.
    var template = Array("/tmp/troupe-e2e-XXXXXX".utf8CString)
    // SAFETY: the template ends with a zero byte and is overwritten in place.
    let made = unsafe mkdtemp(&template) != nil
    try #require(made, "a directory under /tmp")
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    for name in ["sockets", "output"] {
      try FileManager.default.createDirectory(
        atPath: file(name), withIntermediateDirectories: false)
    }
  }

  static func with<Result>(_ body: (TestPlace) throws -> Result) throws -> Result {
    let place = try TestPlace()
    defer { place.clear() }
    return try body(place)
  }

  private func clear() {
    for process in processes { try? process.end() }
    for process in living { process.send(SIGKILL) }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      Issue.record("\(path) cannot be removed: \(error)")
    }
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Starts the program here, with no more of this process's environment than it needs.
  func start(
    _ arguments: [String], variables: [String: String] = [:]
  ) throws -> TroupeProcess {
    var environment = ["PATH": "/usr/bin:/bin", "HOME": path, "LC_ALL": "C.UTF-8"]
    environment[TestPlace.marker] = file("sockets")
    environment.merge(variables) { $1 }
    let process = try TroupeProcess(
      arguments, variables: environment, outputPath: file("output/\(processes.count).out"),
      errorPath: file("output/\(processes.count).err"), directory: path)
    processes.append(process)
    return process
  }

  /// Starts the program and waits for its end.
  func run(
    _ arguments: [String], variables: [String: String] = [:], within limit: Duration = generous
  ) throws -> TroupeProcess.Outcome {
    try start(arguments, variables: variables).outcome(within: limit)
  }

  /// The variable that the socket directories of `troupe train` depend on; children inherit it, and
  /// its value names this place, so it tells whose a process is.
  private static let marker = "XDG_RUNTIME_DIR"

  /// Every process that was started here, by whomever, and is still alive.
  var living: [ProcessIdentity] {
    ProcessTable.processes(with: TestPlace.marker, value: file("sockets"))
  }

  /// Directories of sockets that `troupe train` made and has not removed.
  var socketDirectories: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: file("sockets"))) ?? []
  }

  /// Expects that nothing is left running and no socket is left lying within the 5 s that a process
  /// may outlive its parent.
  func expectNothingLeft(sourceLocation: SourceLocation = #_sourceLocation) {
    try? eventually("the end of all processes", within: .seconds(5)) {
      living.isEmpty && socketDirectories.isEmpty
    }
    #expect(living.isEmpty, sourceLocation: sourceLocation)
    #expect(socketDirectories.isEmpty, sourceLocation: sourceLocation)
  }

  /// An address of a socket file in this place.
  var socketAddress: String { "ipc://\(file("learner.socket"))" }
}

import Glibc

/// The files of one run, held by this process alone for as long as the value lives.
///
/// Two learners on one directory would overwrite each other's checkpoints, so the directory is locked
/// before anything in it is read or written. The lock is the kernel's (`flock`): it ends with the
/// process, however that ends.
package struct RunDirectory: ~Copyable {
  /// As given, or as chosen by ``create(named:in:)``.
  package let path: String
  private let lock: OpenFile

  /// Locks the directory of a run that was begun earlier.
  ///
  /// - Throws: exit 75 if another process holds it, naming the process, or if the disk is full; 69 if
  ///   it cannot be opened.
  package init(resuming path: String) throws(RoleFailure) {
    let path = RunDirectory.trimmed(path)
    self.init(path: path, lock: try RunDirectory.lock(path))
  }

  /// Makes (if need be) and locks a directory that holds no run.
  ///
  /// - Throws: exit 64 if the directory holds a run, or anything else, which is left as it was;
  ///   otherwise as ``init(resuming:)``.
  package init(beginning path: String) throws(RoleFailure) {
    let path = RunDirectory.trimmed(path)
    // Without a lock the directory is none of ours, and a stranger's is not even touched.
    if OpenFile.exists(path), !OpenFile.exists("\(path)/\(RunDirectory.lockName)") {
      try RunDirectory.requireUnused(path)
    }
    try reportingFileErrors { () throws(FileError) in try OpenFile.makeDirectories(path) }
    let lock = try RunDirectory.lock(path)
    try RunDirectory.requireUnused(path)
    self.init(path: path, lock: lock)
  }

  private init(path: String, lock: consuming OpenFile) {
    self.path = path
    self.lock = lock
  }

  /// Makes and locks a new directory `parent/name`, or `parent/name-2`, `-3` and so on if there is
  /// one already. Nothing is ever overwritten.
  ///
  /// - Throws: as ``init(resuming:)``.
  package static func create(
    named name: String, in parent: String
  ) throws(RoleFailure) -> RunDirectory {
    let path = try reportingFileErrors { () throws(FileError) in
      try OpenFile.makeDirectories(parent)
      var path = "\(parent)/\(name)"
      var number = 1
      while try !OpenFile.makeDirectory(path) {
        number += 1
        path = "\(parent)/\(name)-\(number)"
      }
      return path
    }
    return RunDirectory(path: path, lock: try lock(path))
  }

  private static func lock(_ path: String) throws(RoleFailure) -> OpenFile {
    let file = try reportingFileErrors { () throws(FileError) in
      try OpenFile(path + "/" + lockName, .update)
    }
    let holder = try reportingFileErrors { () throws(FileError) -> [UInt8]? in
      guard try file.lockExclusively() else { return try file.readToEnd(limit: 64) }
      try file.truncate()
      try file.write(Array("\(getpid())\n".utf8))
      try file.touch()
      return nil
    }
    guard let holder else { return file }
    let process = String(decoding: holder, as: UTF8.self).split(separator: "\n").first ?? ""
    let isNumber = !process.isEmpty && process.utf8.allSatisfy { (48...57).contains($0) }
    throw RoleFailure(
      .tryAgain,
      "the run directory \(path) is in use by "
        + (isNumber ? "process \(process)" : "another process"))
  }

  private static func trimmed(_ path: String) -> String {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }
}

// MARK: What lies where

extension RunDirectory {
  private static let lockName = "lock"
  private static let configurationName = "config.yaml"

  /// Everything that determines the run.
  package var configurationPath: String { Self.configurationPath(in: path) }
  /// The run's random identity.
  package var runIDPath: String { Self.runIDPath(in: path) }
  /// The structured log, JSON lines.
  package var logPath: String { path + "/log.jsonl" }
  /// One line per update.
  package var metricsPath: String { Self.metricsPath(in: path) }
  package var checkpointsPath: String { Self.checkpointsPath(in: path) }
  /// The newest parameters.
  package var policyPath: String { Self.policyPath(in: path) }
  /// Where actors of the running learner connect to.
  package var addressPath: String { Self.addressPath(in: path) }
  /// Keys whose holders are out of the run.
  package var quarantinePath: String { path + "/quarantine" }

  /// The configuration of a run that somebody else may hold.
  package static func configurationPath(in path: String) -> String {
    trimmed(path) + "/" + configurationName
  }

  /// The newest parameters of a run that somebody else may hold.
  package static func policyPath(in path: String) -> String {
    trimmed(path) + "/policy.safetensors"
  }

  /// The random identity of a run that somebody else may hold.
  package static func runIDPath(in path: String) -> String { trimmed(path) + "/run.id" }
  /// The metrics of a run that somebody else may hold.
  package static func metricsPath(in path: String) -> String { trimmed(path) + "/metrics.jsonl" }
  /// Where actors of a learner that somebody else runs connect to; it is removed at the run's end.
  package static func addressPath(in path: String) -> String { trimmed(path) + "/address" }
  /// The checkpoints of a run that somebody else may hold.
  package static func checkpointsPath(in path: String) -> String { trimmed(path) + "/checkpoints" }

  /// Whether a run was begun there: its configuration is the first file that is written.
  package static func holdsRun(_ path: String) -> Bool {
    OpenFile.exists(configurationPath(in: path))
  }

  /// Refuses a directory that holds anything but the traces of a run that never began.
  private static func requireUnused(_ path: String) throws(RoleFailure) {
    if holdsRun(path) {
      throw RoleFailure(
        .usage,
        "\(path) holds a run already; go on with it by --resume, or name another directory")
    }
    let traces = [
      lockName, configurationName + AtomicFile.temporarySuffix,
    ]
    let names = try reportingFileErrors { () throws(FileError) in
      try OpenFile.names(in: path)
    }
    if let other = names.first(where: { !traces.contains($0) }) {
      throw RoleFailure(
        .usage,
        "\(path) is no run, yet it is not empty (\(other) lies in it); name another directory")
    }
  }

  /// Removes what was made for a run that never began: one that has neither an update nor a checkpoint,
  /// because the role failed before. Anything else is left alone; with `keepingDirectory`, so is the
  /// directory itself.
  ///
  /// - Throws: exit 75 if another process holds the directory, 69 if something cannot be removed.
  package static func withdraw(_ path: String, keepingDirectory: Bool) throws(RoleFailure) {
    let directory = try RunDirectory(resuming: path)
    try reportingFileErrors { () throws(FileError) in
      let checkpoints = directory.checkpointsPath
      let hasCheckpoints = OpenFile.exists(checkpoints)
      if OpenFile.exists(directory.metricsPath),
        try !OpenFile.readAll(directory.metricsPath, limit: 1 << 34).isEmpty
      {
        return
      }
      if hasCheckpoints {
        guard try OpenFile.names(in: checkpoints).isEmpty else { return }
        try OpenFile.removeDirectory(checkpoints)
      }
      for file in [
        directory.addressPath, directory.runIDPath, directory.logPath, directory.metricsPath,
        directory.quarantinePath,
        directory.configurationPath, "\(directory.path)/\(lockName)",
      ] {
        try OpenFile.remove(file)
      }
      if !keepingDirectory { try OpenFile.removeDirectory(directory.path) }
    }
  }

  /// The directories in `parent` that hold a run, the one most recently worked on first.
  package static func runs(in parent: String) throws(RoleFailure) -> [String] {
    guard OpenFile.exists(parent) else { return [] }
    return try reportingFileErrors { () throws(FileError) in
      var found: [(path: String, time: Int)] = []
      for name in try OpenFile.names(in: parent) {
        let path = "\(parent)/\(name)"
        guard holdsRun(path), OpenFile.exists("\(path)/\(lockName)")
        else { continue }
        // Whoever takes the lock writes the file.
        found.append((path, try OpenFile("\(path)/\(lockName)", .read).modificationTime()))
      }
      return found.sorted { ($1.time, $1.path) < ($0.time, $0.path) }.map(\.path)
    }
  }
}

/// Runs `body` and turns its error into a reason for a role to stop.
package func reportingFileErrors<Result: ~Copyable>(
  _ body: () throws(FileError) -> Result
) throws(RoleFailure) -> Result {
  do throws(FileError) {
    return try body()
  } catch {
    throw error.roleFailure
  }
}

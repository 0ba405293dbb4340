package import RL

/// The checkpoints of one run on disk: files of opaque bytes, named by policy version.
///
/// Keeps the newest few and the best one. A write that fails leaves every older file whole, and a
/// file that turns out corrupt is passed over in favour of the one before it.
package struct CheckpointStore: Sendable {
  /// A checkpoint that was read and found whole.
  package struct Restored<Content: Sendable>: Sendable {
    package let version: PolicyVersion
    package let content: Content
  }

  /// A checkpoint that was passed over.
  package struct Skipped: Hashable, Sendable, CustomStringConvertible {
    package let path: String
    package let reason: String
    package var description: String { "\(path) is skipped: \(reason)" }
  }

  package let directory: String
  /// How many of the newest are kept, at least 1.
  package let kept: Int
  private var corrupt: Set<PolicyVersion> = []
  /// Is kept until there is a checkpoint of a better one, whose write may have failed.
  private var best: PolicyVersion?

  private static let suffix = ".safetensors"
  private static let byteLimit = 1 << 34

  /// Opens the store, which is made if it is not there, and removes what killed writers left.
  ///
  /// - Precondition: the run directory is locked, and `kept` is at least 1.
  package init(directory: String, kept: Int) throws(FileError) {
    precondition(kept >= 1, "a store that keeps nothing cannot resume")
    self.directory = directory
    self.kept = kept
    try OpenFile.makeDirectories(directory)
    for name in try OpenFile.names(in: directory)
    where name.hasSuffix(AtomicFile.temporarySuffix) {
      try OpenFile.remove("\(directory)/\(name)")
    }
  }

  /// Versions on disk, ascending, corrupt ones included.
  package func versions() throws(FileError) -> [PolicyVersion] {
    try CheckpointStore.versions(in: directory)
  }

  package func path(of version: PolicyVersion) -> String {
    CheckpointStore.path(of: version, in: directory)
  }

  /// Versions in a directory that somebody else may hold.
  package static func versions(in directory: String) throws(FileError) -> [PolicyVersion] {
    guard OpenFile.exists(directory) else { return [] }
    return try OpenFile.names(in: directory).compactMap(version(ofName:)).sorted()
  }

  package static func path(of version: PolicyVersion, in directory: String) -> String {
    let digits = "\(version.rawValue)"
    let zeros = String(repeating: "0", count: max(0, 8 - digits.count))
    return "\(directory)/\(zeros)\(digits)\(suffix)"
  }

  /// What a checkpoint file holds, unchecked.
  static func read(_ version: PolicyVersion, in directory: String) throws(FileError) -> [UInt8] {
    try OpenFile.readAll(path(of: version, in: directory), limit: byteLimit)
  }

  /// Stores a checkpoint and removes those that are neither among the newest nor that of `best`, the version that did
  /// best in an evaluation.
  ///
  /// Throws the failure of the write, after which the older checkpoints are as they were; or that of
  /// the cleaning up, after which the new one is safe too. `before` is as in ``AtomicFile``.
  package mutating func write(
    _ bytes: [UInt8], version: PolicyVersion, best: PolicyVersion? = nil,
    before: (AtomicFile.Stage) throws(FileError) -> Void = { _ in }
  ) throws(FileError) {
    try AtomicFile.write(bytes, to: path(of: version), before: before)
    corrupt.remove(version)
    keep(best: best)
    try prune(upTo: version)
  }

  /// Notes the version that did best in an evaluation, if there is a checkpoint of it.
  package mutating func keep(best version: PolicyVersion?) {
    if let version, !corrupt.contains(version), OpenFile.exists(path(of: version)) {
      best = version
    }
  }

  /// The newest checkpoint that `validate` accepts, and all newer ones that it refused.
  ///
  /// `validate` decodes the bytes, or throws why they are no checkpoint of this run; a file that cannot
  /// be read counts as refused. Refused files stay where they are until newer whole ones have taken
  /// their place. Throws when the directory cannot be listed.
  package mutating func newestValid<Content>(
    validate: ([UInt8]) throws -> Content
  ) throws(FileError) -> (restored: Restored<Content>?, skipped: [Skipped]) {
    var skipped: [Skipped] = []
    for version in try versions().reversed() {
      let path = path(of: version)
      do {
        let bytes = try OpenFile.readAll(path, limit: CheckpointStore.byteLimit)
        return (Restored(version: version, content: try validate(bytes)), skipped)
      } catch {
        corrupt.insert(version)
        skipped.append(Skipped(path: path, reason: "\(error)"))
      }
    }
    return (nil, skipped)
  }

  /// Keeps the newest `kept` whole files up to `newest`, beside them the best one, and that of version 0: an
  /// imported run began there, and nothing else could bring it back.
  ///
  /// Later versions are only there after a resumption that passed over them; they do not count among
  /// the newest, or they would push out the whole ones.
  private mutating func prune(upTo newest: PolicyVersion) throws(FileError) {
    let present = try versions().filter { $0 <= newest }
    let whole = present.filter { !corrupt.contains($0) && $0 != best }
    let keep = Set(whole.suffix(kept))
    for version in present
    where !keep.contains(version) && version != best && version != .initial {
      try OpenFile.remove(path(of: version))
      corrupt.remove(version)
    }
  }

  private static func version(ofName name: String) -> PolicyVersion? {
    guard name.hasSuffix(suffix) else { return nil }
    let digits = name.dropLast(suffix.count)
    guard digits.utf8.count >= 8, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
      return nil
    }
    return UInt32(digits).map { PolicyVersion($0) }
  }
}

internal import CLinux
internal import Glibc
internal import Logging
internal import Synchronization
internal import ZeroMQ

/// The public keys that may connect to the learner: the files `*.public` of a directory, read again when it
/// changes. What cannot be read lets nobody in.
///
/// The authenticator's thread asks; the learner's loop reads.
final class AllowList: Sendable {
  /// What reading the directory again came to.
  struct Change: Hashable {
    var added: [CurvePublicKey] = []
    var removed: [CurvePublicKey] = []
  }

  let path: String
  /// Readable when the directory may have changed; -1 where the system cannot tell.
  let descriptor: Int32
  private let logger: Logger
  private let state: Mutex<State>

  private struct State {
    /// Keys and the names of their files, without the suffix.
    var names: [CurvePublicKey: String] = [:]
    var denied: Set<CurvePublicKey> = []
    var stamp: [String] = []
    var problems: [String] = []
    var nextLook = ContinuousClock.now
  }

  /// Changes by other hosts of a shared file system are found by looking.
  private static let lookInterval = Duration.seconds(1)

  /// - Throws: exit 65 when the directory or a file in it cannot be used.
  init(path: String, logger: Logger) throws(RoleFailure) {
    self.path = path
    self.logger = logger
    descriptor = unsafe troupe_watch_directory(path)
    let (names, stamp, problems) = Self.read(path)
    if let problem = problems.first { throw RoleFailure(.badData, problem) }
    state = Mutex(State(names: names, stamp: stamp))
  }

  deinit { if descriptor >= 0 { _ = close(descriptor) } }

  var count: Int { state.withLock { $0.names.count } }

  /// Whether the key may connect, and whether what it says is heard. Any thread may ask.
  func allows(_ key: CurvePublicKey) -> Bool {
    state.withLock { $0.names[key] != nil && !$0.denied.contains(key) }
  }

  /// What the key's holder counts as, or nil if it may not connect. Any thread may ask.
  func peer(_ key: CurvePublicKey) -> Peer? {
    state.withLock { state in
      guard let name = state.names[key], !state.denied.contains(key) else { return nil }
      return name.hasSuffix(KeyDirectory.sharedSuffix) ? .sharedKey(key) : .key(key)
    }
  }

  /// What the key's file is called, for people.
  func name(of key: CurvePublicKey) -> String? { state.withLock { $0.names[key] } }

  /// Keeps a key out for the rest of the run, whatever the directory says.
  func deny(_ key: CurvePublicKey) { state.withLock { _ = $0.denied.insert(key) } }

  /// Reads the directory again if it changed since; nil if it did not. `isAnnounced` says that the
  /// descriptor was readable.
  func reread(isAnnounced: Bool) -> Change? {
    let now = ContinuousClock.now
    if isAnnounced { troupe_watch_clear(descriptor) }
    guard isAnnounced || state.withLock({ now >= $0.nextLook }) else { return nil }
    let isSame = state.withLock { state in
      state.nextLook = now + Self.lookInterval
      return !isAnnounced && state.stamp == Self.stamp(path)
    }
    if isSame { return nil }
    let (names, stamp, problems) = Self.read(path)
    let (change, isNew) = state.withLock { state in
      let before = Set(state.names.keys)
      let after = Set(names.keys)
      let change = Change(
        added: after.subtracting(before).sorted { "\($0)" < "\($1)" },
        removed: before.subtracting(after).sorted { "\($0)" < "\($1)" })
      let isNew = problems != state.problems
      state.names = names
      state.stamp = stamp
      state.problems = problems
      return (change, isNew)
    }
    if isNew { for problem in problems { logger.error("nobody is let in by it: \(problem)") } }
    return change == Change() ? nil : change
  }

  // MARK: The directory

  private static func read(
    _ path: String
  ) -> (names: [CurvePublicKey: String], stamp: [String], problems: [String]) {
    // The stamp first: what changes while the files are read is found the next time.
    let stamp = stamp(path)
    var names: [CurvePublicKey: String] = [:]
    var problems: [String] = []
    do throws(KeyFileError) {
      try KeyFile.requireUnchangedByOthers(path)
    } catch {
      return ([:], stamp, ["\(error)"])
    }
    for file in keyFiles(path) {
      do throws(KeyFileError) {
        let name = String(file.dropLast(KeyDirectory.publicSuffix.count))
        names[try KeyFile.publicKey("\(path)/\(file)")] = name
      } catch {
        problems.append("\(error)")
      }
    }
    return (names, stamp, problems)
  }

  private static func keyFiles(_ path: String) -> [String] {
    ((try? OpenFile.names(in: path)) ?? []).filter {
      $0.hasSuffix(KeyDirectory.publicSuffix) && !$0.hasPrefix(".")
    }
  }

  /// Equal as long as nothing changed.
  private static func stamp(_ path: String) -> [String] {
    keyFiles(path).map { file in
      var status = stat()
      // SAFETY: the path lives for the call, and status is ours.
      guard unsafe stat("\(path)/\(file)", &status) == 0 else { return file }
      return "\(file) \(status.st_ino) \(status.st_size) \(status.st_mode) "
        + "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }
  }
}

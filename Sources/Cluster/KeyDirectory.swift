internal import Glibc
internal import ZeroMQ

/// A directory of CURVE keys, as `troupe keygen` writes it and `--keys` reads it. Each file is one line of 40
/// characters (Z85).
///
/// ```
/// learner.secret          on the learner's host and nowhere else
/// learner.public          on every host
/// allowed/NAME.public     on the learner's host: who may connect
/// allowed/NAME.shared.public    the same of a key that several actors speak with, such as a relay's
/// actor.secret            on the actors' hosts
/// actor.public            for people: allowed/ has a copy
/// actors/NAME/            the directory of one more actor key: learner.public, actor.secret, actor.public
/// ```
package struct KeyDirectory: Sendable {
  package let path: String

  package init(path: String) {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path
  }

  static let publicSuffix = ".public"
  /// Before it, in the name of a key that several actors share.
  static let sharedSuffix = ".shared"
  static let learner = "learner"
  static let actor = "actor"

  var allowedPath: String { path + "/allowed" }
  func secretPath(_ name: String) -> String { "\(path)/\(name).secret" }
  func publicPath(_ name: String) -> String { "\(path)/\(name)\(Self.publicSuffix)" }

  // MARK: Reading

  /// What a learner listens with.
  ///
  /// - Throws: exit 65 if a file is missing, is no key, or may be read by others; 69 if it cannot be read.
  func learnerKey() throws(RoleFailure) -> CurveKeyPair { try keyPair(Self.learner) }

  /// What an actor connects with: its own key and the learner's public one.
  ///
  /// - Throws: as ``learnerKey()``.
  func actorKeys() throws(RoleFailure) -> (own: CurveKeyPair, learner: CurvePublicKey) {
    let own = try keyPair(Self.actor)
    let path = publicPath(Self.learner)
    guard OpenFile.exists(path) else { throw missing(path) }
    return (own, try reportingKeyErrors { () throws(KeyFileError) in try KeyFile.publicKey(path) })
  }

  private func keyPair(_ name: String) throws(RoleFailure) -> CurveKeyPair {
    let path = secretPath(name)
    guard OpenFile.exists(path) else { throw missing(path) }
    return try reportingKeyErrors { () throws(KeyFileError) in try KeyFile.keyPair(path) }
  }

  private func missing(_ file: String) -> RoleFailure {
    RoleFailure(
      .badData,
      "there is no key \(file); troupe keygen \(path) makes a directory of keys, and the files go to "
        + "the hosts that it names")
  }

  // MARK: Making

  /// Files that were made.
  package struct Made: Sendable {
    package let files: [String]
  }

  /// Makes the keys of a learner and of its actors.
  ///
  /// - Throws: exit 64 if one of the files is there already: no key is ever overwritten.
  package func generate() throws(RoleFailure) -> Made {
    let (learner, actor) = (try Self.newKey(), try Self.newKey())
    return try write(
      directories: [path, allowedPath],
      files: [
        (secretPath(Self.learner), learner.z85Secret),
        (publicPath(Self.learner), "\(learner.publicKey)"),
        (secretPath(Self.actor), actor.z85Secret),
        (publicPath(Self.actor), "\(actor.publicKey)"),
        ("\(allowedPath)/\(Self.actor)\(Self.publicSuffix)", "\(actor.publicKey)"),
      ])
  }

  /// Makes one more actor key: a directory for its host, and a place on the list.
  ///
  /// - Throws: exit 64 if there is a key of that name, or if the name cannot be one of a file; 65 without
  ///   the learner's public key.
  package func generateActor(named name: String) throws(RoleFailure) -> Made {
    guard Self.isName(name) else {
      throw RoleFailure(
        .usage,
        "'\(name)' cannot be the name of a key; use letters, digits, '.', '-' and '_', and not "
          + "'\(Self.learner)'")
    }
    let learnerPath = publicPath(Self.learner)
    guard OpenFile.exists(learnerPath) else { throw missing(learnerPath) }
    let learner = try reportingKeyErrors { () throws(KeyFileError) in
      try KeyFile.publicKey(learnerPath)
    }
    let host = KeyDirectory(path: "\(path)/actors/\(name)")
    let actor = try Self.newKey()
    return try write(
      directories: [path, allowedPath, "\(path)/actors", host.path],
      files: [
        (host.publicPath(Self.learner), "\(learner)"),
        (host.secretPath(Self.actor), actor.z85Secret),
        (host.publicPath(Self.actor), "\(actor.publicKey)"),
        ("\(allowedPath)/\(name)\(Self.publicSuffix)", "\(actor.publicKey)"),
      ])
  }

  private static func isName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count) && name != learner && name.first != "."
      && name.utf8.allSatisfy { byte in
        switch Unicode.Scalar(byte) {
        case "0"..."9", "a"..."z", "A"..."Z", ".", "-", "_": true
        default: false
        }
      }
  }

  private static func newKey() throws(RoleFailure) -> CurveKeyPair {
    do throws(ZeroMQError) {
      return try CurveKeyPair.generate()
    } catch {
      throw RoleFailure(.unavailable, "\(error)")
    }
  }

  /// Writes all files or, if one of them is there already, none.
  private func write(
    directories: [String], files: [(path: String, text: String)]
  ) throws(RoleFailure) -> Made {
    if let (path, _) = files.first(where: { OpenFile.exists($0.path) }) {
      throw RoleFailure(
        .usage,
        "\(path) exists already, and no key is ever overwritten; remove it first, or name "
          + "another directory")
    }
    try reportingFileErrors { () throws(FileError) in
      try OpenFile.makeDirectories(AtomicFile.directory(of: path))
      for directory in directories {
        _ = try OpenFile.makeDirectory(directory, permissions: 0o700)
      }
      for (path, text) in files {
        let file = try OpenFile(path, .createPrivate)
        try file.write(Array("\(text)\n".utf8))
        try file.synchronize()
      }
    }
    return Made(files: files.map(\.path))
  }
}

/// Runs `body` and turns its error into a reason for a role not to start.
private func reportingKeyErrors<Result>(
  _ body: () throws(KeyFileError) -> Result
) throws(RoleFailure) -> Result {
  do throws(KeyFileError) {
    return try body()
  } catch {
    throw RoleFailure(.badData, error.description)
  }
}

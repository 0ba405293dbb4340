internal import ZeroMQ

/// A key file that cannot be used, in one sentence.
struct KeyFileError: Error, Hashable, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Reads single key files, and looks at who else may read or write them, as ssh does.
enum KeyFile {
  static func publicKey(_ path: String) throws(KeyFileError) -> CurvePublicKey {
    guard let key = CurvePublicKey(z85: try text(of: path, mayBe: 0o022, "changed", "go-w")) else {
      throw notAKey(path)
    }
    return key
  }

  static func keyPair(_ path: String) throws(KeyFileError) -> CurveKeyPair {
    let text = try text(of: path, mayBe: 0o077, "read or changed", "go=")
    guard let pair = CurveKeyPair(z85Secret: text) else { throw notAKey(path) }
    return pair
  }

  /// Refuses a directory whose content others may change.
  static func requireUnchangedByOthers(_ path: String) throws(KeyFileError) {
    do throws(FileError) {
      let directory = try OpenFile(path, .directory)
      try require(directory.protection(), path, 0o022, "changed", "go-w")
    } catch {
      throw KeyFileError("\(error)")
    }
  }

  /// `forbidden` are permissions that others must not have.
  private static func text(
    of path: String, mayBe forbidden: UInt32, _ deed: String, _ remedy: String
  ) throws(KeyFileError) -> String {
    let bytes: [UInt8]
    do throws(FileError) {
      let file = try OpenFile(path, .read)
      try require(file.protection(), path, forbidden, deed, remedy)
      bytes = try file.readToEnd(limit: 4096)
    } catch {
      throw KeyFileError("\(error)")
    }
    // An editor may have ended the line with one or with two characters.
    let line = bytes.prefix { $0 != 10 && $0 != 13 }
    guard bytes.dropFirst(line.count).allSatisfy({ $0 == 10 || $0 == 13 }) else {
      throw notAKey(path)
    }
    return String(decoding: line, as: UTF8.self)
  }

  /// As ssh, this judges files of one's own: what root laid there, such as a mounted secret, is root's
  /// affair, and nobody can change what lies on a file system that is mounted read-only.
  private static func require(
    _ protection: OpenFile.Protection, _ path: String, _ forbidden: UInt32, _ deed: String,
    _ remedy: String
  ) throws(FileError) {
    guard protection.isOwn, protection.isWritable, protection.permissions & forbidden != 0 else {
      return
    }
    throw FileError(
      "use", path,
      text: "it may be \(deed) by other users of this machine; run chmod \(remedy) \(path)")
  }

  private static func notAKey(_ path: String) -> KeyFileError {
    KeyFileError(
      "\(path) does not hold a key: one line of 40 characters, as troupe keygen writes it")
  }
}

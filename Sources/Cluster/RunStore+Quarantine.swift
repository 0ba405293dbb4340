internal import Logging
internal import ZeroMQ

// The keys in quarantine, which a resumed run keeps out as the one before did. One line each: 40 characters, and
// for people the name of the key's file. Whoever removes a line lets the key back in at the next resume.
extension RunStore {
  /// The keys that were put into quarantine earlier in this run.
  ///
  /// - Throws: exit 65 if the file holds anything else: nobody is let in by mistake.
  func quarantinedKeys() throws(RoleFailure) -> Set<CurvePublicKey> {
    let path = directory.quarantinePath
    guard OpenFile.exists(path) else { return [] }
    let bytes = try reportingFileErrors { () throws(FileError) in
      try OpenFile.readAll(path, limit: 1 << 24)
    }
    var keys: Set<CurvePublicKey> = []
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      guard let word = line.split(separator: " ").first, let key = CurvePublicKey(z85: String(word))
      else {
        throw RoleFailure(
          .badData,
          "\(path) has a line that does not begin with a public key: '\(line.prefix(60))'; remove it"
        )
      }
      keys.insert(key)
    }
    return keys
  }

  /// Writes them down. A failure is logged: they stay out for as long as this process lives.
  func record(quarantined keys: Set<CurvePublicKey>, name: (CurvePublicKey) -> String?) {
    let lines = keys.map { key in "\(key)" + (name(key).map { " \($0)" } ?? "") }.sorted()
    do throws(FileError) {
      try AtomicFile.write(lines.map { $0 + "\n" }.joined(), to: directory.quarantinePath)
    } catch {
      logger.error("the quarantine will not outlast this process: \(error)")
    }
  }
}

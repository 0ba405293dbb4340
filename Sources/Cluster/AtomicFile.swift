/// Replaces a file so that at every moment, also after a power cut, it is either the old one or the
/// new one in full.
package enum AtomicFile {
  /// Suffix of a file that is being written; one that is left over means a writer that was killed.
  package static let temporarySuffix = ".tmp"

  /// The stages of a write, for tests that make one of them fail.
  package enum Stage: Hashable, Sendable, CaseIterable {
    case create
    case write
    case synchronize
    case rename
    case synchronizeDirectory
  }

  /// Writes to a temporary file beside `path`, waits for the disk, renames, and waits for the
  /// directory.
  ///
  /// One writer per path at a time, which the lock of the run directory sees to. Throws the first
  /// failure: until the rename the old file is untouched, and the temporary one is removed. What
  /// `before` throws ahead of a stage counts as the failure of that stage.
  package static func write(
    _ bytes: [UInt8], to path: String,
    before: (Stage) throws(FileError) -> Void = { _ in }
  ) throws(FileError) {
    let temporary = path + temporarySuffix
    do throws(FileError) {
      try before(.create)
      let file = try OpenFile(temporary, .create)
      try before(.write)
      try file.write(bytes)
      try before(.synchronize)
      try file.synchronize()
      try before(.rename)
      try OpenFile.rename(temporary, to: path)
      try before(.synchronizeDirectory)
      try OpenFile(directory(of: path), .directory).synchronize()
    } catch {
      // The first error is the one to report; what cannot be removed is overwritten by the next write.
      do throws(FileError) { try OpenFile.remove(temporary) } catch {}
      throw FileError(error.operation, path, code: error.code)
    }
  }

  package static func write(_ text: String, to path: String) throws(FileError) {
    try write(Array(text.utf8), to: path)
  }

  /// The directory part of a path; `.` if it has none.
  package static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

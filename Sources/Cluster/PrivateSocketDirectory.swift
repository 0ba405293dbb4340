internal import Glibc

/// The directory that `troupe train` makes for its two sockets, and that only this user may enter.
///
/// The learner removes it; if the learner was killed, an actor of it does; if all were killed at once,
/// the learner that resumes the run does. So it has to be recognised by its address alone, and an address
/// that a user chose must never be taken for one: removing it touches the two sockets and the directory
/// that they leave empty, and nothing else.
package struct PrivateSocketDirectory: Hashable, Sendable {
  package let path: String

  private static let prefix = "troupe-"
  private static let randomCharacterCount = 6
  private static let socketName = "learner"

  /// Makes a new one, whose path is short enough for the path of a socket within it.
  package static func make() throws(RoleFailure) -> PrivateSocketDirectory {
    // SAFETY: getenv gives a string that lasts until the environment changes, and is copied here.
    let runtime = unsafe getenv("XDG_RUNTIME_DIR").map { unsafe String(cString: $0) }
    let temporary = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) }
    for parent in [runtime, temporary, "/tmp"] {
      guard let parent, !parent.isEmpty, parent.utf8.count < 60 else { continue }
      let random = String(repeating: "X", count: randomCharacterCount)
      var template = Array("\(parent)/\(prefix)\(random)".utf8CString)
      // SAFETY: mkdtemp replaces the six X of the array in place and keeps its length.
      let made = unsafe mkdtemp(&template) != nil
      if made {
        return PrivateSocketDirectory(
          path: String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
      }
    }
    throw RoleFailure(
      .unavailable, "cannot make a directory for sockets: \(systemErrorText())")
  }

  private init(path: String) { self.path = path }

  /// The directory of a learner's address; nil for one that ``make()`` did not choose.
  package init?(address: String) {
    let scheme = "ipc://"
    guard address.hasPrefix(scheme), address.hasSuffix("/" + Self.socketName) else { return nil }
    let path = address.dropFirst(scheme.count).dropLast(Self.socketName.utf8.count + 1)
    let name = path.split(separator: "/").last ?? ""
    guard name.hasPrefix(Self.prefix),
      name.utf8.count == Self.prefix.utf8.count + Self.randomCharacterCount
    else { return nil }
    self.init(path: String(path))
  }

  /// What the learner binds.
  package var address: String { "ipc://\(path)/\(Self.socketName)" }

  /// Removes the sockets and the directory; several processes may do so at once.
  package func remove() {
    for name in [Self.socketName, Self.socketName + ".push"] {
      // SAFETY: the path is read during the call only.
      _ = unsafe unlink("\(path)/\(name)")
    }
    // SAFETY: as above.
    _ = unsafe rmdir(path)
  }
}

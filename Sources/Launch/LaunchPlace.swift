internal import Cluster
internal import Glibc

/// A directory of one launch, for this user alone: the sockets of shared connections, and the program's
/// libraries as links under the names by which it asks for them.
struct LaunchPlace: ~Copyable {
  let path: String
  private var links: [String] = []

  /// - Throws: exit 69 if there is no place for temporary files.
  init() throws(RoleFailure) {
    // Short, because the path of a socket may have 107 bytes, and %C has 40 of them.
    var template = Array("/tmp/troupe-launch-XXXXXX".utf8CString)
    // SAFETY: mkdtemp replaces the six X of the array in place and keeps its length.
    guard unsafe mkdtemp(&template) != nil else {
      throw RoleFailure(
        .unavailable, "cannot make a directory in /tmp: \(CommandPool.errorText(errno))")
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Lays links to the libraries into `lib`.
  mutating func lay(_ libraries: [LaunchFiles.Library]) throws(RoleFailure) {
    do throws(FileError) {
      _ = try OpenFile.makeDirectory("\(path)/lib", permissions: 0o700)
    } catch {
      throw error.roleFailure
    }
    for library in libraries {
      let link = "\(path)/lib/\(library.name)"
      // SAFETY: both paths live for the call.
      if unsafe symlink(library.path, link) == 0 { links.append(link) }
    }
  }

  deinit {
    for link in links { try? OpenFile.remove(link) }
    try? OpenFile.removeDirectory("\(path)/lib")
    // The sockets are those of connections that were just told to end.
    for name in (try? OpenFile.names(in: path)) ?? [] { try? OpenFile.remove("\(path)/\(name)") }
    try? OpenFile.removeDirectory(path)
  }
}

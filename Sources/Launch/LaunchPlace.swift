internal import Cluster
internal import FoundationEssentials
internal import Glibc

/// A directory of one launch, for this user alone: the sockets of shared connections, and the program's
/// libraries as links under the names by which it asks for them.
struct LaunchPlace: ~Copyable {
  /// The path of a socket may have 107 bytes. Of these the name of the directory takes 21 and what ssh puts
  /// into it 58: /, 40 of %C, and 17 more while it makes the socket.
  private static let parentByteLimit = 107 - 21 - 58

  let path: String
  private var links: [String] = []

  /// In the directory for temporary files, which TMPDIR names, or in /tmp where its path is too long for
  /// sockets.
  ///
  /// - Throws: exit 69 if a directory cannot be made there.
  init() throws(RoleFailure) {
    let temporary = FileManager.default.temporaryDirectory.path
    let parent = temporary.utf8.count > Self.parentByteLimit ? "/tmp" : temporary
    var template = Array("\(parent)/troupe-launch-XXXXXX".utf8CString)
    // SAFETY: mkdtemp replaces the six X of the array in place and keeps its length.
    guard unsafe mkdtemp(&template) != nil else {
      throw RoleFailure(
        .unavailable,
        "cannot make a directory in \(parent): \(CommandPool.errorText(errno)); name another in TMPDIR"
      )
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

internal import Dispatch
internal import Glibc
internal import ZeroMQ

/// Ends this process when the learner that started it is gone, also while `step` does not return: a
/// thread of its own waits for the other end of the inherited pipe to close.
struct ParentWatch: ~Copyable {
  private let source: any DispatchSourceRead

  /// Only `troupe train` starts actors, and it binds its sockets in a directory of their own: who
  /// outlives it removes that.
  init(sockets endpoint: Endpoint) {
    var socketDirectory: String?
    if case .ipc(let path) = endpoint.transport {
      socketDirectory = path.lastIndex(of: "/").map { String(path[..<$0]) }
    }
    source = DispatchSource.makeReadSource(
      fileDescriptor: ChildProcesses.inheritedDescriptor, queue: .global())
    // Nothing is ever written to the pipe: readable means closed.
    source.setEventHandler { [socketDirectory] in
      if let socketDirectory { removePrivateDirectory(socketDirectory) }
      _exit(0)
    }
    source.activate()
  }

  deinit { source.cancel() }
}

/// Removes a directory of sockets and everything in it; several processes may do so at once.
func removePrivateDirectory(_ path: String) {
  for name in (try? OpenFile.names(in: path)) ?? [] {
    // SAFETY: the path is read during the call only.
    _ = unsafe unlink("\(path)/\(name)")
  }
  // SAFETY: as above.
  _ = unsafe rmdir(path)
}

/// Makes a directory that only this user may enter, short enough for the path of a socket within it.
func makePrivateDirectory() throws(RoleFailure) -> String {
  // SAFETY: getenv gives a string that lasts until the environment changes, and is copied here.
  let runtime = unsafe getenv("XDG_RUNTIME_DIR").map { unsafe String(cString: $0) }
  let temporary = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) }
  for parent in [runtime, temporary, "/tmp"] {
    guard let parent, !parent.isEmpty, parent.utf8.count < 60 else { continue }
    var template = Array("\(parent)/troupe-XXXXXX".utf8CString)
    // SAFETY: mkdtemp replaces the six X of the array in place and keeps its length.
    let made = unsafe mkdtemp(&template) != nil
    if made {
      return String(
        decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }
  throw RoleFailure(.unavailable, "cannot make a directory for sockets: \(systemErrorText())")
}

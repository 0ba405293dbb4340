import Glibc

// libzmq unlinks whatever is at an ipc path before it binds. A second learner on the same path would
// take it over without a word from either, so the path is looked at first.

extension SocketHandle {
  /// Leaves the path free to bind, or throws.
  ///
  /// Two learners that start within the same microseconds can still both pass; the lock on the run
  /// directory keeps them apart.
  func reclaimSocketFile(_ path: String) throws(ZeroMQError) {
    func failure(_ code: Int32, _ text: String? = nil) -> ZeroMQError {
      ZeroMQError(.bind, subject: "ipc://\(path)", code: code, text: text)
    }
    var status = stat()
    // SAFETY: the path is NUL-terminated and `status` is ours.
    guard unsafe lstat(path, &status) == 0 else {
      if errno == ENOENT { return }
      throw failure(errno)
    }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw failure(EEXIST, "a file that is not a socket is in the way")
    }
    if somebodyListens(at: path) { throw failure(EADDRINUSE) }
    // SAFETY: the path is NUL-terminated.
    guard unsafe unlink(path) == 0 || errno == ENOENT else { throw failure(errno) }
  }
}

/// Waits until a listener that is being closed has let go of its path.
///
/// Some versions of libzmq remove the file right after they closed the listener: that must not happen to
/// the file of its successor. 4.3.4 leaves it, so there is no end to wait for but a while.
func waitForSocketFile(_ path: String, until deadline: ContinuousClock.Instant) {
  while ContinuousClock.now < deadline, somebodyListens(at: path) { usleep(500) }
  for _ in 0..<20 {
    // SAFETY: the path is NUL-terminated.
    guard unsafe access(path, F_OK) == 0 else { return }
    usleep(500)
  }
}

/// Whether a connection to the socket file is accepted, or is only refused because too many wait.
private func somebodyListens(at path: String) -> Bool {
  let type = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
  let descriptor = socket(AF_UNIX, Int32(type), 0)
  guard descriptor >= 0 else { return false }
  defer { _ = close(descriptor) }
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  // SAFETY: `Endpoint` admits no path of more than 107 bytes, so it and the NUL that is already there
  // fit into the 108 of sun_path; the address is valid during the call.
  unsafe withUnsafeMutableBytes(of: &address.sun_path) { buffer in
    unsafe buffer.copyBytes(from: path.utf8)
  }
  let status = unsafe withUnsafePointer(to: &address) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
      unsafe connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
    }
  }
  return status == 0 || errno == EAGAIN || errno == EINPROGRESS
}

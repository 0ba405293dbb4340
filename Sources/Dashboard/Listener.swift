import Glibc

// The C calls of this module, each behind a function that is safe to call.

/// Why the address cannot be served.
package struct HTTPError: Error, Hashable, Sendable, CustomStringConvertible {
  package let isInUse: Bool
  package let description: String

  init(_ address: HTTPAddress, code: Int32) {
    isInUse = code == EADDRINUSE
    description =
      isInUse
      ? "port \(address.port) is in use; name another one for --http"
      : "cannot serve http://\(address): error \(code)"
  }
}

enum Listener {
  /// A listening socket that does not block, and the port it got.
  static func open(_ address: HTTPAddress) throws(HTTPError) -> (descriptor: Int32, port: UInt16) {
    let kind =
      Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_INET, kind, 0)
    guard descriptor >= 0 else { throw HTTPError(address, code: errno) }
    var one: Int32 = 1
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = address.port.bigEndian
    name.sin_addr.s_addr = address.host.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // SAFETY: option and name are ours, of the sizes given; a sockaddr_in may be read as a sockaddr.
    let result = unsafe withUnsafeMutablePointer(to: &name) { pointer in
      unsafe setsockopt(
        descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
      return unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
        unsafe bind(descriptor, name, length) == 0 && listen(descriptor, 64) == 0
          && getsockname(descriptor, name, &length) == 0
      }
    }
    guard result else {
      let code = errno
      close(descriptor)
      throw HTTPError(address, code: code)
    }
    return (descriptor, UInt16(bigEndian: name.sin_port))
  }

  /// A connection that waits, or nil.
  static func accept(_ descriptor: Int32) -> Int32? {
    let connection = Glibc.accept(descriptor, nil, nil)
    guard connection >= 0 else { return nil }
    _ = fcntl(connection, F_SETFL, O_NONBLOCK)
    _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
    return connection
  }

  /// Waits until one of the descriptors has what it is asked for, and says which.
  static func wait(_ wanted: inout [pollfd], milliseconds: Int32) {
    // SAFETY: the array is ours, and its count is given.
    _ = unsafe poll(&wanted, nfds_t(wanted.count), milliseconds)
  }

  /// What was read; empty at the end or on an error, nil if there is nothing yet.
  static func read(_ descriptor: Int32) -> [UInt8]? {
    var chunk = [UInt8](repeating: 0, count: 4096)
    // SAFETY: at most the chunk's size is read into it.
    let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
    if count < 0 { return errno == EAGAIN || errno == EINTR ? nil : [] }
    return Array(chunk.prefix(count))
  }

  /// How much was written; nil if the peer is gone.
  static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Int? {
    let count = unsafe bytes.withUnsafeBytes { bytes in
      // SAFETY: the slice is borrowed during the call.
      unsafe send(
        descriptor, bytes.baseAddress, bytes.count, Int32(truncatingIfNeeded: Int(MSG_NOSIGNAL)))
    }
    if count < 0 { return errno == EAGAIN || errno == EINTR ? 0 : nil }
    return count
  }

  /// Lets everybody else on the machine go first.
  static func yieldPriority() {
    // On Linux this is the calling thread's own.
    _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)
  }
}

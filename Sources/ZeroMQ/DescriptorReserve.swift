import Glibc

// libzmq 4.3.4 calls abort() when it runs out of file descriptors in some places (epoll.cpp:65 when the
// first socket starts its threads, ip_resolver.cpp:542 in a bind), and returns EMFILE in others. Looking
// first turns the former into the latter.

/// Descriptors that the first socket of a context and its bind need (8 measured), with room to spare.
private let reserve = 16

/// - Throws: `ZeroMQError` when there are not enough free descriptors for a new socket.
func checkDescriptorReserve(_ operation: ZeroMQError.Operation) throws(ZeroMQError) {
  var descriptors: [Int32] = []
  defer { for descriptor in descriptors { _ = close(descriptor) } }
  for _ in 0..<reserve {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw ZeroMQError(operation, code: errno) }
    descriptors.append(descriptor)
  }
}

internal import CLinux
import CZeroMQ
import Glibc

/// The I/O thread of this process and everything that lives on it; sockets retain it.
///
/// The last reference to go, a socket's or this one, ends it: that waits until every socket has sent
/// what it held back or its linger has passed.
@safe package final class Context: Sendable {
  // SAFETY: a context is the one libzmq object that may be used by several threads at once (zmq_socket
  // and zmq_ctx_shutdown are thread-safe); the pointer is set once and freed in deinit alone.
  nonisolated(unsafe) let pointer: UnsafeMutableRawPointer

  /// - Throws: `ZeroMQError` when there is no memory or no file descriptor left.
  package init() throws(ZeroMQError) {
    // SAFETY: zmq_ctx_new takes nothing; its result is checked.
    guard let pointer = unsafe zmq_ctx_new() else { throw .last(.makeContext) }
    unsafe self.pointer = unsafe pointer
    // One thread per process: the cores belong to the arithmetic. With BLOCKY on, a socket
    // whose linger was forgotten would keep the process from ending for ever.
    for (option, value) in [(ZMQ_IO_THREADS, Int32(1)), (ZMQ_BLOCKY, Int32(0))] {
      // SAFETY: the context was just made and is alive.
      guard unsafe zmq_ctx_set(pointer, option, value) == 0 else { throw .last(.makeContext) }
    }
    try unsafe Self.startThreads(of: pointer)
  }

  /// libzmq starts its threads with the first socket, and they inherit how their maker is scheduled.
  ///
  /// The I/O thread has a few microseconds of work at a time, for which another process waits. Without a short
  /// slice it stood behind whatever computes on its processor until the kernel's next tick (3.5 ms of a round
  /// of 37 ms, measured with Linux 6.18), with another processor idle.
  private static func startThreads(of pointer: UnsafeMutableRawPointer) throws(ZeroMQError) {
    try checkDescriptorReserve(.makeContext)
    troupe_set_time_slice(100_000)
    defer { troupe_set_time_slice(0) }
    // SAFETY: the context is alive, and nobody else has the socket.
    guard let socket = unsafe zmq_socket(pointer, ZMQ_PAIR), unsafe zmq_close(socket) == 0 else {
      throw .last(.makeContext)
    }
  }

  /// Makes every call on this context's sockets throw `terminated`, from any thread.
  package func shutdown() {
    // SAFETY: the context is alive while self is; the call is thread-safe and may be repeated.
    _ = unsafe zmq_ctx_shutdown(pointer)
  }

  deinit {
    // SAFETY: sockets retain the context, so all of them are closed and nobody else has the pointer.
    // The call is repeated when a signal interrupts it, as its documentation asks.
    while unsafe zmq_ctx_term(pointer) != 0, zmq_errno() == EINTR {}
  }
}

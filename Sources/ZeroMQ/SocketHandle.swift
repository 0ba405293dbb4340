import CZeroMQ
import Glibc

/// The raw handle of one socket. `Socket` owns it and alone decides when it closes; a `Poller` retains
/// it too, so that it cannot poll memory that was freed.
@safe final class SocketHandle {
  // SAFETY: made in init, made nil by the one call that frees it, and used by one thread at a time because
  // neither this class nor its owners are Sendable.
  private var pointer: UnsafeMutableRawPointer?
  private let context: Context
  /// The address bound or connected to, for error messages.
  var endpoint: Endpoint?

  init(kind: Socket.Kind, context: Context) throws(ZeroMQError) {
    try checkDescriptorReserve(.makeSocket)
    self.context = context
    // SAFETY: the context is alive while it is retained.
    guard let pointer = unsafe zmq_socket(context.pointer, kind.number) else {
      throw .last(.makeSocket)
    }
    unsafe self.pointer = unsafe pointer
  }

  /// The handle, for one libzmq call.
  ///
  /// - Precondition: the socket is open.
  var raw: UnsafeMutableRawPointer {
    guard let pointer = unsafe pointer else { preconditionFailure("a closed socket was used") }
    return unsafe pointer
  }

  /// Runs one non-blocking call, again whenever a signal interrupts it; false when it would block.
  func retrying(
    _ operation: ZeroMQError.Operation, _ call: (UnsafeMutableRawPointer) -> Int32
  ) throws(ZeroMQError) -> Bool {
    while true {
      if unsafe call(raw) >= 0 { return true }
      switch zmq_errno() {
      case EINTR: continue
      case EAGAIN: return false
      case let code:
        throw ZeroMQError(operation, subject: endpoint?.description, code: code)
      }
    }
  }

  func close() throws(ZeroMQError) {
    guard let pointer = unsafe pointer else { return }
    unsafe self.pointer = nil
    // SAFETY: the handle is forgotten before it is freed, so it is closed once.
    guard unsafe zmq_close(pointer) == 0 else {
      throw .last(.close, subject: endpoint?.description)
    }
  }
}

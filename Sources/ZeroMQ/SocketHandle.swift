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
  /// The address bound as libzmq writes it.
  private var boundText: String?

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

  // The bodies of bind and connect are here and not in Socket, where Swift 6.3.1 crashes on them when it
  // optimizes (CopyPropagation: "Found ownership error" in a borrowing function that throws).

  func bind(_ endpoint: Endpoint) throws(ZeroMQError) {
    if case .ipc(let path) = endpoint.transport { try reclaimSocketFile(path) }
    // SAFETY: the string is valid during the call, and libzmq copies it.
    guard unsafe zmq_bind(raw, endpoint.bindText) == 0 else {
      let code = zmq_errno()
      throw ZeroMQError(
        .bind, subject: endpoint.description, code: code,
        text: code == ENODEV ? "no address or interface of this machine" : nil)
    }
    let boundText = try lastEndpoint()
    self.boundText = boundText
    self.endpoint = endpoint.withPort(of: boundText)
  }

  /// Ends all connections and listens at the same address again.
  func rebind() throws(ZeroMQError) {
    guard let endpoint, let boundText else { preconditionFailure("the socket was never bound") }
    // SAFETY: the string is valid during the call.
    guard unsafe zmq_unbind(raw, boundText) == 0 else {
      throw .last(.unbind, subject: endpoint.description)
    }
    // The I/O thread closes the listener in its own time.
    let deadline = ContinuousClock.now + .seconds(2)
    if case .ipc(let path) = endpoint.transport { waitForSocketFile(path, until: deadline) }
    while true {
      do throws(ZeroMQError) {
        return try bind(endpoint)
      } catch {
        guard error.isAddressInUse, ContinuousClock.now < deadline else { throw error }
      }
      usleep(500)
    }
  }

  /// Drops the connection and begins anew.
  func reconnect() throws(ZeroMQError) {
    guard let endpoint else { preconditionFailure("the socket was never connected") }
    // SAFETY: the string is valid during the call.
    guard unsafe zmq_disconnect(raw, endpoint.description) == 0 || zmq_errno() == ENOENT else {
      throw .last(.disconnect, subject: endpoint.description)
    }
    try connect(endpoint)
  }

  func bind(inproc address: String) throws(ZeroMQError) {
    // SAFETY: the string is valid during the call, and libzmq copies it.
    guard unsafe zmq_bind(raw, address) == 0 else { throw .last(.bind, subject: address) }
  }

  func connect(inproc address: String) throws(ZeroMQError) {
    // SAFETY: the string is valid during the call, and libzmq copies it.
    guard unsafe zmq_connect(raw, address) == 0 else { throw .last(.connect, subject: address) }
  }

  /// Reports events of the socket to a pair socket at the address.
  func monitor(at address: String, events: Int32) throws(ZeroMQError) {
    // SAFETY: the string is valid during the call, and libzmq copies it.
    guard unsafe zmq_socket_monitor(raw, address, events) == 0 else {
      throw .last(.monitor, subject: endpoint?.description)
    }
  }

  /// Of no other open socket of this process.
  var uniqueNumber: UInt { unsafe UInt(bitPattern: raw) }

  func connect(_ endpoint: Endpoint) throws(ZeroMQError) {
    guard endpoint.isConnectable else {
      throw ZeroMQError(
        .connect, subject: endpoint.description, code: EINVAL, text: "it needs a host and a port")
    }
    // SAFETY: the string is valid during the call, and libzmq copies it.
    let status = unsafe zmq_connect(raw, endpoint.description)
    guard status == 0 else { throw .last(.connect, subject: endpoint.description) }
    self.endpoint = endpoint
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

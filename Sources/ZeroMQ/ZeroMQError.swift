import CZeroMQ
import Glibc

/// A libzmq call that failed: which one, on what address, and why.
package struct ZeroMQError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was being done.
  package enum Operation: String, Hashable, Sendable {
    case makeContext = "make a context"
    case makeSocket = "make a socket"
    case setOption = "set"
    case readOption = "read"
    case bind
    case unbind
    case connect
    case disconnect
    case subscribe
    case unsubscribe
    case send
    case receive
    case poll
    case monitor
    case makeKey = "make a key"
    case close
  }

  /// The failures that a caller treats differently; everything else is `other`.
  package enum Reason: Hashable, Sendable {
    case wouldBlock
    case interrupted
    case terminated
    case addressInUse
    case outOfFileDescriptors
    case other
  }

  package let operation: Operation
  /// The address or the option concerned, if there is one.
  package let subject: String?
  /// The `errno` value, libzmq's own ones included.
  package let code: Int32
  /// One lower-case phrase.
  package let text: String

  package init(_ operation: Operation, subject: String? = nil, code: Int32, text: String? = nil) {
    self.operation = operation
    self.subject = subject
    self.code = code
    self.text = text ?? Self.text(of: code)
  }

  package var reason: Reason {
    switch code {
    case EAGAIN: .wouldBlock
    case EINTR: .interrupted
    case zmqTerminated: .terminated
    case EADDRINUSE: .addressInUse
    case EMFILE, ENFILE: .outOfFileDescriptors
    default: .other
    }
  }

  package var isAddressInUse: Bool { reason == .addressInUse }

  package var description: String {
    "cannot \(operation.rawValue)\(subject.map { " \($0)" } ?? ""): \(text)"
  }

  /// The error that the last libzmq call of this thread left behind.
  static func last(_ operation: Operation, subject: String? = nil) -> ZeroMQError {
    ZeroMQError(operation, subject: subject, code: zmq_errno())
  }

  private static func text(of code: Int32) -> String {
    // SAFETY: zmq_strerror returns a pointer to a NUL-terminated string for every code; it is copied
    // before any other call can reuse it.
    guard let text = unsafe zmq_strerror(code) else { return "error \(code)" }
    let phrase = unsafe String(cString: text)
    return phrase.prefix(1).lowercased() + phrase.dropFirst()
  }
}

/// ETERM: the context was shut down.
let zmqTerminated: Int32 = ETERM

import Glibc
import Testing

/// TCP ports of this machine that a test may use.
enum LoopbackPort {
  /// A port that is free together with the next one, as the two sockets of a learner need. The system
  /// hands out others for a while before these come round again.
  static func freePair() throws -> UInt16 {
    for _ in 0..<100 {
      guard let first = Listener(port: 0), first.port < .max,
        Listener(port: first.port + 1) != nil
      else { continue }
      return first.port
    }
    throw DeadlinePassed(awaited: "two free ports in a row", limit: .zero)
  }

  /// Holds a port as long as it lives.
  final class Listener {
    private let descriptor: Int32
    let port: UInt16

    init?(port: UInt16) {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      address.sin_port = port.bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      // SAFETY: the address lives for the calls, which read or write at most `length` bytes of it.
      let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
          unsafe bind(descriptor, pointer, length) == 0 && listen(descriptor, 1) == 0
            && getsockname(descriptor, pointer, &length) == 0
        }
      }
      self.descriptor = descriptor
      self.port = UInt16(bigEndian: address.sin_port)
      if !isBound { return nil }
    }

    deinit { close(descriptor) }
  }
}

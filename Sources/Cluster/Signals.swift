internal import CLinux
internal import Glibc

/// The signals that end or interrupt a role, as something a poller can wait for.
///
/// To be made before any thread is, because the mask that diverts the signals is inherited.
package struct Signals: ~Copyable {
  package enum Event: Sendable {
    /// SIGTERM, SIGINT or SIGHUP: end in good order.
    case end
    /// A second one of them: end at once.
    case endNow
    /// SIGUSR1: write a checkpoint now.
    case checkpoint
  }

  package let descriptor: Int32
  private var endCount = 0

  package init() throws(RoleFailure) {
    descriptor = troupe_signal_descriptor()
    if descriptor < 0 {
      throw RoleFailure(.unavailable, "cannot watch for signals: \(systemErrorText())")
    }
  }

  package mutating func next() -> Event? {
    switch troupe_next_signal(descriptor) {
    case 0: return nil
    case SIGUSR1: return .checkpoint
    default:
      endCount += 1
      return endCount == 1 ? .end : .endNow
    }
  }

  deinit { close(descriptor) }
}

/// What `errno` says, in words.
func systemErrorText(_ code: Int32 = errno) -> String {
  // SAFETY: strerror gives a string that lasts until the thread's next call of it, and is copied here.
  unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
}

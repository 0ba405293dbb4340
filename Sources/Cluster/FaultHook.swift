internal import Glibc

/// A death at a chosen message, for tests: with `TROUPE_FAULT=kill-after-message:N` in its environment a
/// learner kills itself with SIGKILL as soon as N messages have crossed its sockets, in either direction.
///
/// So a test can go through all moments between two messages of a run, one process each. Without the
/// variable there is nothing but a count per message.
struct FaultHook {
  private let fatalCount: Int
  private var count = 0

  static let variable = "TROUPE_FAULT"

  /// Reads the variable, once in a process's life.
  init() throws(RoleFailure) {
    // SAFETY: getenv gives a string that lasts until the environment changes, and is copied here.
    guard let text = unsafe getenv(Self.variable).map({ unsafe String(cString: $0) }), text != ""
    else {
      fatalCount = .max
      return
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "kill-after-message", let count = Int(parts[1]), count > 0
    else {
      throw RoleFailure(
        .usage, "\(Self.variable) is '\(text)'; allowed is kill-after-message:N with N from 1")
    }
    fatalCount = count
  }

  /// Notes that a message was sent, or that one was taken in with all that it leads to.
  mutating func messageCrossed() {
    count += 1
    if count == fatalCount { _ = kill(getpid(), SIGKILL) }
  }
}

internal import CLinux
internal import Glibc

/// Tells the service manager that started this process how it is, in the protocol of sd_notify(3): one datagram
/// to the socket that it names in the environment. Without such a manager nothing is done.
///
/// The loop that does a role's work says that it is alive, not a thread of its own, so that a role that hangs is
/// silent.
struct ServiceNotice: Sendable {
  private let socket: String?
  /// Half of the time after which the manager takes silence for death; nil if it does not ask for a sign.
  private let interval: Duration?
  private var lastSign = Duration.zero

  init() {
    // SAFETY: getenv gives strings that last until the environment changes, and they are copied here.
    let socket = unsafe getenv("NOTIFY_SOCKET").map { unsafe String(cString: $0) }
    let period = unsafe getenv("WATCHDOG_USEC").flatMap { unsafe Int(String(cString: $0)) }
    let process = unsafe getenv("WATCHDOG_PID").flatMap { unsafe Int32(String(cString: $0)) }
    // Variables that a service's program passed on to its own children are not meant for them.
    let isMeant = process == nil || process == getpid()
    self.socket = socket
    interval = socket != nil && isMeant ? period.map { .microseconds($0 / 2) } : nil
  }

  /// The role listens, or waits for a learner, as it is meant to.
  func ready(_ status: String) { tell("READY=1\nSTATUS=\(status)") }

  /// The loop goes round.
  mutating func alive(now: Duration) {
    guard let interval, now - lastSign >= interval else { return }
    lastSign = now
    tell("WATCHDOG=1")
  }

  /// The role ends by itself; it may take a while.
  func stopping() { tell("STOPPING=1") }

  private func tell(_ text: String) {
    guard let socket else { return }
    // SAFETY: both texts end with zero and live for the call.
    _ = unsafe troupe_notify(socket, text)
  }
}

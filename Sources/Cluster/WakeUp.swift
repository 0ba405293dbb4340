internal import CLinux
internal import Glibc

/// Lets another thread end the learner's wait for messages.
struct WakeUp: ~Copyable {
  let descriptor: Int32

  init() throws(RoleFailure) {
    descriptor = troupe_event_make()
    if descriptor < 0 {
      throw RoleFailure(.unavailable, "cannot make an event descriptor: \(systemErrorText())")
    }
  }

  /// What the other thread calls.
  var call: @Sendable () -> Void {
    let descriptor = self.descriptor
    return { troupe_event_set(descriptor) }
  }

  func clear() { troupe_event_clear(descriptor) }

  deinit { close(descriptor) }
}

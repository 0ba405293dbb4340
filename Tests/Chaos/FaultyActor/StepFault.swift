import Glibc
import Synchronization

/// What goes wrong in a step, and when.
enum StepFault: String, CaseIterable {
  case hangs, traps
  case eatsMemory = "eats-memory"
  case nanObservation = "nan-observation"
  case nanReward = "nan-reward"

  /// Steps before the first at fault.
  private static let honestStepCount = 20_000
  private static let stepCount = Atomic(0)

  private static let chosen = variable("TROUPE_FAULTY_STEP").flatMap { StepFault(rawValue: $0) }

  /// The fault of this step, if it is time for one.
  static func dueNow() -> StepFault? {
    let count = stepCount.add(1, ordering: .relaxed).newValue
    guard count > honestStepCount, let chosen else { return nil }
    if count == honestStepCount + 1, let mark = variable("TROUPE_FAULTY_MARK") {
      // SAFETY: the path lives for the call.
      let descriptor = unsafe open(mark, O_CREAT | O_WRONLY, 0o600)
      if descriptor >= 0 { _ = close(descriptor) }
    }
    return chosen
  }

  private static func variable(_ name: String) -> String? {
    // SAFETY: getenv gives a string that lasts until the environment changes, and is copied here.
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}

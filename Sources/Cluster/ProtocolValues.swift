internal import CLinux
internal import Glibc
internal import Kernels
internal import RL
internal import Wire
internal import ZeroMQ

// Where the values of the state machines meet those of the messages.

extension LearnerMessage.Policy {
  var terms: RoundTerms { RoundTerms(id: round, policyDigest: digest, slotCount: slotCount) }
}

extension ActorMessage.Status {
  init(_ report: StatusReport) {
    self.init(
      incarnation: report.incarnation, round: report.round,
      appliedLease: report.leaseNumber == 0 ? nil : report.leaseNumber,
      unplayed: report.round == nil ? SlotSet() : report.unplayed, stepCount: report.stepCount,
      playNanoseconds: UInt64(report.playTime / .nanoseconds(1)))
  }
}

extension StatusReport {
  init(_ status: ActorMessage.Status) {
    self.init(
      incarnation: status.incarnation, round: status.round, leaseNumber: status.appliedLease ?? 0,
      unplayed: status.unplayed, stepCount: status.stepCount,
      playTime: .nanoseconds(Int64(clamping: status.playNanoseconds)))
  }
}

/// Sets the floating-point mode, chooses the kernels and sets up the allocator, before anything is
/// computed.
func prepareArithmetic() throws(RoleFailure) {
  troupe_keep_freed_memory()
  FloatingPointMode.establish()
  do throws(InstructionSetError) {
    try InstructionSet.select()
  } catch {
    throw RoleFailure(.usage, "\(error)")
  }
}

extension NumericsDigest {
  /// Computed once: the same kernels give the same digest as long as the process lives.
  static let ofThisProcess = compute()
}

extension HostFacts {
  /// Of this process, and its machine's clock now.
  static var now: HostFacts {
    var time = timespec()
    // SAFETY: the structure is ours; CLOCK_REALTIME always exists.
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    return HostFacts(
      instructionSet: InstructionSet.current.rawValue, zeroMQVersion: LibraryFacts.version,
      sodiumVersion: sodiumVersionInUse,
      clockNanoseconds: UInt64(clamping: time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
  }
}

/// What tells two processes with one actor id apart.
func identityKey(hostName: String, processID: UInt32, key: CurvePublicKey?) -> String {
  "\(hostName)/\(processID)" + (key.map { "/\($0)" } ?? "")
}

/// The machine's own name for itself; empty if it has none.
func currentHostName() -> String {
  var name = [CChar](repeating: 0, count: 256)
  // SAFETY: at most 255 bytes are written, so the last stays zero.
  let status = unsafe gethostname(&name, 255)
  guard status == 0 else { return "" }
  return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

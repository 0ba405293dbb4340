import Cluster
import Glibc
import Kernels
import Logging
import Testing
import Wire
import ZeroMQ

// What `troupe doctor --connect` finds where the learner's machine is unlike this one. The learner is
// made by hand, so that it can have any clock, library and processor.
@Suite struct ConnectionExaminationTests {
  typealias Finding = ConnectionExamination.Finding

  private static var ownInstructionSet: String {
    get throws { try InstructionSet.select().rawValue }
  }

  /// Unit: nanoseconds since 1970.
  private static var clock: UInt64 {
    var time = timespec()
    // SAFETY: the structure is ours; CLOCK_REALTIME always exists.
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// What the doctor finds at a learner whose facts are those of this process after `change`.
  private static func findings(
    _ change: @escaping @Sendable (inout HostFacts) -> Void
  ) throws -> [Finding] {
    let instructionSet = try ownInstructionSet
    return try examine {
      var facts = HostFacts(
        instructionSet: instructionSet, zeroMQVersion: LibraryFacts.version,
        sodiumVersion: HostFacts.sodiumVersionInUse, clockNanoseconds: clock)
      change(&facts)
      return facts
    }
  }

  private static func examine(_ host: @escaping @Sendable () -> HostFacts?) throws -> [Finding] {
    let directory = try TemporaryDirectory()
    let address = "ipc://\(directory.path)/learner"
    let learner = try HandMadeLearner(bind: address)
    let doctor = RoleThread {
      var findings: [Finding] = []
      let failed = try ConnectionExamination(
        connect: address, security: .local, logger: Logger(label: "doctor")
      ).run { findings.append($0) }
      return (findings, failed)
    }
    try learner.serve(host: host)
    let (findings, failed) = try doctor.value()
    #expect(failed == nil, "what differs keeps nobody from taking part")
    return findings
  }

  private static func finding(_ step: String, in findings: [Finding]) throws -> Finding {
    try #require(findings.first { $0.step == step }, "\(findings)")
  }

  @Test("of a learner on a machine like this one everything is good")
  func alike() throws {
    let own = try Self.ownInstructionSet
    let findings = try Self.findings { _ in }
    #expect(
      findings.map(\.step) == [
        "program", "socket", "socket", "keys", "handshake", "protocol", "kernels", "libraries",
        "clock",
      ])
    #expect(findings.allSatisfy { $0.verdict == .good }, "\(findings)")
    #expect(
      try Self.finding("kernels", in: findings).text == "\(own) on both sides")
    #expect(
      try Self.finding("libraries", in: findings).text
        == "libzmq \(LibraryFacts.version) and libsodium \(HostFacts.sodiumVersionInUse) on both sides"
    )
    #expect(
      try Self.finding("clock", in: findings).text.hasPrefix(
        "the learner's is this machine's, within "))
  }

  @Test(
    "a clock that is wrong is told by how much, in which direction, and what that means",
    arguments: [
      (-90, "1 min 30 s behind"), (-7200, "2 h 0 min behind"), (5, " s ahead of"),
      (3 * 3600, "3 h 0 min ahead of"),
    ])
  func skewedClock(seconds: Int64, says: String) throws {
    let findings = try Self.findings { facts in
      facts.clockNanoseconds = UInt64(Int64(facts.clockNanoseconds) + seconds * 1_000_000_000)
    }
    let clock = try Self.finding("clock", in: findings)
    #expect(clock.verdict == .differs)
    #expect(clock.text.contains(says), "\(clock.text)")
    #expect(clock.text.contains("no number of a run depends on it"), "\(clock.text)")
    #expect(findings.filter { $0.verdict != .good }.count == 1, "nothing else differs")
  }

  @Test(
    "a clock that no clock can show is only very wrong",
    arguments: [0, 1, UInt64.max / 2, UInt64.max])
  func impossibleClock(nanoseconds: UInt64) throws {
    let findings = try Self.findings { $0.clockNanoseconds = nanoseconds }
    #expect(try Self.finding("clock", in: findings).verdict == .differs)
  }

  @Test("another instruction set is named: the same bits at another speed")
  func instructionSet() throws {
    let own = try Self.ownInstructionSet
    let neon = try Self.finding("kernels", in: Self.findings { $0.instructionSet = "neon" })
    #expect(neon.verdict == .differs)
    #expect(
      neon.text.hasPrefix("\(own) here, neon at the learner: the same bits"),
      "\(neon.text)")
    guard own != "baseline" else { return }
    let slow = try Self.finding("kernels", in: Self.findings { $0.instructionSet = "baseline" })
    #expect(slow.text.contains("TROUPE_ISA=baseline"), "\(slow.text)")
  }

  @Test("another library is named, and the one that is the same, too")
  func libraries() throws {
    let zeroMQ = try Self.finding("libraries", in: Self.findings { $0.zeroMQVersion = "4.2.0" })
    #expect(zeroMQ.verdict == .differs)
    let sodium = HostFacts.sodiumVersionInUse
    #expect(
      zeroMQ.text.hasPrefix(
        "libzmq \(LibraryFacts.version) here, 4.2.0 at the learner; libsodium \(sodium) on both sides: "
      ),
      "\(zeroMQ.text)")
    let other = try Self.finding("libraries", in: Self.findings { $0.sodiumVersion = "0.9" })
    #expect(other.verdict == .differs)
    #expect(
      other.text.contains("libsodium \(sodium) here, 0.9 at the learner"), "\(other.text)")
  }

  @Test("a learner that tells nothing of itself is an older one, and no failure")
  func silent() throws {
    let findings = try Self.examine { nil }
    #expect(findings.last?.step == "learner")
    #expect(findings.last?.verdict == .differs)
    #expect(findings.last?.text.contains("an older version") == true)
  }
}

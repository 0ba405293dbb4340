internal import CSodium

/// What a process tells of itself and its machine, for people: nothing of it reaches a number of the run.
package struct HostFacts: Hashable, Sendable {
  /// Of the kernels: `avx2`.
  package var instructionSet: String
  /// Of libzmq: `4.3.4`.
  package var zeroMQVersion: String
  /// Of libsodium: `1.0.18`.
  package var sodiumVersion: String
  /// Unit: nanoseconds since 1970-01-01 00:00 UTC, by this machine's clock.
  package var clockNanoseconds: UInt64

  package init(
    instructionSet: String, zeroMQVersion: String, sodiumVersion: String, clockNanoseconds: UInt64
  ) {
    self.instructionSet = instructionSet
    self.zeroMQVersion = zeroMQVersion
    self.sodiumVersion = sodiumVersion
    self.clockNanoseconds = clockNanoseconds
  }

  /// The version of the libsodium in use.
  package static var sodiumVersionInUse: String {
    // SAFETY: the text is a constant of the library, and copied here.
    unsafe String(cString: sodium_version_string())
  }
}

extension ProtoHost {
  init(_ facts: HostFacts) {
    self.init()
    instructionSet = cut(facts.instructionSet)
    zeromqVersion = cut(facts.zeroMQVersion)
    sodiumVersion = cut(facts.sodiumVersion)
    clockNanoseconds = facts.clockNanoseconds
  }

  /// - Throws: ``WireError`` for a text that is longer than `limits` allow.
  func value(limits: DecodingLimits) throws(WireError) -> HostFacts {
    HostFacts(
      instructionSet: try bounded(instructionSet, "host.instruction_set", limits),
      zeroMQVersion: try bounded(zeromqVersion, "host.zeromq_version", limits),
      sodiumVersion: try bounded(sodiumVersion, "host.sodium_version", limits),
      clockNanoseconds: clockNanoseconds)
  }
}

internal import Monitoring
internal import Wire

/// How a learner's machine differs from this one, as ``ConnectionExamination`` tells it. Nothing of it keeps an
/// actor from taking part; it explains what people see.
struct HostComparison {
  /// Clocks that differ by less are taken for equal: nothing but log lines is compared by them.
  private static let clockTolerance = Duration.seconds(1)

  /// Of this process, before it asked.
  let own: HostFacts
  /// Nil if the learner told nothing.
  let learner: HostFacts?
  /// When the answer was here. Unit: nanoseconds since 1970, by this machine's clock.
  let answeredAt: UInt64

  /// Kernels, libraries and clock, in this order.
  var findings: [ConnectionExamination.Finding] {
    guard let learner else {
      return [
        differs(
          "learner",
          "it tells neither its clock nor its libraries, as one of an older version that speaks the same "
            + "protocol")
      ]
    }
    return [kernels(learner), libraries(learner), clock(learner)]
  }

  private func kernels(_ learner: HostFacts) -> ConnectionExamination.Finding {
    guard own.instructionSet != learner.instructionSet else {
      return good("kernels", "\(own.instructionSet) on both sides")
    }
    let slow = [own.instructionSet, learner.instructionSet].contains("baseline")
    return differs(
      "kernels",
      "\(own.instructionSet) here, \(learner.instructionSet) at the learner: the same bits, as the join has "
        + "shown, at another speed"
        + (slow
          ? "; baseline is slow, and means a processor without AVX2 or TROUPE_ISA=baseline" : ""))
  }

  private func libraries(_ learner: HostFacts) -> ConnectionExamination.Finding {
    let rows = [
      ("libzmq", own.zeroMQVersion, learner.zeroMQVersion),
      ("libsodium", own.sodiumVersion, learner.sodiumVersion),
    ]
    let texts = rows.map { name, here, there in
      here == there
        ? "\(name) \(here) on both sides" : "\(name) \(here) here, \(there) at the learner"
    }
    guard rows.contains(where: { $0.1 != $0.2 }) else {
      return good(
        "libraries", "libzmq \(own.zeroMQVersion) and libsodium \(own.sodiumVersion) on both sides")
    }
    return differs(
      "libraries",
      texts.joined(separator: "; ")
        + ": they understand each other, as the handshakes have shown; if connections break off, install "
        + "the same on both")
  }

  private func clock(_ learner: HostFacts) -> ConnectionExamination.Finding {
    // The learner read its clock somewhere between question and answer.
    let least = Self.difference(learner.clockNanoseconds, answeredAt)
    let greatest = Self.difference(learner.clockNanoseconds, own.clockNanoseconds)
    guard least > Self.clockTolerance || greatest < .zero - Self.clockTolerance else {
      return good(
        "clock",
        "the learner's is this machine's, within \(Self.text(max(greatest, .zero - least)))")
    }
    let middle = (least + greatest) / 2
    return differs(
      "clock",
      "the learner's is \(Self.text(middle)) \(middle > .zero ? "ahead of" : "behind") this machine's: no number "
        + "of a run depends on it, but the times in the logs of the two do not compare; let NTP set both"
    )
  }

  /// `first - second`, of any two numbers.
  private static func difference(_ first: UInt64, _ second: UInt64) -> Duration {
    first >= second
      ? .nanoseconds(Int64(clamping: first - second))
      : .zero - .nanoseconds(Int64(clamping: second - first))
  }

  /// The magnitude in a unit that suits it: `12 ms`, `93.2 s`, `5 h 2 min`.
  private static func text(_ duration: Duration) -> String {
    let seconds = abs(duration.seconds)
    return seconds < 1
      ? "\(Int((seconds * 1000).rounded(.up))) ms" : NumberText.duration(seconds: seconds)
  }

  private func good(_ step: String, _ text: String) -> ConnectionExamination.Finding {
    ConnectionExamination.Finding(step: step, verdict: .good, text: text)
  }

  private func differs(_ step: String, _ text: String) -> ConnectionExamination.Finding {
    ConnectionExamination.Finding(step: step, verdict: .differs, text: text)
  }
}

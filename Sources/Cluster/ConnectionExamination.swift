internal import CLinux
internal import Glibc
internal import Kernels
internal import Learning
package import Logging
internal import RL
internal import Wire
internal import ZeroMQ

/// Looks at the way from this machine to a learner, step by step, as an actor goes it: the program, the name,
/// both ports, the keys, the handshakes, and a join that is taken back at once. The answer to the join also says how the
/// learner's machine differs from this one.
package struct ConnectionExamination {
  /// What one step came to.
  package struct Finding: Hashable, Sendable {
    package enum Verdict: Hashable, Sendable {
      case good
      /// The two machines are not alike, which keeps no actor from taking part.
      case differs
      case failed
    }

    package let step: String
    package let verdict: Verdict
    /// What was found; of a step that failed also what to do.
    package let text: String
  }

  private static let portLimit = Duration.seconds(5)
  private static let answerLimit = Duration.seconds(10)

  private let connect: String
  private let security: LinkSecurity
  private let logger: Logger
  private let clock = Clock()

  package init(connect: String, security: LinkSecurity, logger: Logger) {
    self.connect = connect
    self.security = security
    self.logger = logger
  }

  /// Goes as far as it gets; `report` is handed each step as soon as it is done. Gives the step that failed.
  ///
  /// - Throws: exit 64 for an address or a lack of keys that no actor would start with.
  package func run(report: (Finding) -> Void) throws(RoleFailure) -> Finding? {
    try prepareArithmetic()
    let endpoint = try endpoint(connect)
    if let failed = told(program(), report) { return failed }
    if let failed = told(dial(endpoint, isName: true), report) { return failed }
    let second = try pushEndpoint(of: endpoint)
    if let failed = told(dial(second, isName: false), report) { return failed }
    if let failed = told(keyFiles(), report) { return failed }
    let keys = try ActorKeys(security, for: endpoint, logger: logger)
    return try join(endpoint, keys: keys, report: report)
  }

  // MARK: Steps

  private func program() -> Finding {
    let curve = LibraryFacts.hasCurve ? "with encryption" : "without encryption"
    let own = HostFacts.now
    let text =
      "protocol \(WireProtocol.version), kernels \(own.instructionSet), libzmq "
      + "\(own.zeroMQVersion) \(curve), libsodium \(own.sodiumVersion)"
    guard case .keys = security, !LibraryFacts.hasCurve else { return good("program", text) }
    return bad("program", text + "; keys need a libzmq that was built with libsodium")
  }

  private func dial(_ endpoint: Endpoint, isName: Bool) -> Finding {
    guard case .tcp(let host, let port?) = endpoint.transport else {
      guard case .ipc(let path) = endpoint.transport else { return bad("address", "no port") }
      return OpenFile.exists(path)
        ? good("socket", path) : bad("socket", "there is no \(path); is the learner up?")
    }
    var address = [CChar](repeating: 0, count: 64)
    let start = clock.now
    // SAFETY: both texts end with zero, and at most 64 bytes are written, the size of the array.
    let problem = unsafe troupe_dial(
      host, "\(port)", Int32(Self.portLimit / .milliseconds(1)), &address)
    let dialled = String(
      decoding: address.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let place = dialled == host ? host : "\(host) is \(dialled)"
    let step = "port \(port)"
    switch problem {
    case 0:
      let duration = ((clock.now - start) / .microseconds(1) / 100).rounded() / 10
      return good(step, "\(place), answers within \(duration) ms")
    case ..<0:
      // SAFETY: the text is a constant of the C library, and copied here.
      let reason = unsafe String(cString: troupe_resolver_text(problem))
      return bad(
        "name", "\(host): \(reason.lowercased()); mend the name, or write the address itself")
    case ECONNREFUSED:
      return bad(
        step,
        isName
          ? "\(place), which refuses: nobody listens there; is the learner up, with --bind tcp://0.0.0.0:"
            + "\(port)?"
          : "\(place), which refuses, though the port before it answers: is it a learner of Troupe?"
      )
    case ETIMEDOUT:
      return bad(
        step,
        "\(place), which does not answer within 5 s: a firewall drops it"
          + (isName ? "" : "; both ports have to be open"))
    default: return bad(step, "\(place): \(systemErrorText(problem))")
    }
  }

  private func keyFiles() -> Finding {
    guard case .keys(let path) = security else {
      return good("keys", "none, so nothing is encrypted")
    }
    do throws(RoleFailure) {
      let keys = try KeyDirectory(path: path).actorKeys()
      return good("keys", "own \(keys.own.publicKey), the learner's \(keys.learner)")
    } catch {
      return bad("keys", error.description)
    }
  }

  /// Joins as an actor does, and leaves as soon as the learner has answered.
  private func join(
    _ endpoint: Endpoint, keys: ActorKeys?, report: (Finding) -> Void
  ) throws(RoleFailure) -> Finding? {
    let id = FreshName.actor()
    // Before the connection: a welcome may also answer the subscription, whenever that arrives.
    let own = HostFacts.now
    var link = try ActorLink(connect: endpoint, keys: keys, actor: id, descriptors: [])
    let join = ActorMessage.Join(
      numericsDigest: NumericsDigest.ofThisProcess, hostName: currentHostName(),
      processID: UInt32(getpid()), laneCount: 1,
      instructionSet: InstructionSet.current.rawValue)
    let start = clock.now
    var nextJoin = start
    var isOpen = false
    while clock.now - start < Self.answerLimit {
      if let reason = try link.lookAtDoors(now: clock.now) {
        return told(bad("handshake", reason), report)
      }
      if link.isOpen, !isOpen {
        isOpen = true
        let duration = ((clock.now - start) / .milliseconds(1)).rounded()
        report(good("handshake", "done on both connections after \(Int(duration)) ms"))
      }
      if isOpen, clock.now >= nextJoin {
        nextJoin = clock.now + .milliseconds(500)
        _ = try link.send(.join(join), run: nil)
      }
      try link.wait(atMost: .milliseconds(20), toSend: false)
      // A subscription alone may bring a welcome while the other connection still shakes hands.
      while isOpen, let message = try link.receive() {
        guard let finding = heed(message, link) else { continue }
        report(finding)
        if case .welcome(let welcome) = message.body {
          HostComparison(
            own: own, learner: welcome.host, answeredAt: HostFacts.now.clockNanoseconds
          )
          .findings.forEach(report)
        }
        return finding.verdict == .failed ? finding : nil
      }
    }
    guard isOpen else {
      return told(
        bad(
          "handshake",
          "the ports answer, but not as ZeroMQ does: another program listens there"), report)
    }
    return told(
      bad(
        "protocol",
        "no answer to a join within 10 s: the learner is busy with a start, hangs, or speaks another "
          + "version; look at its log"), report)
  }

  /// What the learner's answer means; nil for one that is not to this join.
  private func heed(_ message: LearnerMessage, _ link: borrowing ActorLink) -> Finding? {
    switch message.body {
    case .welcome(let welcome):
      let leave = ActorMessage.Leave(reason: "doctor", round: nil, unplayed: SlotSet())
      _ = try? link.send(.leave(leave), run: message.run)
      let version = welcome.policy.map { ", at policy version \($0.round.version)" } ?? ""
      return good(
        "protocol",
        "welcomed to a run of \(welcome.configuration.environment)\(version); its arithmetic is this "
          + "program's, bit for bit")
    case .refusal(let refusal): return bad("protocol", "the learner refuses: \(refusal.text)")
    case .goodbye(let goodbye):
      return good("protocol", "the run ends just now: \(goodbye.reason)")
    case .policy, .lease: return nil
    }
  }

  private func told(_ finding: Finding, _ report: (Finding) -> Void) -> Finding? {
    report(finding)
    return finding.verdict == .failed ? finding : nil
  }

  private func good(_ step: String, _ text: String) -> Finding {
    Finding(step: step, verdict: .good, text: text)
  }

  private func bad(_ step: String, _ text: String) -> Finding {
    Finding(step: step, verdict: .failed, text: text)
  }
}

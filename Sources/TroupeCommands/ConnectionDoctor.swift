import Cluster
import Logging
import Monitoring

/// `troupe doctor --connect ADDRESS`: whether an actor on this machine would reach that learner.
enum ConnectionDoctor {
  /// Examines the way to the learner that the options name.
  ///
  /// - Throws: exit 64 for an address or keys that no actor would start with; 69 when a step fails.
  static func examine(_ given: [String: String], in context: CommandContext) throws(RoleFailure) {
    let table = ConnectionSection.options
    var resolved = Resolved(ConnectionSettings())
    try resolved.apply(.variables(context.variables, of: table), of: table)
    try resolved.apply(.flags(given), of: table)
    let settings = resolved.settings
    guard let connect = settings.connect else {
      throw RoleFailure(.usage, "no learner is given; write --connect tcp://HOST:PORT")
    }
    let security = try LinkSecurity(keys: settings.keys, insecure: settings.insecure)
    try LearnerAddress.checkConnect(connect, security: security, given: resolved, options: table)
    LoggingConfiguration(format: .text, level: .error, jsonFile: nil)
      .bootstrap(Console.standardError())
    let examination = ConnectionExamination(
      connect: connect, security: security, logger: Logger(label: "doctor"))
    let failed = try examination.run { finding in
      let step = finding.step + String(repeating: " ", count: max(0, 10 - finding.step.count))
      context.output("\(mark(finding.verdict))  \(step)  \(finding.text)")
    }
    if let failed {
      throw RoleFailure(
        .unavailable, "an actor here cannot take part, for the step \(failed.step) failed")
    }
    context.output("ok    an actor here can take part")
  }

  private static func mark(_ verdict: ConnectionExamination.Finding.Verdict) -> String {
    switch verdict {
    case .good: "ok  "
    case .differs: "note"
    case .failed: "FAIL"
    }
  }
}

/// The options of an actor that lead to its learner; the doctor does not wait as long as an actor.
enum ConnectionSection: OptionSection {
  static let options = ConnectionSettings.options.filter { $0.name != "patience" }
}

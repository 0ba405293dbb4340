import Cluster
import Gymnasium

/// Everything that the options of `actor` decide.
struct ActorSettings: Hashable, Sendable {
  var connect: String?
  var lanes: Int?
  var patience: Duration = .seconds(600)
  var stay = false
  var keys: String?
  var insecure = false
  var latency = StepLatency()
  var hosting = GymnasiumHosting()
  var logs = LogSettings()

  static let options = ActorSection.options
}

enum ActorSection: OptionSection {
  static let options: [OptionDescriptor<ActorSettings>] =
    [
      .optional(
        "connect", \.connect, .placing, shape: .value("address"), absent: "none",
        help: "the learner's address, as given to its --bind", allowed: LearnerAddress.allowed,
        parse: { $0.isEmpty ? nil : $0 }, text: { $0 }),
      .count(
        "lanes", \.lanes, .placing, in: 1...65_536, absent: "auto",
        help: "environments stepped side by side"),
      .custom(
        "patience", \.patience, .placing, shape: .value("time"),
        help: "how long to go on without a learner, such as 90s, 10m or 2h (default: 10m)",
        allowed: "a time such as 90s, 10m or 2h", parse: NumberText.duration,
        text: { "\($0.components.seconds)s" }),
      .boolean(
        "stay", \.stay, .placing, shape: .flag,
        help: "when a run ends, wait for the next one at the address"),
      .optional(
        "keys", \.keys, .placing, shape: .value("directory"), absent: "none",
        help: "encrypt with the keys in this directory; see troupe keygen",
        allowed: "a path", parse: { $0.isEmpty ? nil : $0 }, text: { $0 }),
      .boolean(
        "insecure", \.insecure, .session, shape: .flag,
        help: "connect to another machine without keys, whoever may answer"),
    ] + StepLatency.options.map { $0.lifted(to: \.latency) }
    + GymnasiumHosting.options.map { $0.lifted(to: \.hosting) }
    + LogSettings.options.map { $0.lifted(to: \.logs) }
}

/// Everything that the options of `relay` decide.
struct RelaySettings: Hashable, Sendable {
  var connect: String?
  var bind = LearnerAddress.defaultBind
  var patience: Duration = .seconds(600)
  var keys: String?
  var bindKeys: String?
  var insecure = false
  var logs = LogSettings()

  static let options = RelaySection.options
}

enum RelaySection: OptionSection {
  static let options: [OptionDescriptor<RelaySettings>] =
    [
      .optional(
        "connect", \.connect, .placing, shape: .value("address"), absent: "none",
        help: "the address of the learner, or of a relay before this one",
        allowed: LearnerAddress.allowed, parse: { $0.isEmpty ? nil : $0 }, text: { $0 }),
      .custom(
        "bind", \.bind, .placing, shape: .value("address"),
        help: "where actors connect (default: \(LearnerAddress.defaultBind))",
        allowed: LearnerAddress.allowed, parse: { $0.isEmpty ? nil : $0 }, text: { $0 }),
      .optional(
        "keys", \.keys, .placing, shape: .value("directory"), absent: "none",
        help: "an actor's keys, for the connection to the learner", allowed: "a path",
        parse: { $0.isEmpty ? nil : $0 }, text: { $0 }),
      .optional(
        "bind-keys", \.bindKeys, .placing, shape: .value("directory"), absent: "none",
        help: "a learner's keys, for the connections of actors", allowed: "a path",
        parse: { $0.isEmpty ? nil : $0 }, text: { $0 }),
      .custom(
        "patience", \.patience, .placing, shape: .value("time"),
        help: "how long to go on without a learner, such as 90s, 10m or 2h (default: 10m)",
        allowed: "a time such as 90s, 10m or 2h", parse: NumberText.duration,
        text: { "\($0.components.seconds)s" }),
      .boolean(
        "insecure", \.insecure, .session, shape: .flag,
        help: "without keys on both sides, whoever may connect or answer"),
    ] + LogSettings.options.map { $0.lifted(to: \.logs) }
}

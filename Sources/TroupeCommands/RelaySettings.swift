/// Everything that the options of `relay` decide.
struct RelaySettings: Hashable, Sendable {
  var connection = ConnectionSettings()
  var bind = LearnerAddress.defaultBind
  var bindKeys: String?
  var logs = LogSettings()

  static let options = RelaySection.options
}

enum RelaySection: OptionSection {
  private static let own: [OptionDescriptor<RelaySettings>] = [
    .custom(
      "bind", \.bind, .placing, shape: .value("address"),
      help: "where actors connect (default: \(LearnerAddress.defaultBind))",
      allowed: LearnerAddress.allowed, parse: { $0.isEmpty ? nil : $0 }, text: { $0 }),
    .optional(
      "bind-keys", \.bindKeys, .placing, shape: .value("directory"), absent: "none",
      help: "a learner's keys, for the connections of actors", allowed: "a path",
      parse: { $0.isEmpty ? nil : $0 }, text: { $0 }),
  ]

  static let options =
    ConnectionSettings.options.map { $0.lifted(to: \.connection) } + own
    + LogSettings.options.map { $0.lifted(to: \.logs) }
}

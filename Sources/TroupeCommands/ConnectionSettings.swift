/// What leads an actor or a relay to its learner, and how long either looks for one.
struct ConnectionSettings: Hashable, Sendable {
  var connect: String?
  var keys: String?
  var patience: Duration = .seconds(600)
  var insecure = false

  static let options: [OptionDescriptor<ConnectionSettings>] = [
    .optional(
      "connect", \.connect, .placing, shape: .value("address"), absent: "none",
      help: "the learner's address, as given to its --bind, or that of a relay before it",
      allowed: LearnerAddress.allowed, parse: { $0.isEmpty ? nil : $0 }, text: { $0 }),
    .optional(
      "keys", \.keys, .placing, shape: .value("directory"), absent: "none",
      help: "encrypt with the actor's keys in this directory; see troupe keygen",
      allowed: "a path", parse: { $0.isEmpty ? nil : $0 }, text: { $0 }),
    .custom(
      "patience", \.patience, .placing, shape: .value("time"),
      help: "how long to go on without a learner, such as 90s, 10m or 2h (default: 10m)",
      allowed: "a time such as 90s, 10m or 2h", parse: NumberText.duration,
      text: { "\($0.components.seconds)s" }),
    .boolean(
      "insecure", \.insecure, .session, shape: .flag,
      help: "go without keys beyond this machine, whoever may answer or connect"),
  ]
}

import Cluster
import Gymnasium

/// Everything that the options of `actor` decide.
struct ActorSettings: Hashable, Sendable {
  var connection = ConnectionSettings()
  var lanes: Int?
  var stay = false
  var latency = StepLatency()
  var hosting = GymnasiumHosting()
  var logs = LogSettings()

  static let options = ActorSection.options
}

enum ActorSection: OptionSection {
  private static let own: [OptionDescriptor<ActorSettings>] = [
    .count(
      "lanes", \.lanes, .placing, in: 1...65_536, absent: "auto",
      help: "environments stepped side by side"),
    .boolean(
      "stay", \.stay, .placing, shape: .flag,
      help: "when a run ends, wait for the next one at the address"),
  ]

  static let options =
    ConnectionSettings.options.map { $0.lifted(to: \.connection) } + own
    + StepLatency.options.map { $0.lifted(to: \.latency) }
    + GymnasiumHosting.options.map { $0.lifted(to: \.hosting) }
    + LogSettings.options.map { $0.lifted(to: \.logs) }
}

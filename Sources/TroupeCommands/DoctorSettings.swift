import Cluster
import Gymnasium
import Learning
import RL

/// Everything that the options of `doctor` decide.
struct DoctorSettings: Hashable, Sendable {
  /// The environment as a run would be given it: name, arguments, imports, network and seed.
  var run = RunSettings()
  var duration = Duration.seconds(5)
  var json = false

  static let options = DoctorSection.options
}

enum DoctorSection: OptionSection {
  /// What `train` calls by these names means the same here.
  private static let namesOfTrain: Set<String> = [
    "environment", "env-arg", "import", "seed", "hidden", "step-latency", "step-latency-per",
  ]

  private static let ofTrain: [OptionDescriptor<DoctorSettings>] =
    (RunSection.options + LocalActorsSection.options)
    .filter { namesOfTrain.contains($0.name) }.map { $0.lifted(to: \.run) }

  private static let own: [OptionDescriptor<DoctorSettings>] = [
    .custom(
      "measure-for", \.duration, .session, shape: .value("time"),
      help: "how long to measure in all, such as 20s (default: 5s)",
      allowed: "a time such as 0.5s or 20s, from 0.1s to 60s",
      parse: { text in
        NumberText.shortTime(text).flatMap { $0 >= .milliseconds(100) ? $0 : nil }
      }, text: NumberText.text(ofShortTime:)),
    .boolean(
      "json", \.json, .session, shape: .flag,
      help: "print the findings as one JSON object on standard output"),
  ]

  static let options = ofTrain + own + GymnasiumHosting.options.map { $0.lifted(to: \.run.hosting) }
}

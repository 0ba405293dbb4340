import Cluster
import Gymnasium
import Learning
import RL

/// Everything that the options of `evaluate` decide.
struct EvaluationSettings: Hashable, Sendable {
  var policy = PolicyChoice.newest
  var episodes = 100
  /// Nil takes the run's own.
  var seed: UInt64?
  var sampled = false
  var greedy = false
  var json = false
  /// Where videos of a Gymnasium environment's episodes go; nil for none.
  var render: String?
  /// Of the options that are not given, the run's own count.
  var hosting = GymnasiumHosting()
  var logs = LogSettings()

  static let options = EvaluationSection.options

  /// Whether actions are greedy, of each kind of episodes that is played: both unless one was asked for, and greedy ones
  /// alone of a search, which never samples any. Videos are named after an episode's seed, and those of one kind would
  /// replace the other's.
  func kinds(of run: RunConfiguration) -> [Bool] {
    if sampled != greedy { return [greedy] }
    if run.learner.method.isSearch, !sampled { return [true] }
    return render == nil ? [false, true] : [false]
  }

  /// The same where one kind alone is played.
  func isGreedy(_ run: RunConfiguration) -> Bool { greedy || run.learner.method.isSearch }
}

enum EvaluationSection: OptionSection {
  static let options: [OptionDescriptor<EvaluationSettings>] =
    [
      .custom(
        "policy", \.policy, .placing, shape: .value("which"),
        help:
          "which to play: newest, best by the run's own evaluations, or a version such as 400 (default: newest)",
        allowed: "newest, best, or a version such as 400", parse: PolicyChoice.init(text:),
        text: \.text),
      .count(
        "episodes", \.episodes, .placing, in: 1...1_000_000,
        help: "episodes of each kind to play (default: 100)"),
      .optional(
        "seed", \.seed, .placing, shape: .value("number"), absent: "auto",
        help: "draws the episodes; the run's own seed unless given",
        allowed: "a whole number from 0 to \(UInt64.max)", parse: NumberText.unsigned,
        text: { "\($0)" }),
      .boolean(
        "sampled", \.sampled, .placing, shape: .flag,
        help: "only episodes whose actions are sampled, as in training"),
      .boolean(
        "greedy", \.greedy, .placing, shape: .flag,
        help: "only episodes that take the most probable action"),
      .optional(
        "render", \.render, .session, shape: .value("directory"), absent: "none",
        help: "record what a Gymnasium environment draws, a video for each episode",
        allowed: "a path", parse: { $0.isEmpty ? nil : $0 }, text: { $0 }),
      .boolean(
        "json", \.json, .session, shape: .flag,
        help: "print the result as one JSON object on standard output"),
    ] + GymnasiumHosting.options.map { $0.lifted(to: \.hosting) }
    + LogSettings.options.map { $0.lifted(to: \.logs) }
}

extension PolicyChoice {
  fileprivate init?(text: String) {
    switch text {
    case "newest": self = .newest
    case "best": self = .best
    default:
      guard let number = NumberText.unsigned(text), let version = UInt32(exactly: number) else {
        return nil
      }
      self = .version(PolicyVersion(version))
    }
  }

  var text: String {
    switch self {
    case .newest: "newest"
    case .best: "best"
    case .version(let version): "\(version)"
    }
  }
}

import ArgumentParser
import Cluster
import Learning
import Monitoring
import RL

/// `troupe compare`: runs side by side.
struct CompareCommand: ContextualCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Play policies of several runs and compare them.",
    usage: "troupe compare <run> ... [<options>]",
    discussion: """
      Example: troupe compare runs/cartpole-seed* runs/cartpole-wide-seed* --episodes 200

      Runs that differ in their seed alone are one configuration. Each gets the mean return with its \
      95 % interval (bootstrap), and the probability that it does better than the configuration named \
      first: that a run of the one, drawn at random, has a higher mean return than a run of the other \
      (Agarwal et al., NeurIPS 2021). Where a configuration has a single run, episodes are drawn \
      instead, and the figures are about these policies alone. What a search found plays greedily.
      """)

  @Argument(
    help: ArgumentHelp("Directories of runs, or their names under runs/.", valueName: "run"),
    completion: .directory)
  var runs: [String]

  @OptionGroup var options: OptionArguments<ComparisonSection>

  func run(in context: CommandContext) throws {
    let resolved = try context.evaluationSettings(of: options)
    var groups = RunGroups()
    for name in runs {
      try groups.insert(try RecordedRun(named: name, in: context, hosting: resolved))
    }
    let settings = resolved.settings
    var versions: [[PolicyVersion?]] = []
    let returns = try groups.configurations.map { configuration in
      let policies = try configuration.runs.map { try context.policy(of: $0, settings) }
      versions.append(policies.map(\.version))
      return try zip(configuration.runs, policies).map { run, policy in
        try context.outcomes(
          of: policy, run, settings, greedy: settings.isGreedy(run.configuration)
        )
        .map(\.episodeReturn)
      }
    }
    let report = ComparisonReport(
      groups: groups, settings: settings, versions: versions,
      comparison: RunComparison(returns, seed: settings.seed ?? 1))
    context.output(settings.json ? report.jsonLine.text : report.text)
  }
}

enum ComparisonSection: OptionSection {
  /// Those of `evaluate` but videos and `sampled`, which is what `greedy` is not.
  static let options: [OptionDescriptor<EvaluationSettings>] =
    EvaluationSection.options.filter { !["sampled", "greedy", "render"].contains($0.name) } + [
      .boolean(
        "greedy", \.greedy, .placing, shape: .flag,
        help: "take the most probable action instead of sampling one")
    ]
}

/// Runs by configuration, in the order in which they were named.
struct RunGroups {
  struct Configuration {
    /// The run configuration with seed 0.
    let key: RunConfiguration
    var label: String
    var runs: [RecordedRun]
  }

  private(set) var configurations: [Configuration] = []

  /// - Throws: a usage failure for a run that was inserted before, or of another environment.
  mutating func insert(_ run: RecordedRun) throws(RoleFailure) {
    var key = run.configuration
    key.seed = 0
    if let first = configurations.first, first.key.environment != key.environment {
      throw RoleFailure(
        .usage,
        "\(run.directory) is of \(key.environment), but \(first.runs[0].directory) of "
          + "\(first.key.environment); returns compare within one environment")
    }
    guard let index = configurations.firstIndex(where: { $0.key == key }) else {
      configurations.append(
        Configuration(key: key, label: Self.lastComponent(run.directory), runs: [run]))
      return
    }
    let before = configurations[index].runs
    if let same = before.first(where: { $0.configuration.seed == run.configuration.seed }) {
      throw RoleFailure(
        .usage,
        "\(run.directory) and \(same.directory) have the same configuration and seed, so they are the "
          + "same run; name one of them")
    }
    configurations[index].runs.append(run)
    configurations[index].label = Self.withoutSeed(configurations[index].label)
  }

  /// `cartpole-seed3-2` names one of several runs; `cartpole` names them all.
  static func withoutSeed(_ label: String) -> String {
    label.firstRange(of: "-seed").map { String(label[..<$0.lowerBound]) } ?? label
  }

  static func lastComponent(_ path: String) -> String {
    path.split(separator: "/").last.map { String($0) } ?? path
  }
}

import Cluster
import Learning
import Monitoring
import RL

/// What `troupe evaluate` prints: a column for each kind of episodes.
struct EvaluationReport {
  struct Column {
    let greedy: Bool
    /// By slot.
    let outcomes: [EpisodeOutcome]
    let summary: EvaluationSummary
  }

  /// Of the policy; nil for the newest.
  let version: PolicyVersion?
  let seed: UInt64
  let columns: [Column]

  /// Plays a policy of the run.
  init(
    of policy: RecordedPolicy, _ run: RecordedRun, _ settings: EvaluationSettings,
    _ context: CommandContext
  ) throws {
    version = policy.version
    let seed = settings.seed ?? run.configuration.seed
    self.seed = seed
    columns = try settings.kinds(of: run.configuration).map { greedy in
      let outcomes = try context.outcomes(of: policy, run, settings, greedy: greedy)
      return Column(
        greedy: greedy, outcomes: outcomes, summary: EvaluationSummary(outcomes, seed: seed))
    }
  }

  var episodeCount: Int { columns[0].summary.statistics.count }

  /// Sampled actions where they were played, which is what policy gradients improve.
  var first: EvaluationSummary { columns[0].summary }

  var jsonLine: JSONLine {
    var line = JSONLine()
    line.add("version", version.map { .integer(Int($0.rawValue)) } ?? .null)
    line.add("episodes", .integer(episodeCount))
    line.add("seed", .unsigned(seed))
    for column in columns { line.add(column.name, column.json) }
    return line
  }

  var text: String {
    var rows: [[String]] = [[""] + columns.map(\.name)]
    func add(_ name: String, _ value: (EvaluationSummary) -> String) {
      rows.append([name] + columns.map { value($0.summary) })
    }
    add("mean return") { DecimalText.hundredths($0.statistics.mean) }
    add("95 % interval") {
      "\(DecimalText.hundredths($0.interval.low)) to \(DecimalText.hundredths($0.interval.high))"
    }
    add("std") { DecimalText.hundredths($0.statistics.standardDeviation) }
    add("mean − std") { DecimalText.hundredths($0.certified) }
    add("median") { DecimalText.hundredths($0.median) }
    add("worst") { DecimalText.hundredths($0.worst) }
    add("best") { DecimalText.hundredths($0.best) }
    add("mean length") { DecimalText.hundredths($0.statistics.meanLength) }
    return TextTable.aligned(rows, rightAligned: Set(1...columns.count))
      + "\(episodeCount) episodes each, seed \(seed)" + (version.map { ", version \($0)" } ?? "")
  }
}

extension EvaluationReport.Column {
  /// Of the episode in the middle by return, of two the lower one; of equal returns the first ones are lower.
  var medianSlot: Int {
    let order = outcomes.indices.sorted {
      (outcomes[$0].episodeReturn, $0) < (outcomes[$1].episodeReturn, $1)
    }
    return order[(order.count - 1) / 2]
  }

  var name: String { greedy ? "greedy" : "sampled" }

  var json: JSONValue {
    let statistics = summary.statistics
    return .object([
      .init("mean_return", .number(statistics.mean)),
      .init("interval_low", .number(summary.interval.low)),
      .init("interval_high", .number(summary.interval.high)),
      .init("std_return", .number(statistics.standardDeviation)),
      .init("mean_minus_std", .number(summary.certified)),
      .init("median_return", .number(summary.median)),
      .init("worst_return", .number(summary.worst)),
      .init("best_return", .number(summary.best)),
      .init("mean_length", .number(statistics.meanLength)),
    ])
  }
}

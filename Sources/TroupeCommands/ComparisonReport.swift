import Cluster
import Learning
import Monitoring
import RL

/// What `troupe compare` prints: a line for each configuration.
struct ComparisonReport {
  let groups: RunGroups
  let settings: EvaluationSettings
  /// Of the policies that played, by configuration and run; nil for the newest.
  let versions: [[PolicyVersion?]]
  let comparison: RunComparison

  /// What tells each configuration from the first: the options that have another value there.
  private var differences: [[(name: String, value: String)]] {
    let settings = groups.configurations.map { $0.runs[0].settings }
    return settings.map { own in
      RunSettings.options.filter { $0.purpose == .run && $0.name != "seed" }.compactMap { option in
        let value = option.write(own)
        return value == option.write(settings[0]) ? nil : (option.name, value)
      }
    }
  }

  var jsonLine: JSONLine {
    var line = JSONLine()
    line.add("environment", .string(groups.configurations[0].key.environment))
    line.add("unit", .string(comparison.unit.rawValue))
    line.add("episodes", .integer(settings.episodes))
    line.add("policy", .string(settings.policy.text))
    line.add(
      "configurations",
      .array(
        groups.configurations.indices.map { index -> JSONValue in
          let (configuration, row) = (groups.configurations[index], comparison.rows[index])
          return .object([
            .init("label", .string(configuration.label)),
            .init("runs", .array(configuration.runs.map { .string($0.directory) })),
            .init(
              "versions",
              .array(versions[index].map { $0.map { .integer(Int($0.rawValue)) } ?? .null })),
            .init("greedy", .bool(settings.isGreedy(configuration.key))),
            .init(
              "differences",
              .object(differences[index].map { JSONValue.Field($0.name, .string($0.value)) })),
            .init("mean_return", .number(row.mean)),
            .init("interval_low", .number(row.interval.low)),
            .init("interval_high", .number(row.interval.high)),
            .init("median_return", .number(row.median)),
            .init("worst_return", .number(row.worst)),
            .init("improvement_probability", .number(row.improvement?.value)),
            .init("improvement_low", .number(row.improvement?.interval.low)),
            .init("improvement_high", .number(row.improvement?.interval.high)),
          ])
        }))
    return line
  }

  var text: String {
    let first = groups.configurations[0].label
    var rows = [
      ["", "runs", "mean return", "95 % interval", "median", "worst", "better than \(first)"]
    ]
    for (configuration, row) in zip(groups.configurations, comparison.rows) {
      let improvement = row.improvement.map {
        "\(DecimalText.hundredths($0.value)) "
          + "(\(DecimalText.hundredths($0.interval.low)) to \(DecimalText.hundredths($0.interval.high)))"
      }
      rows.append([
        configuration.label, "\(row.runCount)", DecimalText.hundredths(row.mean),
        "\(DecimalText.hundredths(row.interval.low)) to \(DecimalText.hundredths(row.interval.high))",
        DecimalText.hundredths(row.median), DecimalText.hundredths(row.worst), improvement ?? "",
      ])
    }
    var text = TextTable.aligned(rows, rightAligned: Set(1...6))
    for index in groups.configurations.indices {
      let remarks = remarks(on: index)
      guard !remarks.isEmpty else { continue }
      text += "\(groups.configurations[index].label): \(remarks.joined(separator: ", "))\n"
    }
    switch comparison.unit {
    case .run: text += "Over runs, each the mean of \(settings.episodes) \(actions)episodes."
    case .episode:
      text +=
        "Over \(actions)episodes, \(settings.episodes) a run: about these policies, not about how well their\n"
        + "configurations train, which takes two seeds or more of each."
    }
    switch settings.policy {
    case .newest: break
    case .best: text += "\nOf each run the version that did best in its own evaluations."
    case .version(let version): text += "\nOf each run version \(version)."
    }
    return text
  }

  /// What tells a configuration from the others, and its policies from those that any run has.
  private func remarks(on index: Int) -> [String] {
    var remarks = differences[index].map { "\($0.name) \($0.value)" }
    if actions.isEmpty {
      remarks.append(settings.isGreedy(groups.configurations[index].key) ? "greedy" : "sampled")
    }
    if settings.policy == .best {
      let numbers = versions[index].compactMap(\.self).map { "\($0)" }
      remarks.append("version \(numbers.joined(separator: ", "))")
    }
    return remarks
  }

  /// A search's episodes are greedy, and of others those that were asked for; empty if there are both.
  private var actions: String {
    let kinds = Set(groups.configurations.map { settings.isGreedy($0.key) })
    return kinds.count == 2 ? "" : kinds == [true] ? "greedy " : "sampled "
  }
}

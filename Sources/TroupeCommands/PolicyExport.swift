import Cluster
import Learning
import Monitoring
import RL
import Rendering

/// The files of `troupe export`.
struct PolicyExport {
  let policy: RecordedPolicy
  /// Of the run.
  let name: String
  let task: PublishedTask
  let configuration: RunSettings
  let evaluation: EvaluationReport
  /// Nil where none can be played again.
  var episode: ExportedEpisode?

  var files: [(name: String, bytes: [UInt8])] {
    [
      ("model.safetensors", policy.safetensors),
      ("policy.onnx", policy.onnx),
      ("hyperparameters.json", Array(hyperparameters.indentedText.utf8)),
      ("results.json", Array(results.indentedText.utf8)),
      ("README.md", Array(ModelCard(self).text.utf8)),
    ] + (episode.map { [("replay.html", Array($0.film.page.utf8))] } ?? [])
  }

  /// What determines the run, by option, as `--config` reads it back.
  private var hyperparameters: JSONValue {
    .object(
      RunSettings.options.filter { $0.purpose == .run }.map { option in
        JSONValue.Field(option.name, Self.json(option.write(configuration), option.shape))
      })
  }

  private static func json(_ text: String, _ shape: OptionShape) -> JSONValue {
    switch shape {
    case .list:
      return .array(text == "none" ? [] : text.split(separator: ",").map { scalar(String($0)) })
    case .repeated:
      return .array(
        text == "none" ? [] : (OptionText.elements(text) ?? []).map { .string($0) })
    case .positional, .value, .flag, .toggle: return scalar(text)
    }
  }

  private static func scalar(_ text: String) -> JSONValue {
    if text == "true" || text == "false" { return .bool(text == "true") }
    if let whole = NumberText.unsigned(text), "\(whole)" == text { return .unsigned(whole) }
    // Only where the number reads back as the same text, which the configuration's digits do.
    if let number = NumberText.decimal(text), NumberText.text(of: number) == text {
      return .number(number)
    }
    return .string(text)
  }

  /// The figures of the evaluation; the first four under the names that the Hub's courses use.
  var results: JSONLine {
    let statistics = evaluation.first.statistics
    var line = JSONLine()
    line.add("env_id", .string(task.identifier))
    line.add("mean_reward", .number(statistics.mean))
    line.add("std_reward", .number(statistics.standardDeviation))
    line.add("n_evaluation_episodes", .integer(statistics.count))
    line.add("seed", .unsigned(evaluation.seed))
    line.add("version", policy.version.map { .integer(Int($0.rawValue)) } ?? .null)
    for column in evaluation.columns { line.add(column.name, column.json) }
    return line
  }
}

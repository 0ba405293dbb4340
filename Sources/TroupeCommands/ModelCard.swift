import Cluster
import Learning
import Monitoring
import Policies
import RL

/// `README.md` of an export: the front matter that the Hugging Face Hub reads, and what a person needs to run
/// the policy.
///
/// Source: https://huggingface.co/docs/hub/model-cards, section "Model card metadata".
struct ModelCard {
  private let export: PolicyExport

  init(_ export: PolicyExport) { self.export = export }

  var text: String {
    """
    ---
    library_name: troupe
    pipeline_tag: reinforcement-learning
    tags:
    - \(Self.yaml(export.task.identifier))
    - reinforcement-learning
    - deep-reinforcement-learning
    - \(tag)
    model-index:
    - name: \(Self.yaml(export.name))
      results:
      - task:
          type: reinforcement-learning
          name: reinforcement-learning
        dataset:
          name: \(Self.yaml(export.task.identifier))
          type: \(Self.yaml(export.task.identifier))
        metrics:
        - type: mean_reward
          value: \(Self.yaml(reward))
          name: mean_reward
          verified: false
    ---

    # \(export.name)

    A policy for \(export.task.identifier)\(rules), trained by \(method) with Troupe.
    Its network: \(network).

    \(table)

    Equal runs, seeds and numbers of episodes give these figures again: `troupe evaluate\(choice)`.\(replay)

    ## With PyTorch

    ```python
    \(PolicySnippet(export.policy).text)
    ```

    \(observations)

    ## Files

    | file | content |
    | --- | --- |
    | `model.safetensors` | the parameters, under PyTorch's names and shapes |
    | `policy.onnx` | the network as a graph, opset 17: `observation` to \(outputs) |
    | `hyperparameters.json` | what determines the run; `troupe train --config` reads it |
    | `results.json` | the evaluation above, all digits |\(replayFiles)

    ## Train on

    ```
    troupe import model.safetensors --config hyperparameters.json
    ```

    """
  }

  private var reward: String {
    let statistics = export.evaluation.first.statistics
    return "\(DecimalText.hundredths(statistics.mean)) +/- "
      + DecimalText.hundredths(statistics.standardDeviation)
  }

  private var choice: String { export.policy.version.map { " --policy \($0)" } ?? "" }

  private var rules: String {
    export.task.specification.isEmpty ? "" : " (\(export.task.specification))"
  }

  /// As the Hub's other models of the kind are tagged.
  private var tag: String {
    export.configuration.learner.method.isSearch ? "policy-search" : "policy-gradient"
  }

  private var method: String { export.configuration.learner.method.rawValue }

  private var network: String {
    let policy = export.policy.policy
    let sizes =
      [policy.observationSize] + policy.configuration.hidden
      + [policy.actionSpace.outputCount]
    let activation =
      policy.configuration.hidden.isEmpty ? "" : ", \(policy.configuration.activation)"
    return sizes.map(String.init).joined(separator: " → ") + activation
  }

  private var table: String {
    let columns = export.evaluation.columns
    func row(_ name: String, _ cell: (EvaluationSummary) -> String) -> String {
      "| \(name) | " + columns.map { cell($0.summary) }.joined(separator: " | ") + " |"
    }
    return [
      "| \(export.evaluation.episodeCount) episodes | "
        + columns.map(\.name).joined(separator: " | ") + " |",
      "| --- |" + String(repeating: " ---: |", count: columns.count),
      row("mean return") { DecimalText.hundredths($0.statistics.mean) },
      row("95 % interval") {
        "\(DecimalText.hundredths($0.interval.low)) to \(DecimalText.hundredths($0.interval.high))"
      },
      row("standard deviation") { DecimalText.hundredths($0.statistics.standardDeviation) },
      row("median") { DecimalText.hundredths($0.median) },
      row("worst") { DecimalText.hundredths($0.worst) },
    ].joined(separator: "\n")
  }

  /// What a program has to do with observations and actions besides running the network.
  private var observations: String {
    let wrappers = export.configuration.wrappers
    var sentences: [String] = []
    if wrappers.frameStack > 1 {
      sentences.append(
        "The network takes the last \(wrappers.frameStack) observations, the newest first; what came "
          + "before an episode's first is that one again.")
    }
    if !wrappers.observationScale.isEmpty {
      sentences.append(
        "Entries of an observation are multiplied by "
          + wrappers.observationScale.map(NumberText.text(of:)).joined(separator: ", ") + " first.")
    }
    if export.policy.normalization != nil {
      sentences.append(
        "The network sees centred and scaled observations, which `policy.onnx` does by itself.")
    }
    switch wrappers.actionTransform {
    case .none: break
    case .clip: sentences.append("Actions are clipped to their bounds.")
    case .tanh:
      sentences.append(
        "An action is the centre of its range + half the range × tanh of the number.")
    }
    return sentences.isEmpty
      ? "The network takes observations as the environment gives them."
      : sentences.joined(separator: " ")
  }

  private var replay: String {
    guard let episode = export.episode else { return "" }
    return
      " `replay.html`\nplays the episode in the middle of the \(export.evaluation.columns[0].name) ones, with a return of "
      + "\(DecimalText.hundredths(episode.episodeReturn)), in a browser."
  }

  private var replayFiles: String {
    guard let episode = export.episode else { return "" }
    return
      "\n| `replay.html` | slot \(episode.slot) of the evaluation, as a page that needs nothing else |"
      + (episode.hasVideo ? "\n| `replay.mp4` | the same as a video |" : "")
  }

  private var outputs: String {
    if case .box = export.policy.policy.actionSpace { "`mean` and `log_std`" } else { "`logits`" }
  }

  /// A text as YAML reads it, whatever is in it.
  private static func yaml(_ text: String) -> String { JSONValue.string(text).text }
}

extension ActionSpace {
  /// Numbers that a network puts out for it.
  var outputCount: Int {
    switch self {
    case .discrete(let count), .multiBinary(let count): count
    case .multiDiscrete(let counts): counts.reduce(0, +)
    case .box(let low, _): low.count
    }
  }
}

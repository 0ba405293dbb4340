/// docs/metrics.md, made of the vocabulary.
package enum MetricsDocument {
  package static var markdown: String {
    var text = """
      # Metrics

      Made from `Sources/Monitoring/MetricName.swift` by a test; edit that file, and run
      `TROUPE_WRITE_DOCS=1 swift test --filter MetricsDocument`.

      Every update is one line of `metrics.jsonl` in the run's directory, with all of these keys in this
      order, and one step of each scalar in the TensorBoard file beside it (`tensorboard --logdir runs`).
      With `--http` Prometheus reads the same from `/metrics`; what is counted is summed up there and has
      `_total` at its end. The metrics go through [swift-metrics](https://github.com/apple/swift-metrics):
      a program that calls `MetricsSystem.bootstrap` before `TroupeCommand.main` gets them all, under
      Prometheus's names.

      Numbers for the eye come from what is computed anyway and change no bit of a run.


      """
    for subject in MetricName.Subject.allCases {
      text +=
        "## \(title(of: subject))\n\n| name | unit | meaning | healthy |\n| --- | --- | --- | --- |\n"
      for name in MetricName.allCases where name.subject == subject {
        text += "| `\(name.rawValue)` | \(name.unit) | \(name.meaning) | \(name.healthy) |\n"
      }
      text += "\n"
    }
    text += """
      ## Of each actor

      With the labels `actor` and `host`, at `/metrics` and on the dashboard.

      | name | unit | meaning | healthy |
      | --- | --- | --- | --- |

      """
    for name in ActorMetricName.allCases {
      text += "| `\(name.rawValue)` | \(name.unit) | \(name.meaning) | \(name.healthy) |\n"
    }
    text += """

      ## Refusals by reason

      `troupe_refusals_total` at `/metrics` has the label `reason`:

      | reason | meaning |
      | --- | --- |

      """
    for label in RefusalLabel.allCases { text += "| `\(label.rawValue)` | \(label.meaning) |\n" }
    return text
  }

  private static func title(of subject: MetricName.Subject) -> String {
    switch subject {
    case .learning: "Learning"
    case .system: "System"
    case .trouble: "Trouble"
    }
  }
}

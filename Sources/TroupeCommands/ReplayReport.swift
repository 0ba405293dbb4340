import Monitoring
import Policies
import RL

/// What `troupe replay` prints: a line for each step, and one for the episode.
struct ReplayReport {
  private let replay: EpisodeReplay<MLPPolicy>
  /// Numbers of an observation, an action or a distribution that a line of the table has room for.
  private static let shownCount = 8

  init(_ replay: EpisodeReplay<MLPPolicy>) { self.replay = replay }

  func write(json: Bool, to output: (String) -> Void) {
    if json { writeLines(to: output) } else { writeTable(to: output) }
  }

  // MARK: For programs

  private func writeLines(to output: (String) -> Void) {
    for step in replay {
      var line = JSONLine()
      line.add("step", .integer(step.index))
      line.add("observation", .array(step.observation.map(Self.number)))
      line.add("action", .array(step.action.map(Self.number)))
      line.add("log_probability", Self.number(step.logProbability))
      switch step.distribution {
      case .categorical(let choices):
        line.add("probabilities", .array(choices.map { .array($0.map(Self.number)) }))
      case .bernoulli(let switches):
        line.add("probabilities_on", .array(switches.map(Self.number)))
      case .gaussian(let means, let deviations):
        line.add("means", .array(means.map(Self.number)))
        line.add("standard_deviations", .array(deviations.map(Self.number)))
      }
      line.add("reward", Self.number(step.reward))
      line.add("end", step.end.map { .string(Self.text($0)) } ?? .null)
      output(line.text)
    }
    var line = JSONLine()
    line.add("version", .integer(Int(replay.round.version.rawValue)))
    line.add("kind", .string("\(replay.round.kind)"))
    line.add("slot", .integer(replay.slot))
    line.add("steps", .integer(replay.stepCount))
    line.add("return", .number(replay.episodeReturn))
    line.add("end", replay.fault == nil ? .string(Self.text(replay.header.end)) : .null)
    line.add("fingerprint", .string("\(replay.header.fingerprint)"))
    output(line.text)
  }

  /// The fewest digits that read back as the same single-precision number.
  private static func number(_ value: Float) -> JSONValue {
    .number(value.isFinite ? Double("\(value)") : nil)
  }

  private static func text(_ end: EpisodeEnd) -> String {
    switch end {
    case .terminated: "terminated"
    case .truncated: "truncated"
    }
  }

  // MARK: For people

  private func writeTable(to output: (String) -> Void) {
    let isBox = if case .box = replay.actionSpace { true } else { false }
    let widths = [
      5, 10 * min(Self.shownCount, replay.block.observationSize) - 1,
      (isBox ? 10 : 4) * min(Self.shownCount, replay.block.actionSize) - 1,
    ]
    output(
      Self.padded("step", 5) + "  " + Self.padded("observation", widths[1]) + "  "
        + Self.padded("action", max(6, widths[2])) + "      reward      return  "
        + (isBox ? "mean ± standard deviation" : "probabilities"))
    var total = 0.0
    for step in replay {
      total += Double(step.reward)
      output(
        Self.padded("\(step.index)", 5) + "  "
          + Self.padded(Self.row(step.observation, width: 9), widths[1]) + "  "
          + Self.padded(
            isBox ? Self.row(step.action, width: 9) : Self.indices(step.action), max(6, widths[2]))
          + "  " + Self.padded(Self.rounded(Double(step.reward)), 10) + "  "
          + Self.padded(Self.rounded(total), 10) + "  " + Self.text(step.distribution))
    }
    let ending =
      replay.fault.map { "stopped: the environment \($0.problem)" }
      ?? Self.text(replay.header.end)
    output(
      "slot \(replay.slot), \(replay.round): return \(Self.rounded(replay.episodeReturn)) in "
        + "\(replay.stepCount) steps, \(ending), fingerprint \(replay.header.fingerprint)")
  }

  private static func text(_ distribution: ActionDistribution) -> String {
    switch distribution {
    case .categorical(let choices):
      return choices.prefix(shownCount).map {
        row($0, width: 6)
      }.joined(separator: "  |  ") + (choices.count > shownCount ? " …" : "")
    case .bernoulli(let switches): return row(switches, width: 6)
    case .gaussian(let means, let deviations):
      return zip(means, deviations).prefix(shownCount).map {
        "\(rounded(Double($0))) ± \(rounded(Double($1)))"
      }.joined(separator: "  ") + (means.count > shownCount ? " …" : "")
    }
  }

  private static func indices(_ action: [Float]) -> String {
    action.prefix(shownCount).map { padded("\(Int($0))", 3) }.joined(separator: " ")
      + (action.count > shownCount ? " …" : "")
  }

  private static func row(_ values: [Float], width: Int) -> String {
    values.prefix(shownCount).map { padded(rounded(Double($0)), width) }.joined(separator: " ")
      + (values.count > shownCount ? " …" : "")
  }

  /// Four places, without a sign on what rounds to zero.
  private static func rounded(_ value: Double) -> String {
    guard value.isFinite, value.magnitude < 1e9 else { return "\(value)" }
    let scaled = Int((value.magnitude * 10_000).rounded())
    let fraction = "\(scaled % 10_000)"
    return (value < 0 && scaled > 0 ? "-" : "") + "\(scaled / 10_000)."
      + String(repeating: "0", count: 4 - fraction.count) + fraction
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}

import Cluster
import FoundationEssentials
import Monitoring
import Plotting

/// What `metrics.jsonl` of a run holds, read as far as it is written: the run may go on meanwhile.
struct RunHistory {
  /// What learning curves have as their x.
  enum Progress: String, CaseIterable {
    case updates
    case steps
    case episodes
    case seconds

    var label: String {
      switch self {
      case .updates: "updates"
      case .steps: "environment steps"
      case .episodes: "training episodes"
      case .seconds: "seconds"
      }
    }
  }

  private let path: String
  private let lines: [[String: Double?]]

  /// - Throws: bad data when the file cannot be read, or a line but the last is no object of numbers.
  init(runDirectory: String) throws(RoleFailure) {
    path = RunDirectory.metricsPath(in: runDirectory)
    guard let data = try? Data(contentsOf: URL(filePath: path)) else {
      throw RoleFailure(.badData, "\(path) cannot be read; the run may not have made an update yet")
    }
    let decoder = JSONDecoder()
    var lines: [[String: Double?]] = []
    let texts = data.split(separator: UInt8(ascii: "\n"))
    for (index, text) in texts.enumerated() {
      if let line = try? decoder.decode([String: Double?].self, from: Data(text)) {
        lines.append(line)
      } else if index < texts.count - 1 {
        throw RoleFailure(.badData, "line \(index + 1) of \(path) is no line of metrics")
      }
    }
    self.lines = lines
  }

  /// The measurements of one name over the run's progress.
  ///
  /// - Throws: a usage failure if the run has no measurement of that name.
  func series(of name: String, over progress: Progress) throws(RoleFailure) -> Series {
    let names = Set(lines.flatMap(\.keys))
    guard names.contains(name) || lines.isEmpty else {
      throw RoleFailure(
        .usage,
        "\(path) has no \(OptionText.shown(name))"
          + Suggestion.phrase(for: name, among: names.sorted(), orElse: ";")
          + " there are: \(names.sorted().joined(separator: ", "))")
    }
    var points: [Series.Point] = []
    var (steps, episodes, earlier, last) = (0.0, 0.0, 0.0, 0.0)
    for line in lines {
      func number(_ name: MetricName) -> Double { line[name.rawValue].flatMap(\.self) ?? 0 }
      steps += number(.environmentSteps)
      episodes += number(.episodes)
      // A resumed run counts its seconds from its own start.
      if number(.elapsedSeconds) < last { earlier += last }
      last = number(.elapsedSeconds)
      guard let y = line[name].flatMap(\.self) else { continue }
      let x =
        switch progress {
        case .updates: number(.version)
        case .steps: steps
        case .episodes: episodes
        case .seconds: earlier + last
        }
      points.append(Series.Point(x: x, y: y))
    }
    return Series(points)
  }
}

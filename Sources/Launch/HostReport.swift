/// What became of one host, and how its actors are.
package struct HostReport: Hashable, Sendable {
  package enum State: String, Sendable {
    /// As many actors run as were asked for.
    case running
    /// Fewer.
    case partly
    case stopped
    case removed
    case unreachable
    case failed
  }

  package struct Actor: Hashable, Sendable {
    package let number: Int
    package let isRunning: Bool
    /// The newest line of its log.
    package let lastLine: String

    package init(number: Int, isRunning: Bool, lastLine: String) {
      self.number = number
      self.isRunning = isRunning
      self.lastLine = lastLine
    }
  }

  package var state: State
  package var actors: [Actor] = []
  /// How many were asked for; nil where it is not known.
  package var wanted: Int?
  /// What was done, or why it was not.
  package var note = ""

  package init(state: State) { self.state = state }

  package var isGood: Bool {
    switch state {
    case .running, .stopped, .removed: true
    case .partly, .unreachable, .failed: false
    }
  }

  var runningCount: Int { actors.count { $0.isRunning } }

  /// Reads the lines `actor NUMBER running|ended LOG LINE` of an answer.
  static func actors(in answer: String) -> [Actor] {
    answer.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
      guard words.count >= 3, words[0] == "actor", let number = Int(words[1]) else { return nil }
      return Actor(
        number: number, isRunning: words[2] == "running",
        lastLine: words.count == 4 ? String(words[3]) : "")
    }
  }

  /// The rest of the first line that begins with a word.
  static func line(_ word: String, in answer: String) -> String? {
    answer.split(separator: "\n").first { $0.hasPrefix("\(word) ") }
      .map { String($0.dropFirst(word.count + 1)) }
  }
}

/// All hosts, a line each.
package struct HostTable: CustomStringConvertible {
  private let rows: [[String]]

  package init(_ reports: [(name: String, report: HostReport)]) {
    rows =
      [["host", "state", "actors", ""]]
      + reports.map { name, report -> [String] in
        let count: String =
          switch report.state {
          case .unreachable, .failed: "?"
          case .running, .partly, .stopped, .removed:
            "\(report.runningCount)" + (report.wanted.map { " of \($0)" } ?? "")
          }
        return [name, report.state.rawValue, count, report.note]
      }
  }

  package var description: String {
    let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = (0..<3).map { column in
        row[column] + String(repeating: " ", count: widths[column] - row[column].count)
      }
      var line = (cells + [row[3]]).joined(separator: "  ")
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}

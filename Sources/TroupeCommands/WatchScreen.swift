package import Monitoring
import Plotting

/// Numbers as people read them; those of this module are as people write them.
private typealias PlainNumber = Monitoring.NumberText

/// What `troupe watch` draws: the dashboard's content in lines of text.
package struct WatchScreen {
  private let run: WatchedRun
  private let columns: Int
  private let rows: Int
  private let metric: MetricName

  private static let footer = "q ends, m and M show another curve"

  /// `metric` is the curve's.
  package init(run: WatchedRun, columns: Int, rows: Int, metric: MetricName = .meanReturn) {
    self.run = run
    self.columns = columns
    self.rows = rows
    self.metric = metric
  }

  /// At most `rows` lines.
  package var lines: [ScreenLine] {
    guard let newest = run.newest else {
      return head + [ScreenLine(), ScreenLine("no update yet", .soft)] + fill(3, with: actorLines)
    }
    let waits = waitLines(newest)
    // In a low terminal the curve comes first.
    let timeline = rows >= 20 ? timelineLines(most: rows / 6) : []
    let actors = rows >= 14 ? Array(actorLines.prefix(max(2, rows / 5))) : []
    let blank = rows >= 30 ? [ScreenLine()] : []
    var rest = waits + blank
    if !timeline.isEmpty { rest += timeline + blank }
    rest += actors
    let space = rows - head.count - rest.count - blank.count * 2 - 1
    let lines = head + blank + chartLines(rowCount: space) + blank + rest
    return Array(lines.prefix(rows - 1)) + [ScreenLine(Self.footer, .soft)]
  }

  private func fill(_ used: Int, with lines: [ScreenLine]) -> [ScreenLine] {
    Array(lines.prefix(max(0, rows - head.count - used)))
  }

  // MARK: Above the curve

  private var head: [ScreenLine] {
    var title = ScreenLine(run.title, .strong)
    let status = statusPart
    let place = "  " + run.place
    title.add(String(place.prefix(max(0, columns - title.count - status.text.count - 3))), .soft)
    title.pad(to: columns - status.text.count - 1)
    title.add(status.text, status.style)
    guard let progress = run.progress else { return [title] }
    let history = run.returns(count: max(8, min(60, columns - 52)))
    let texts = progress.lines(history: history, width: columns, usesUnicode: true)
    return [title] + texts.map { ScreenLine($0) }
  }

  private var statusPart: (text: String, style: ScreenLine.Style) {
    switch run.status {
    case .live: ("live", .good)
    case .over: ("the run is over", .soft)
    case .silent(let seconds): ("silent for \(Int(seconds)) s", .bad)
    case .lost(let reason): (reason, .bad)
    }
  }

  // MARK: The curve

  private func chartLines(rowCount: Int) -> [ScreenLine] {
    let points = run.updates.compactMap { update in
      update[metric].map { Series.Point(x: Double(update.version), y: $0) }
    }
    let label = metric.rawValue.replacing("_", with: " ")
    let series = Series(points)
    guard rowCount >= 5, !series.points.isEmpty else {
      return [ScreenLine("\(label): nothing to draw", .soft)]
    }
    let isReturn = metric == .meanReturn || metric == .evaluationMeanReturn
    let chart = Chart(
      xLabel: "updates", yLabel: label, curves: [Curve(label: label, runs: [series])],
      goal: isReturn ? run.goal.goalReturn : nil)
    // Beside the curve a column of numbers; above and below it the label, the axis and its numbers.
    let text = TextChart(chart, columnCount: max(10, columns - 12), rowCount: rowCount - 3).text
    let lines = text.split(separator: "\n").dropLast().map { String($0) }
    var first = ScreenLine(lines.first ?? "", .strong)
    if let last = series.points.last { first.add("  \(PlainNumber.short(last.y))") }
    return [first] + lines.dropFirst().map { ScreenLine($0, .line) }
  }

  // MARK: Who waits for whom

  private func waitLines(_ newest: WatchedUpdate) -> [ScreenLine] {
    func bar(_ name: MetricName, _ word: String, into line: inout ScreenLine) {
      let share = min(max(newest[name] ?? 0, 0), 1)
      let width = max(6, min(20, (columns - 54) / 3))
      let full = Int((share * Double(width)).rounded())
      line.add(" \(word) ", .soft)
      line.add(String(repeating: "█", count: full), .line)
      line.add(String(repeating: "░", count: width - full), .soft)
      line.add(" \(PlainNumber.percent(share)) ")
    }
    var learner = ScreenLine("learner")
    bar(.learnerWaitingShare, "waits", into: &learner)
    bar(.learnerComputingShare, "computes", into: &learner)
    bar(.learnerBroadcastingShare, "sends", into: &learner)
    var actors = ScreenLine("actors ")
    bar(.actorWaitingShare, "wait ", into: &actors)
    let mismatches = run.updates.reduce(0) { $0 + ($1[.onPolicyMismatches] ?? 0) }
    actors.add("   on-policy mismatches ", .soft)
    actors.add(PlainNumber.short(mismatches), mismatches > 0 ? .bad : .good)
    return [learner, actors]
  }

  /// The newest round as bars over its time: `█` plays or computes, `▓` sends, `░` waits.
  private func timelineLines(most: Int) -> [ScreenLine] {
    guard let round = run.rounds.last, round.seconds > 0 else { return [] }
    let width = max(10, columns - 20)
    func place(_ seconds: Double) -> Int {
      Int((min(max(seconds / round.seconds, 0), 1) * Double(width)).rounded())
    }
    func line(_ name: String, _ parts: [(to: Double, mark: Character)]) -> ScreenLine {
      var line = ScreenLine(name)
      line.pad(to: 18)
      var bar = ""
      for part in parts {
        bar += String(repeating: part.mark, count: max(0, place(part.to) - bar.count))
      }
      line.add(bar, .line)
      return line
    }
    var title = ScreenLine("round of update \(round.version)", .strong)
    title.add("  \(PlainNumber.short(round.seconds * 1000)) ms", .soft)
    title.add("  █ plays, computes  ▓ sends  ░ waits", .soft)
    let learner = line(
      "learner",
      [
        (round.broadcasting, "▓"), (round.seconds - round.computing, "░"), (round.seconds, "█"),
      ])
    let actors = round.actors.prefix(max(1, most)).map { share in
      line(
        share.actor,
        [(share.lastArrival - share.played, "░"), (share.lastArrival, "█"), (round.seconds, "░")])
    }
    return [title, learner] + actors
  }

  private var actorLines: [ScreenLine] {
    guard let actors = run.actors else {
      return [ScreenLine("single actors are shown with --http: troupe watch URL", .soft)]
    }
    guard !actors.isEmpty else {
      return [
        ScreenLine(
          "no actor is there; start one with: troupe actor --connect \(run.address ?? "ADDRESS")",
          .bad)
      ]
    }
    let title = row([
      "actor", "host", "process", "state", "steps/s", "share", "held",
      isWide ? "last heard" : "heard",
    ])
    return [ScreenLine(title, .strong)]
      + actors.map { actor in
        let isWell = actor.condition == "live" && !actor.isLate
        return ScreenLine(
          row([
            actor.id, actor.host, "\(actor.pid)",
            actor.condition == "live" && actor.isLate ? "late" : actor.condition,
            PlainNumber.scaled(actor.stepsPerSecond), PlainNumber.percent(actor.shareOfSlots),
            "\(actor.heldSlots)", "\(PlainNumber.decimal(actor.lastHeardSeconds, places: 1)) s",
          ]), isWell ? .plain : .bad)
      }
  }

  private var isWide: Bool { columns >= 100 }

  /// Words to the left, numbers to the right.
  private func row(_ cells: [String]) -> String {
    let widths = [-16, isWide ? -21 : -11, 8, -11, 8, 6, 6, isWide ? 10 : 7]
    return zip(cells, widths).map { cell, width in
      let short = String(cell.prefix(abs(width)))
      let blanks = String(repeating: " ", count: abs(width) - short.count)
      return width < 0 ? short + blanks : blanks + short
    }.joined(separator: " ")
  }
}

import Glibc

/// How far a run is, at one moment.
package struct Progress: Hashable, Sendable {
  /// Updates applied so far.
  package var update: Int
  /// Where the run stops, if that is known.
  package var lastUpdate: Int?
  /// Mean return of the round just finished; nil before the first.
  package var meanReturn: Double?
  /// Environment steps per second of the round just finished.
  package var stepsPerSecond: Double
  package var actors: Int
  /// Share of the round in which the learner had nothing to do but wait, 0...1.
  package var learnerWaitingShare: Double
  /// Share of the round in which an actor had no slot to play, mean over actors, 0...1.
  package var actorWaitingShare: Double

  package init(
    update: Int, lastUpdate: Int? = nil, meanReturn: Double?, stepsPerSecond: Double, actors: Int,
    learnerWaitingShare: Double, actorWaitingShare: Double
  ) {
    self.update = update
    self.lastUpdate = lastUpdate
    self.meanReturn = meanReturn
    self.stepsPerSecond = stepsPerSecond
    self.actors = actors
    self.learnerWaitingShare = learnerWaitingShare
    self.actorWaitingShare = actorWaitingShare
  }

  /// One line of at most `width` columns; parts that do not fit are left out, the last first.
  ///
  /// `history` holds mean returns, the newest last; it becomes a sparkline.
  package func line(history: [Double], width: Int, usesUnicode: Bool) -> String {
    var parts = ["update \(NumberText.grouped(update))"]
    if let lastUpdate { parts[0] += "/\(NumberText.grouped(lastUpdate))" }
    if let meanReturn {
      let curve = sparkline(history, usesUnicode: usesUnicode)
      parts.append("return \(NumberText.short(meanReturn))" + (curve.isEmpty ? "" : " \(curve)"))
    }
    parts.append("\(NumberText.scaled(stepsPerSecond)) steps/s")
    parts.append(actors == 1 ? "1 actor" : "\(NumberText.grouped(actors)) actors")
    parts.append(
      "waiting: learner \(NumberText.percent(learnerWaitingShare)), "
        + "actors \(NumberText.percent(actorWaitingShare))")
    while parts.count > 1, parts.joined(separator: "  ").count > width { parts.removeLast() }
    return String(parts.joined(separator: "  ").prefix(max(0, width)))
  }
}

/// One column per value, from the lowest to the highest of them; values that are not finite are blank.
package func sparkline(_ values: [Double], usesUnicode: Bool) -> String {
  let levels = Array(usesUnicode ? "▁▂▃▄▅▆▇█" : "_.-=+*#@")
  let finite = values.filter(\.isFinite)
  guard let low = finite.min(), let high = finite.max() else { return "" }
  return String(
    values.map { value in
      guard value.isFinite else { return " " }
      // Halved first: the difference of two finite numbers can be infinite.
      let share = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0
      return levels[min(levels.count - 1, Int(share * Double(levels.count)))]
    })
}

/// Shows progress on the console: redrawn in place on a terminal, a plain line now and then elsewhere.
package struct ProgressLine: ~Copyable {
  private static let historyCount = 30

  private let console: Console
  private var history: [Double] = []
  private var newestUpdate: Int?
  private var lastShown: ContinuousClock.Instant?

  /// The text form of standard error only: among JSON lines there is no place for it.
  package init(console: Console) { self.console = console }

  /// Notes the progress, and shows it unless the last time is less than 100 ms ago (1 s where it is not
  /// redrawn in place).
  package mutating func show(_ progress: Progress, now: ContinuousClock.Instant) {
    if let meanReturn = progress.meanReturn, progress.update != newestUpdate {
      newestUpdate = progress.update
      if history.count == Self.historyCount { history.removeFirst() }
      history.append(meanReturn)
    }
    let interval = console.isTerminal ? Duration.milliseconds(100) : .seconds(1)
    if let lastShown, now - lastShown < interval { return }
    lastShown = now
    if console.isTerminal {
      // The last column stays free: a character there makes some terminals begin the next line.
      console.show(
        live: progress.line(
          history: history, width: console.width - 1, usesUnicode: console.usesUnicode))
    } else {
      console.write(
        line: progress.line(history: history, width: .max, usesUnicode: console.usesUnicode))
    }
  }

  /// Erases the live line; it also goes when its owner does.
  package consuming func finish() {}

  deinit {
    if console.isTerminal { console.show(live: "") }
  }
}

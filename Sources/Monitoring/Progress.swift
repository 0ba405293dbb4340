/// How far a run is, at one moment.
package struct Progress: Hashable, Sendable {
  /// Updates applied so far.
  package var update: Int
  /// Where the run stops, if that is known.
  package var lastUpdate: Int?
  /// Mean return of the round just finished; nil before the first.
  package var meanReturn: Double?
  /// The mean return that ends the run, if there is one.
  package var goalReturn: Double?
  /// Until the goal, as far as that can be told.
  package var secondsLeft: Double?
  /// Environment steps per second of the round just finished.
  package var stepsPerSecond: Double
  package var actors: Int
  /// Share of the round in which the learner had nothing to do but wait, 0...1.
  package var learnerWaitingShare: Double
  /// Share of the round in which an actor had no slot to play, mean over actors, 0...1.
  package var actorWaitingShare: Double

  package init(
    update: Int, lastUpdate: Int? = nil, meanReturn: Double?, goalReturn: Double? = nil,
    secondsLeft: Double? = nil, stepsPerSecond: Double, actors: Int,
    learnerWaitingShare: Double, actorWaitingShare: Double
  ) {
    self.update = update
    self.lastUpdate = lastUpdate
    self.meanReturn = meanReturn
    self.goalReturn = goalReturn
    self.secondsLeft = secondsLeft
    self.stepsPerSecond = stepsPerSecond
    self.actors = actors
    self.learnerWaitingShare = learnerWaitingShare
    self.actorWaitingShare = actorWaitingShare
  }

  /// One line of at most `width` columns; parts that do not fit are left out, the last first.
  ///
  /// `history` holds mean returns, the newest last; it becomes a sparkline.
  package func line(history: [Double], width: Int, usesUnicode: Bool) -> String {
    Self.joined([updateText, returnText(history, usesUnicode)] + rates, width: width)
  }

  /// Two lines of at most `width` columns: how far it is, and how fast.
  package func lines(history: [Double], width: Int, usesUnicode: Bool) -> [String] {
    [
      Self.joined([updateText, returnText(history, usesUnicode)], width: width),
      Self.joined(rates, width: width),
    ]
  }

  private static func joined(_ parts: [String?], width: Int) -> String {
    var parts = parts.compactMap(\.self)
    while parts.count > 1, parts.joined(separator: "  ").count > width { parts.removeLast() }
    return String(parts.joined(separator: "  ").prefix(max(0, width)))
  }

  /// A forecast has no tenths.
  private static func rounded(seconds: Double) -> String {
    seconds < 59.5
      ? "\(NumberText.decimal(seconds, places: 0)) s" : NumberText.duration(seconds: seconds)
  }

  private var updateText: String {
    "update \(NumberText.grouped(update))"
      + (lastUpdate.map { "/\(NumberText.grouped($0))" } ?? "")
  }

  private func returnText(_ history: [Double], _ usesUnicode: Bool) -> String? {
    guard let meanReturn else { return nil }
    let curve = sparkline(history, usesUnicode: usesUnicode)
    return "return \(NumberText.short(meanReturn))"
      + (goalReturn.map { " of \(NumberText.short($0))" } ?? "")
      + (curve.isEmpty ? "" : " \(curve)")
  }

  private var rates: [String?] {
    [
      secondsLeft.map { "about \(Self.rounded(seconds: $0)) left" },
      "\(NumberText.scaled(stepsPerSecond)) steps/s",
      actors == 1 ? "1 actor" : "\(NumberText.grouped(actors)) actors",
      "waiting: learner \(NumberText.percent(learnerWaitingShare)), "
        + "actors \(NumberText.percent(actorWaitingShare))",
    ]
  }
}

/// One column per value, from the lowest to the highest of them, half as high where all are equal; values that are
/// not finite are blank.
package func sparkline(_ values: [Double], usesUnicode: Bool) -> String {
  let levels = Array(usesUnicode ? "▁▂▃▄▅▆▇█" : "_.-=+*#@")
  let finite = values.filter(\.isFinite)
  guard let low = finite.min(), let high = finite.max() else { return "" }
  return String(
    values.map { value in
      guard value.isFinite else { return " " }
      // Halved first: the difference of two finite numbers can be infinite.
      let share = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0.5
      return levels[min(levels.count - 1, Int(share * Double(levels.count)))]
    })
}

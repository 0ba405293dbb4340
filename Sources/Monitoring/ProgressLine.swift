import Glibc

/// Shows progress on the console: two lines redrawn in place on a terminal, a plain line now and then
/// elsewhere.
package struct ProgressLine: ~Copyable {
  private static let historyCount = 30

  private let console: Console
  private let forecast: GoalForecast
  /// Of the latest updates, the newest last.
  private var history: [Double] = []
  private var newestUpdate: Int?
  private var lastShown: ContinuousClock.Instant?

  /// The text form of standard error only: among JSON lines there is no place for it.
  package init(console: Console, forecast: GoalForecast = GoalForecast()) {
    self.console = console
    self.forecast = forecast
  }

  /// Notes the progress, and shows it unless the last time is less than 100 ms ago (1 s where it is not
  /// redrawn in place). With the seconds that an update takes it also says how long the goal is away.
  package mutating func show(
    _ progress: Progress, secondsPerUpdate: Double? = nil, now: ContinuousClock.Instant
  ) {
    if let meanReturn = progress.meanReturn, progress.update != newestUpdate {
      newestUpdate = progress.update
      if history.count == Self.historyCount { history.removeFirst() }
      history.append(meanReturn)
    }
    let interval = console.isTerminal ? Duration.milliseconds(100) : .seconds(1)
    if let lastShown, now - lastShown < interval { return }
    lastShown = now
    var progress = progress
    progress.lastUpdate = progress.lastUpdate ?? forecast.lastUpdate
    progress.goalReturn = progress.goalReturn ?? forecast.goalReturn
    if let secondsPerUpdate {
      progress.secondsLeft = forecast.updatesLeft(at: progress.update, history: history)
        .map { $0 * secondsPerUpdate }
    }
    if console.isTerminal {
      // The last column stays free: a character there makes some terminals begin the next line.
      console.show(
        live: progress.lines(
          history: history, width: console.width - 1, usesUnicode: console.usesUnicode))
    } else {
      console.write(
        line: progress.line(history: history, width: .max, usesUnicode: console.usesUnicode))
    }
  }

  /// Erases the live lines; they also go when their owner does.
  package consuming func finish() {}

  deinit {
    if console.isTerminal { console.show(live: []) }
  }
}

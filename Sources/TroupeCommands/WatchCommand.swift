import ArgumentParser
import Cluster
import Dashboard
import Monitoring

/// `troupe watch`: a run's dashboard in a terminal.
struct WatchCommand: ContextualCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Watch a run in the terminal.",
    discussion: """
      Examples:
        troupe watch cartpole-seed1
        troupe watch http://127.0.0.1:8080

      A directory of this machine is followed as the run writes it. A learner with --http tells more, \
      from wherever its port can be reached: each actor, and who waited for whom in the newest round. \
      q ends it, m and M show another curve. Without a terminal it prints a line for each update that \
      it sees, once a second, until the run is over.
      """)

  @Argument(
    help: ArgumentHelp(
      "Directory of the run, its name under runs/, or http://HOST:PORT of its learner.",
      valueName: "run"), completion: .directory)
  var run: String

  /// Where the terminal is drawn anew, and a file or a learner asked for news.
  private static let interval = Duration.milliseconds(500)
  /// Looks, a second apart, after which a learner that does not answer is given up without a terminal.
  private static let lossLimit = 10

  func run(in context: CommandContext) throws {
    var source = try source(in: context)
    var watched = WatchedRun()
    try source.look(at: &watched)
    var signals = try Signals()
    if let screen = TerminalScreen() {
      try draw(&watched, from: &source, on: screen, signals: &signals, in: context)
    } else {
      try printLines(&watched, from: &source, signals: &signals, in: context)
    }
  }

  private func source(in context: CommandContext) throws(RoleFailure) -> any WatchSource {
    guard run.contains("://") else {
      return RunDirectorySource(try RecordedRun(named: run, in: context, plays: false))
    }
    guard let page = LearnerPage(url: run) else {
      throw RoleFailure(
        .usage, "\(OptionText.shown(run)) is no address of a learner; write http://HOST:PORT")
    }
    return LearnerPageSource(page)
  }

  private func draw(
    _ watched: inout WatchedRun, from source: inout any WatchSource,
    on screen: borrowing TerminalScreen, signals: inout Signals, in context: CommandContext
  ) throws(RoleFailure) {
    let console = Console.standardError()
    let metrics = MetricName.allCases.filter { $0 != .version }
    var metric = MetricName.meanReturn
    var nextLook = ContinuousClock.now + Self.interval
    while true {
      let (columns, rows) = screen.size
      let content = WatchScreen(run: watched, columns: columns, rows: rows, metric: metric)
      screen.show(
        content.lines, usesColor: context.variables["NO_COLOR"] == nil,
        usesUnicode: console.usesUnicode)
      let wait = max(0, (nextLook - ContinuousClock.now) / .milliseconds(1))
      let key = screen.key(within: Int32(wait.rounded(.up)), or: signals.descriptor)
      if signals.next() != nil { return }
      switch key.map({ Character(UnicodeScalar($0)) }) ?? " " {
      case "q", "Q", "\u{3}", "\u{4}": return
      case "m": metric = Self.neighbour(of: metric, in: metrics, by: 1)
      case "M": metric = Self.neighbour(of: metric, in: metrics, by: -1)
      default: break
      }
      guard ContinuousClock.now >= nextLook else { continue }
      try source.look(at: &watched)
      nextLook = ContinuousClock.now + Self.interval
    }
  }

  private static func neighbour(
    of metric: MetricName, in metrics: [MetricName], by step: Int
  ) -> MetricName {
    let index = metrics.firstIndex(of: metric) ?? 0
    return metrics[(index + step + metrics.count) % metrics.count]
  }

  /// Until the run is over, or somebody has enough.
  private func printLines(
    _ watched: inout WatchedRun, from source: inout any WatchSource, signals: inout Signals,
    in context: CommandContext
  ) throws(RoleFailure) {
    var shown = 0
    var lossCount = 0
    while true {
      if let newest = watched.newest, newest.version > shown,
        let line = watched.progress?.line(
          history: watched.returns(count: 30), width: .max, usesUnicode: true)
      {
        shown = newest.version
        context.output(line)
      }
      if watched.status == .over { return }
      if case .lost(let reason) = watched.status {
        if lossCount == 0 { context.note(reason) }
        lossCount += 1
        if lossCount == Self.lossLimit {
          return context.note("the learner has ended, or cannot be reached any more")
        }
      } else {
        lossCount = 0
      }
      TerminalScreen.wait(for: signals.descriptor, milliseconds: 1000)
      if signals.next() != nil { return }
      try source.look(at: &watched)
    }
  }
}

import Glibc
import Monitoring
import Testing

@Suite struct ProgressLineTests {
  let progress = Progress(
    update: 1200, lastUpdate: 5000, meanReturn: 195.34, stepsPerSecond: 1_240_000, actors: 8,
    learnerWaitingShare: 0.125, actorWaitingShare: 0.03)
  let start = ContinuousClock.now

  @Test(
    "parts that do not fit are left out, the last first",
    arguments: [
      (
        200,
        "update 1,200/5,000  return 195.3 ▁▅█  1.24M steps/s  8 actors  "
          + "waiting: learner 13%, actors 3%"
      ),
      (61, "update 1,200/5,000  return 195.3 ▁▅█  1.24M steps/s  8 actors"),
      (60, "update 1,200/5,000  return 195.3 ▁▅█  1.24M steps/s"),
      (40, "update 1,200/5,000  return 195.3 ▁▅█"), (20, "update 1,200/5,000"), (5, "updat"),
      (0, ""), (-1, ""),
    ])
  func width(width: Int, text: String) {
    #expect(progress.line(history: [1, 2, 3], width: width, usesUnicode: true) == text)
  }

  @Test("a line is never wider than asked")
  func widths() {
    for width in 0...120 {
      #expect(progress.line(history: [], width: width, usesUnicode: false).count <= width)
    }
  }

  @Test("what is not known yet is left out")
  func first() {
    let progress = Progress(
      update: 0, meanReturn: nil, stepsPerSecond: 0, actors: 1, learnerWaitingShare: 1,
      actorWaitingShare: 0)
    #expect(
      progress.line(history: [], width: 80, usesUnicode: true)
        == "update 0  0 steps/s  1 actor  waiting: learner 100%, actors 0%")
  }

  @Test("a sparkline spans from the lowest to the highest value")
  func sparklines() {
    #expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], usesUnicode: true) == "▁▂▃▄▅▆▇█")
    #expect(sparkline([7, 0, 7], usesUnicode: false) == "@_@")
    #expect(sparkline([5, 5], usesUnicode: true) == "▅▅")
    #expect(sparkline([1, .nan, 2, .infinity], usesUnicode: true) == "▁ █ ")
    #expect(
      sparkline([-.greatestFiniteMagnitude, .greatestFiniteMagnitude], usesUnicode: true) == "▁█")
    #expect(sparkline([], usesUnicode: true) == "")
    #expect(sparkline([.nan], usesUnicode: true) == "")
  }

  @Test(
    "on a terminal two lines are redrawn in place, ten times a second at most, and erased at the end"
  )
  func terminal() throws {
    let captured = try CapturedConsole(isTerminal: true)
    let rates = "1.24M steps/s  8 actors  waiting: learner 13%, actors 3%"
    let erase = "\r\u{1b}[1A\u{1b}[J"
    do {
      var line = ProgressLine(console: captured.console)
      line.show(progress, now: start)
      #expect(captured.output() == "update 1,200/5,000  return 195.3 ▅\n" + rates)
      var next = progress
      next.update += 1
      next.meanReturn = 200
      line.show(next, now: start + .milliseconds(99))
      #expect(captured.output() == "")
      line.show(next, now: start + .milliseconds(100))
      let lines = "update 1,201/5,000  return 200.0 ▁█\n" + rates
      #expect(captured.output() == erase + lines)
      // A log line goes above them.
      captured.console.write(line: "a log line")
      #expect(captured.output() == erase + "a log line\n" + lines)
      line.finish()
    }
    #expect(captured.output() == erase)
    captured.console.write(line: "afterwards")
    #expect(captured.output() == "afterwards\n")
  }

  @Test("with a goal it says how far it is and how long it takes")
  func goal() throws {
    let captured = try CapturedConsole()
    var line = ProgressLine(
      console: captured.console, forecast: GoalForecast(lastUpdate: 100, goalReturn: 475))
    var progress = Progress(
      update: 40, meanReturn: 195.34, stepsPerSecond: 950, actors: 1, learnerWaitingShare: 0.5,
      actorWaitingShare: 0)
    line.show(progress, secondsPerUpdate: 2.5, now: start)
    let text = captured.output()
    #expect(
      text.hasPrefix("update 40/100  return 195.3 of 475.0 ▅  about 2 min 30 s left  950 steps/s"))
    progress.update = 100
    line.show(progress, secondsPerUpdate: 2.5, now: start + .seconds(1))
    line.finish()
    #expect(captured.output().contains("about 0 s left"))
  }

  @Test("elsewhere it is a plain line, once a second at most")
  func plain() throws {
    let captured = try CapturedConsole()
    var line = ProgressLine(console: captured.console)
    line.show(progress, now: start)
    line.show(progress, now: start + .milliseconds(999))
    let text =
      "update 1,200/5,000  return 195.3 ▅  1.24M steps/s  8 actors  "
      + "waiting: learner 13%, actors 3%\n"
    #expect(captured.output() == text)
    line.show(progress, now: start + .seconds(1))
    line.finish()
    #expect(captured.output() == text)
  }

  @Test("the history is that of the last thirty updates, each counted once")
  func history() throws {
    let captured = try CapturedConsole()
    var line = ProgressLine(console: captured.console)
    var now = start
    for update in 0..<40 {
      var next = progress
      next.update = update
      next.meanReturn = Double(update)
      for _ in 0..<3 {
        now += .seconds(1)
        line.show(next, now: now)
      }
    }
    line.finish()
    let last = try #require(captured.output().split(separator: "\n").last)
    #expect(last.count { "▁▂▃▄▅▆▇█".contains($0) } == 30)
  }

  @Test("the width is that of the terminal")
  func terminalWidth() throws {
    // SAFETY: the path is NUL-terminated.
    let leader = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY)
    try #require(leader >= 0)
    defer { close(leader) }
    var size = winsize(ws_row: 24, ws_col: 37, ws_xpixel: 0, ws_ypixel: 0)
    // SAFETY: TIOCSWINSZ reads exactly this structure.
    try #require(unsafe ioctl(leader, UInt(TIOCSWINSZ), &size) == 0)
    let console = Console(
      descriptor: leader, isTerminal: true, usesColor: false, usesUnicode: true)
    #expect(console.width == 37)
    #expect(try CapturedConsole(isTerminal: true).console.width == 80)
  }
}

@Suite struct GoalForecastTests {
  @Test("a number of updates is certain")
  func updates() {
    let forecast = GoalForecast(lastUpdate: 50)
    #expect(forecast.updatesLeft(at: 20, history: []) == 30)
    #expect(forecast.updatesLeft(at: 60, history: []) == 0)
    #expect(GoalForecast().updatesLeft(at: 20, history: [1, 2, 3]) == nil)
  }

  @Test("a return is where the line through the latest ones meets it")
  func returns() throws {
    let forecast = GoalForecast(goalReturn: 100)
    let line = (0..<20).map { 3.0 * Double($0) }
    let left = try #require(forecast.updatesLeft(at: 19, history: line))
    #expect(abs(left - (100 / 3.0 - 19)) < 1e-9)
    let noisy = line.enumerated().map { $0.element + ($0.offset % 2 == 0 ? 4 : -4) }
    #expect(forecast.updatesLeft(at: 19, history: noisy).map { abs($0 - left) < 3 } == true)
    #expect(forecast.updatesLeft(at: 9, history: (0..<10).map { 95 + Double($0) }) == 0)
  }

  @Test("what does not clearly rise is no forecast")
  func flat() {
    let forecast = GoalForecast(goalReturn: 100)
    #expect(forecast.updatesLeft(at: 9, history: Array(repeating: 50, count: 30)) == nil)
    #expect(forecast.updatesLeft(at: 9, history: (0..<30).map { Double(-$0) }) == nil)
    #expect(forecast.updatesLeft(at: 9, history: (0..<30).map { Double($0 * 7 % 11) }) == nil)
    #expect(forecast.updatesLeft(at: 9, history: [1, 2, 3]) == nil, "too few")
    #expect(forecast.updatesLeft(at: 9, history: (0..<29).map(Double.init) + [.nan]) == nil)
  }

  @Test("of two goals the nearer one ends the run")
  func both() {
    let history = (0..<10).map { Double($0) }
    #expect(
      GoalForecast(lastUpdate: 12, goalReturn: 100).updatesLeft(at: 10, history: history) == 2)
    #expect(
      GoalForecast(lastUpdate: 999, goalReturn: 10).updatesLeft(at: 10, history: history) == 1)
  }
}

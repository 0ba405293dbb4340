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
    #expect(sparkline([5, 5], usesUnicode: true) == "▁▁")
    #expect(sparkline([1, .nan, 2, .infinity], usesUnicode: true) == "▁ █ ")
    #expect(
      sparkline([-.greatestFiniteMagnitude, .greatestFiniteMagnitude], usesUnicode: true) == "▁█")
    #expect(sparkline([], usesUnicode: true) == "")
    #expect(sparkline([.nan], usesUnicode: true) == "")
  }

  @Test("on a terminal it is redrawn in place, ten times a second at most, and erased at the end")
  func terminal() throws {
    let captured = try CapturedConsole(isTerminal: true)
    do {
      var line = ProgressLine(console: captured.console)
      line.show(progress, now: start)
      #expect(
        captured.output()
          == "\r\u{1b}[Kupdate 1,200/5,000  return 195.3 ▁  1.24M steps/s  8 actors")
      var next = progress
      next.update += 1
      next.meanReturn = 200
      line.show(next, now: start + .milliseconds(99))
      #expect(captured.output() == "")
      line.show(next, now: start + .milliseconds(100))
      #expect(captured.output().hasPrefix("\r\u{1b}[Kupdate 1,201/5,000  return 200.0 ▁█"))
      // A log line goes above it.
      captured.console.write(line: "a log line")
      let output = captured.output()
      #expect(output.hasPrefix("\r\u{1b}[Ka log line\nupdate 1,201/5,000  "))
      line.finish()
    }
    #expect(captured.output() == "\r\u{1b}[K")
    captured.console.write(line: "afterwards")
    #expect(captured.output() == "afterwards\n")
  }

  @Test("elsewhere it is a plain line, once a second at most")
  func plain() throws {
    let captured = try CapturedConsole()
    var line = ProgressLine(console: captured.console)
    line.show(progress, now: start)
    line.show(progress, now: start + .milliseconds(999))
    let text =
      "update 1,200/5,000  return 195.3 ▁  1.24M steps/s  8 actors  "
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

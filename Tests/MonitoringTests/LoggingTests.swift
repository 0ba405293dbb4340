import Glibc
import Logging
import Monitoring
import RL
import Testing

@Suite struct LoggingTests {
  static let time = Timestamp(seconds: 1_769_862_896, nanoseconds: 789_999_999)

  func logger(
    _ console: Console, _ configuration: LoggingConfiguration, role: String = "learner"
  ) -> Logger {
    let sinks = LogSinks(configuration, console, now: { Self.time })
    return Logger(label: role) { RoleLogHandler(role: $0, sinks: sinks) }
  }

  @Test("a text line has time, level, role, message and sorted metadata")
  func text() throws {
    let captured = try CapturedConsole()
    let logger = logger(captured.console, LoggingConfiguration())
    logger.info(
      "actor joined",
      metadata: fields([.lanes: 64, .actor: "00ff", .reason: "two words", .seconds: 0.25]))
    #expect(
      captured.output() == "\(Self.time.localClock) info    learner  actor joined  actor=00ff"
        + "  lanes=64  reason=\"two words\"  seconds=0.250\n")
    logger.debug("not at this level")
    #expect(captured.output() == "")
  }

  @Test("colours are used where they are wanted")
  func colors() throws {
    let captured = try CapturedConsole(usesColor: true)
    logger(captured.console, LoggingConfiguration()).warning("late", metadata: fields([.slot: 3]))
    #expect(
      captured.output() == "\(Self.time.localClock) \u{1b}[33mwarning\u{1b}[0m learner  late"
        + "  \u{1b}[2mslot=\u{1b}[0m3\n")
  }

  @Test("a JSON line has typed fields, sorted after the first four")
  func json() throws {
    let captured = try CapturedConsole()
    var logger = logger(
      captured.console, LoggingConfiguration(format: .json, level: .trace), role: "actor")
    logger[metadataKey: "seed"] = .stringConvertible(UInt64.max)
    logger[metadataKey: "slot"] = "overridden"
    logger.trace(
      "line\none",
      metadata: [
        "slot": .stringConvertible(Int8(-3)), "float": .stringConvertible(Float(0.1)),
        "nan": .stringConvertible(Double.nan), "flag": .stringConvertible(true),
        "version": .stringConvertible(PolicyVersion(7)), "list": ["1", .stringConvertible(2)],
        "nested": ["b": "x", "a": .stringConvertible(1.5)], "time": "mine", "number": "12",
      ])
    #expect(
      captured.output()
        == #"{"time":"2026-01-31T12:34:56.789Z","level":"trace","role":"actor","#
        + #""message":"line\none","flag":true,"float":0.1,"list":["1",2],"nan":null,"#
        + #""nested":{"a":1.5,"b":"x"},"number":"12","seed":18446744073709551615,"slot":-3,"#
        + #""time_":"mine","version":7}"# + "\n")
  }

  @Test("an error given to the logger is a field")
  func thrown() throws {
    struct Failure: Error, CustomStringConvertible { let description = "disk on fire" }
    let captured = try CapturedConsole()
    logger(captured.console, LoggingConfiguration(format: .json)).error("stop", error: Failure())
    #expect(captured.output().hasSuffix(#""message":"stop","error":"disk on fire"}"# + "\n"))
  }

  @Test("text from outside cannot steer the terminal or forge a line")
  func hostile() throws {
    let captured = try CapturedConsole()
    logger(captured.console, LoggingConfiguration()).info(
      "a\n12:00 error b\u{1b}[2J", metadata: ["host": "x\r\u{9b}2J", "path": "a=b"])
    #expect(
      captured.output() == "\(Self.time.localClock) info    learner  "
        + #"a\n12:00 error b\u001b[2J  host=x\r\u009b2J  path="a=b""# + "\n")
  }

  @Test("the log file gets JSON lines whatever the console shows")
  func file() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("log.jsonl")
    try write("{\"half", to: path)
    let captured = try CapturedConsole()
    let logger = logger(captured.console, LoggingConfiguration(jsonFile: path))
    logger.info("one")
    logger.info("two", metadata: fields([.count: 2]))
    #expect(captured.output().contains("info    learner  one\n"))
    let lines = try #require(contents(of: path)).split(separator: "\n").map(String.init)
    #expect(
      lines == [
        "{\"half",
        #"{"time":"2026-01-31T12:34:56.789Z","level":"info","role":"learner","message":"one"}"#,
        #"{"time":"2026-01-31T12:34:56.789Z","level":"info","role":"learner","message":"two","count":2}"#,
      ])
  }

  @Test("a log file that cannot be written is reported once and stops nothing")
  func fullDisk() throws {
    let captured = try CapturedConsole()
    let logger = logger(captured.console, LoggingConfiguration(jsonFile: "/dev/full"))
    logger.info("one")
    logger.info("two")
    let lines = captured.output().split(separator: "\n")
    #expect(lines.count == 3)
    #expect(
      lines[1].hasSuffix(
        "error   log  cannot write /dev/full, going on without: no space left on device"))
  }

  @Test(
    "the moment is written in UTC with milliseconds",
    arguments: [
      (Int64(0), "1970-01-01T00:00:00.789Z"), (951_782_400, "2000-02-29T00:00:00.789Z"),
      (1_709_251_199, "2024-02-29T23:59:59.789Z"), (4_107_542_400, "2100-03-01T00:00:00.789Z"),
      (-1, "1969-12-31T23:59:59.789Z"),
    ])
  func utc(seconds: Int64, text: String) {
    #expect(Timestamp(seconds: seconds, nanoseconds: 789_000_000).utc == text)
  }
}

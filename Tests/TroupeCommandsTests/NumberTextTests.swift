import Testing
import TroupeCommands

@Suite struct NumberTextTests {
  @Test(
    "decimal numbers are read",
    arguments: [
      ("0", 0), ("0.03", 0.03), ("-150", -150), ("+2", 2), (".5", 0.5), ("5.", 5), ("3e-4", 3e-4),
      ("1E+3", 1000), ("0.0", 0), ("0e5", 0), ("1e-300", 1e-300), ("007", 7),
    ])
  func decimal(text: String, value: Double) {
    #expect(NumberText.decimal(text) == value)
  }

  @Test(
    "what is no decimal number is refused",
    arguments: [
      "", " ", "nan", "NaN", "-nan", "inf", "-inf", "infinity", "0x1p-3", "0x10", "1e", "1e+", "e5",
      ".", "-", "+", "--1", "1.2.3", "1,5", "1_000", " 1", "1 ", "1\n", "1f", "0.1x", "1e999",
      "-1e999", "1e-999", "٣", "½", "１", "1\u{0}", "0.03abc", "snan", "nan(1)",
    ])
  func notDecimal(text: String) {
    #expect(NumberText.decimal(text) == nil)
  }

  @Test(
    "what is no whole number is refused",
    arguments: [
      "", "1.0", "1e3", "0x10", "1_000", " 1", "1 ", "٣", "9223372036854775808", "nan", "-", "+",
    ])
  func notWhole(text: String) {
    #expect(NumberText.whole(text) == nil)
  }

  @Test("whole numbers reach the ends of their types")
  func ends() {
    #expect(NumberText.whole("-9223372036854775808") == .min)
    #expect(NumberText.whole("+12") == 12)
    #expect(NumberText.unsigned("18446744073709551615") == .max)
    #expect(NumberText.unsigned("18446744073709551616") == nil)
    #expect(NumberText.unsigned("-1") == nil)
    #expect(NumberText.unsigned("+1") == nil)
  }

  @Test("times have units")
  func durations() {
    #expect(NumberText.duration("90") == .seconds(90))
    #expect(NumberText.duration("1.5s") == .seconds(1.5))
    #expect(NumberText.duration("10m") == .seconds(600))
    #expect(NumberText.duration("2h") == .seconds(7200))
    for text in ["", "m", "-1s", "10d", "1e10h", "inf", "nan", "10 m", "10ms"] {
      #expect(NumberText.duration(text) == nil, "\(text)")
    }
  }

  @Test("short times need a unit, unless they are 0")
  func shortTimes() {
    #expect(NumberText.shortTime("20us") == .microseconds(20))
    #expect(NumberText.shortTime("1.5ms") == .microseconds(1500))
    #expect(NumberText.shortTime("0.25s") == .milliseconds(250))
    #expect(NumberText.shortTime("0") == .zero)
    for text in ["", "us", "1", "1m", "-1ms", "61s", "1e99s", "nan", "1 ms", "inf us"] {
      #expect(NumberText.shortTime(text) == nil, "\(text)")
    }
    for text in ["0", "20us", "1ms", "1500ms", "0.3us"] {
      let time = NumberText.shortTime(text)
      #expect(time.map(NumberText.text(ofShortTime:)) == text)
    }
  }

  @Test(
    "a number survives being written and read",
    arguments: [
      0, -0.0, 1, 0.1, 1.0 / 3, 1e22, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -475, 3e-4,
    ])
  func roundTrip(value: Double) {
    #expect(NumberText.decimal(NumberText.text(of: value))?.bitPattern == value.bitPattern)
  }
}

import Monitoring
import Testing

@Suite struct JSONLineTests {
  @Test("fields keep their order, and values their types")
  func order() {
    var line = JSONLine()
    line.add("b", .integer(-1))
    line.add("a", .array([.bool(true), .null, .unsigned(.max)]))
    line.add("", .object([.init("x", .string("y"))]))
    #expect(line.text == #"{"b":-1,"a":[true,null,18446744073709551615],"":{"x":"y"}}"#)
    #expect(JSONLine().text == "{}")
  }

  @Test(
    "numbers are written with the digits that read back the same",
    arguments: [
      (0.1, "0.1"), (-0.0, "-0.0"), (1, "1.0"), (1e300, "1e+300"),
      (.leastNonzeroMagnitude, "5e-324"),
      (1 / 3, "0.3333333333333333"), (.infinity, "null"), (-.infinity, "null"), (.nan, "null"),
    ])
  func numbers(value: Double, text: String) {
    #expect(JSONValue.number(value).text == text)
    if value.isFinite { #expect(Double(text) == value) }
  }

  @Test("an absent number is null")
  func absent() {
    #expect(JSONValue.number(Double?.none).text == "null")
    #expect(JSONValue.integer(Int?.none).text == "null")
    #expect(JSONValue.integer(Int?.some(3)).text == "3")
  }

  @Test(
    "strings are escaped",
    arguments: [
      (#"a"b\c"#, #""a\"b\\c""#), ("\n\r\t", #""\n\r\t""#),
      ("\u{0}\u{1b}[0m\u{1f}", #""\u0000\u001b[0m\u001f""#),
      ("\u{7f}\u{85}\u{9f}", #""\u007f\u0085\u009f""#), ("πé😀\u{301}/", "\"πé😀\u{301}/\""),
      ("\r\n", #""\r\n""#), ("", "\"\""),
    ])
  func strings(value: String, text: String) {
    #expect(JSONValue.string(value).text == text)
  }

  @Test("keys are escaped like strings")
  func keys() {
    var line = JSONLine()
    line.add("a\"\n", .null)
    #expect(line.text == #"{"a\"\n":null}"#)
  }
}

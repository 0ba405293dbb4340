import Testing
import Wire

@Suite struct JSONValueTests {
  func parse(_ text: String) throws(WireError) -> JSONValue {
    try JSONValue(parsing: Array(text.utf8))
  }

  @Test func `documents are read`() throws {
    #expect(try parse(" null ") == .null)
    #expect(try parse("[true,false]") == .array([.bool(true), .bool(false)]))
    #expect(try parse("-0") == .integer(0))
    #expect(try parse("9223372036854775807") == .integer(.max))
    #expect(try parse("9223372036854775808") == .number(9_223_372_036_854_775_808))
    #expect(try parse("-1.5e+2") == .number(-150))
    #expect(
      try parse(#""a\"\\\/\b\f\n\r\t\u00e9\uD83D\udc1A雪""#) == .string("a\"\\/\u{8}\u{c}\n\r\té🐚雪"))
    #expect(
      try parse(#"{"a":{"b":[]},"":1}"#)
        == .object(["a": .object(["b": .array([])]), "": .integer(1)]))
  }

  @Test(arguments: [
    "", " ", "nul", "nulll", "01", "-", "1.", ".5", "1e", "+1", "0x1", "NaN", "Infinity", "1e999",
    "\"", "\"\n\"", #""\x""#, #""\u12""#, #""\ud800""#, #""\ud800\u0041""#, #""\udc00""#, "[", "[1",
    "[1,]", "[,1]", "{", "{}}", "{1:2}", #"{"a"}"#, #"{"a":1,}"#, #"{"a":1,"a":2}"#, "1 2", "'a'",
    "[1 2]", #"{"a" 1}"#, "// x\n1",
  ])
  func `other texts are refused`(text: String) {
    #expect(throws: WireError.self) { try parse(text) }
  }

  @Test func `bytes that are not UTF-8 are refused`() {
    for bytes: [UInt8] in [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]] {
      #expect(throws: WireError.self) { try JSONValue(parsing: [0x22] + bytes + [0x22]) }
    }
  }

  @Test func `depth is limited`() throws {
    let depth = JSONValue.greatestDepth
    _ = try parse(String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
    #expect(throws: WireError.self) {
      try parse(
        String(repeating: "[", count: depth + 1) + String(repeating: "]", count: depth + 1))
    }
    #expect(throws: WireError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
  }

  @Test func `random texts are read or refused`() {
    var values = RandomValues(seed: 61)
    let seeds = [
      #"{"a":[1,2.5e-3,null,true],"b":{"c":"\u00e9\n"},"d":-0.1}"#, #"[[[]],{},"\ud83d\udc1a"]"#,
    ]
    let alphabet = Array(#"{}[]",:\u0123456789eE+-.truefalsn /bd"#.utf8)
    for i in 0..<20_000 {
      let bytes =
        i % 2 == 0
        ? values.mutated(Array(seeds[i / 2 % 2].utf8))
        : (0..<values.integer(0...24)).map { _ in alphabet[values.integer(0...alphabet.count - 1)] }
      _ = try? JSONValue(parsing: bytes)
    }
  }
}

/// A JSON document, as far as the headers of files need it.
package enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  /// A number without fraction and exponent that fits.
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Arrays and objects within each other; deeper documents are refused.
  package static let greatestDepth = 16

  /// Reads exactly one document, strictly after RFC 8259 with unique keys, valid UTF-8 and paired
  /// surrogates.
  ///
  /// - Throws: ``WireError/malformed(field:problem:offset:)`` for anything else.
  package init(parsing bytes: [UInt8]) throws(WireError) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.document()
  }

  /// `text` as a JSON string with its quotation marks; control characters are escaped.
  package static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..."\u{1f}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(WireError) -> JSONValue {
    let value = try value(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw error("more after the end of the document") }
    return value
  }

  private func error(_ problem: String) -> WireError {
    .malformed(field: "JSON", problem: problem, offset: position)
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d {
      position += 1
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(WireError) -> JSONValue {
    skipSpace()
    guard let next else { throw error("the document ends early") }
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw error("no value starts here")
    }
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(WireError) -> JSONValue {
    guard bytes[position...].starts(with: word.utf8) else { throw error("no value starts here") }
    position += word.utf8.count
    return value
  }

  private mutating func object(depth: Int) throws(WireError) -> JSONValue {
    try enter(depth)
    var members: [String: JSONValue] = [:]
    skipSpace()
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw error("a key must be a string") }
      let key = try string()
      skipSpace()
      guard take(":") else { throw error("a colon must follow a key") }
      let value = try value(depth: depth + 1)
      guard members.updateValue(value, forKey: key) == nil else {
        throw error("the key \(key) occurs twice")
      }
      skipSpace()
    } while take(",")
    guard take("}") else { throw error("an object must end with }") }
    return .object(members)
  }

  private mutating func array(depth: Int) throws(WireError) -> JSONValue {
    try enter(depth)
    var elements: [JSONValue] = []
    skipSpace()
    if take("]") { return .array(elements) }
    repeat {
      elements.append(try value(depth: depth + 1))
      skipSpace()
    } while take(",")
    guard take("]") else { throw error("an array must end with ]") }
    return .array(elements)
  }

  /// Steps over the opening bracket.
  private mutating func enter(_ depth: Int) throws(WireError) {
    guard depth < JSONValue.greatestDepth else { throw error("nested too deeply") }
    position += 1
  }

  private mutating func digits() -> Int {
    let start = position
    while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
    return position - start
  }

  private mutating func number() throws(WireError) -> JSONValue {
    let start = position
    _ = take("-")
    let leadingZero = next == UInt8(ascii: "0")
    let count = digits()
    guard count >= 1, count == 1 || !leadingZero else {
      throw error("not a number")
    }
    var isInteger = true
    if take(".") {
      isInteger = false
      guard digits() >= 1 else { throw error("digits must follow a decimal point") }
    }
    if take("e") || take("E") {
      isInteger = false
      if !take("+") { _ = take("-") }
      guard digits() >= 1 else { throw error("digits must follow an exponent") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let integer = Int64(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else { throw error("a number out of range") }
    return .number(number)
  }

  private mutating func string() throws(WireError) -> String {
    position += 1
    var content: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw error("a string is not UTF-8")
        }
        position += 1
        return text
      case UInt8(ascii: "\\"):
        position += 1
        content.append(contentsOf: String(try escape()).utf8)
      case 0..<0x20: throw error("a control character in a string")
      default:
        content.append(byte)
        position += 1
      }
    }
    throw error("the document ends within a string")
  }

  private mutating func escape() throws(WireError) -> Unicode.Scalar {
    guard let byte = next else { throw error("the document ends within a string") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw error("an unknown escape")
    }
  }

  private mutating func unicodeEscape() throws(WireError) -> Unicode.Scalar {
    let first = try codeUnit()
    var value = UInt32(first)
    if UTF16.isLeadSurrogate(first) {
      guard take("\\"), take("u") else { throw error("half a surrogate pair") }
      let second = try codeUnit()
      guard UTF16.isTrailSurrogate(second) else { throw error("half a surrogate pair") }
      value = 0x10000 + ((UInt32(first) & 0x3ff) << 10 | (UInt32(second) & 0x3ff))
    }
    guard let scalar = Unicode.Scalar(value) else { throw error("half a surrogate pair") }
    return scalar
  }

  private mutating func codeUnit() throws(WireError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error("four hexadecimal digits must follow \\u")
      }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }
}

/// A JSON value, written without spaces.
package enum JSONValue: Hashable, Sendable, CustomStringConvertible {
  case null
  case bool(Bool)
  case integer(Int64)
  case unsigned(UInt64)
  /// The fewest digits that read back as the same number; null when it is not finite, for JSON has no
  /// word for that.
  case number(Double)
  case string(String)
  case array([JSONValue])
  /// Keys in the order given.
  case object([Field])

  package struct Field: Hashable, Sendable {
    package var key: String
    package var value: JSONValue
    package init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// A number that is written as null.
  var isMissing: Bool {
    if case .number(let value) = self { !value.isFinite } else { false }
  }

  /// Nil for what is not a number.
  var number: Double? {
    switch self {
    case .number(let value): value
    case .integer(let value): Double(value)
    case .unsigned(let value): Double(value)
    case .null, .bool, .string, .array, .object: nil
    }
  }

  /// An optional number; null for nil.
  package static func number(_ value: Double?) -> JSONValue {
    value.map { .number($0) } ?? .null
  }

  package static func integer(_ value: Int) -> JSONValue { .integer(Int64(value)) }
  package static func integer(_ value: Int?) -> JSONValue {
    value.map { .integer(Int64($0)) } ?? .null
  }

  package var text: String {
    var text = ""
    write(to: &text)
    return text
  }

  package var description: String { text }

  /// For files that people look at: a line for each field of an object, and an end of the last line.
  package var indentedText: String { indented(by: 0) + "\n" }

  private func indented(by depth: Int) -> String {
    guard case .object(let fields) = self, !fields.isEmpty else { return text }
    let indent = String(repeating: "  ", count: depth + 1)
    let lines = fields.map {
      "\(indent)\(JSONValue.string($0.key).text): \($0.value.indented(by: depth + 1))"
    }
    return "{\n\(lines.joined(separator: ",\n"))\n\(String(repeating: "  ", count: depth))}"
  }

  func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .unsigned(let value): text += String(value)
    case .number(let value): text += value.isFinite ? value.description : "null"
    case .string(let value): writeQuoted(value, to: &text)
    case .array(let values):
      text += "["
      for (index, value) in values.enumerated() {
        if index > 0 { text += "," }
        value.write(to: &text)
      }
      text += "]"
    case .object(let fields):
      text += "{"
      for (index, field) in fields.enumerated() {
        if index > 0 { text += "," }
        writeQuoted(field.key, to: &text)
        text += ":"
        field.value.write(to: &text)
      }
      text += "}"
    }
  }
}

/// One JSON object on one line, its fields in the order in which they were added.
package struct JSONLine: Hashable, Sendable {
  package private(set) var fields: [JSONValue.Field] = []

  package init() {}

  package mutating func add(_ key: String, _ value: JSONValue) {
    fields.append(JSONValue.Field(key, value))
  }

  /// Without the line's end.
  package var text: String { JSONValue.object(fields).text }
  /// The same object as a document of its own.
  package var indentedText: String { JSONValue.object(fields).indentedText }
}

/// Writes a JSON string. Control characters are escaped beyond what JSON asks (DEL and U+0080 to U+009F
/// too), so that a line shown on a terminal cannot steer it.
private func writeQuoted(_ string: String, to text: inout String) {
  text += "\""
  // Nearly every string is plain, and a run writes some thirty keys an update.
  if string.utf8.allSatisfy({ (0x20..<0x7f).contains($0) && $0 != 0x22 && $0 != 0x5c }) {
    text += string
    text += "\""
    return
  }
  for scalar in string.unicodeScalars {
    switch scalar {
    case "\"": text += "\\\""
    case "\\": text += "\\\\"
    case "\n": text += "\\n"
    case "\r": text += "\\r"
    case "\t": text += "\\t"
    case "\u{0}"..<"\u{20}", "\u{7f}"..<"\u{a0}":
      let digits = String(scalar.value, radix: 16)
      text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: text.unicodeScalars.append(scalar)
    }
  }
  text += "\""
}

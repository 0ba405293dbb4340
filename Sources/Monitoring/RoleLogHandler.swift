package import Logging
import RL

/// Console and log file, shared by the loggers of one process.
package struct LogSinks: Sendable {
  let format: LogFormat
  let level: Logger.Level
  let console: Console
  let file: AppendedFile?
  let now: @Sendable () -> Timestamp

  package init(
    _ configuration: LoggingConfiguration, _ console: Console,
    now: @escaping @Sendable () -> Timestamp = { .now }
  ) {
    format = configuration.format
    level = configuration.level
    self.console = console
    self.now = now
    let format = configuration.format
    file = configuration.jsonFile.map { path in
      AppendedFile(path: path) { news in
        // Straight to the console: the file is what does not work.
        let line = LogLine(time: now(), level: .error, role: "log", message: news, metadata: [:])
        console.write(line: line.text(in: format, usesColor: console.usesColor))
      }
    }
  }

  func write(_ line: LogLine) {
    console.write(line: line.text(in: format, usesColor: console.usesColor))
    file?.append(line.json)
  }
}

/// Hands each event of one role's loggers to the sinks.
package struct RoleLogHandler: LogHandler {
  package var logLevel: Logger.Level
  package var metadata: Logger.Metadata = [:]
  package var metadataProvider: Logger.MetadataProvider?
  private let role: String
  private let sinks: LogSinks

  package init(role: String, sinks: LogSinks) {
    self.role = role
    self.sinks = sinks
    logLevel = sinks.level
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    var fields = metadata
    // What is said closer to the event wins.
    if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
    if let own = event.metadata { fields.merge(own) { $1 } }
    if let error = event.error { fields[LogKey.error.rawValue] = .string("\(error)") }
    sinks.write(
      LogLine(
        time: sinks.now(), level: event.level, role: role, message: event.message.description,
        metadata: fields))
  }
}

/// One log line, in either form.
struct LogLine {
  let time: Timestamp
  let level: Logger.Level
  let role: String
  let message: String
  /// Sorted by key.
  let fields: [JSONValue.Field]

  init(
    time: Timestamp, level: Logger.Level, role: String, message: String, metadata: Logger.Metadata
  ) {
    self.time = time
    self.level = level
    self.role = role
    self.message = message
    fields = sortedFields(metadata)
  }

  func text(in format: LogFormat, usesColor: Bool) -> String {
    switch format {
    case .text: text(usesColor: usesColor)
    case .json: json
    }
  }

  /// `time`, `level`, `role`, `message`, then the metadata by key. A metadata key that is one of these
  /// four gets a `_` appended.
  var json: String {
    var line = JSONLine()
    line.add("time", .string(time.utc))
    line.add("level", .string(level.rawValue))
    line.add("role", .string(role))
    line.add("message", .string(message))
    let reserved = line.fields.map(\.key)
    for field in fields {
      line.add(reserved.contains(field.key) ? field.key + "_" : field.key, field.value)
    }
    return line.text
  }

  private func text(usesColor: Bool) -> String {
    let name = level.rawValue
    let padding = String(repeating: " ", count: max(0, "warning".count - name.count))
    var text =
      "\(time.localClock) \(colored(name, usesColor))\(padding) \(role)  \(visible(message))"
    // The same in every line of a terminal, and long.
    for field in fields where field.key != LogKey.run.rawValue {
      let key = usesColor ? "\u{1b}[2m\(field.key)=\u{1b}[0m" : "\(field.key)="
      text += "  \(key)\(plain(field.value))"
    }
    return text
  }

  private func colored(_ name: String, _ usesColor: Bool) -> String {
    guard usesColor else { return name }
    let code =
      switch level {
      case .trace, .debug: "2"
      case .info: "32"
      case .notice: "36"
      case .warning: "33"
      case .error, .critical: "1;31"
      }
    return "\u{1b}[\(code)m\(name)\u{1b}[0m"
  }
}

/// A value without quotes where it cannot be misread.
private func plain(_ value: JSONValue) -> String {
  switch value {
  case .string(let string):
    let needsQuotes =
      string.isEmpty
      || string.unicodeScalars.contains { $0 == " " || $0 == "=" || $0 == "\"" || $0 == "\\" }
    return needsQuotes ? value.text : visible(string)
  case .number(let number): return NumberText.short(number)
  case .null, .bool, .integer, .unsigned, .array, .object: return value.text
  }
}

/// The text with its control characters escaped, for a log line must neither end early nor steer the
/// terminal.
private func visible(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
    return text
  }
  return String(JSONValue.string(text).text.dropFirst().dropLast())
}

private func sortedFields(_ metadata: Logger.Metadata) -> [JSONValue.Field] {
  metadata.map { JSONValue.Field($0.key, jsonValue($0.value)) }.sorted { $0.key < $1.key }
}

/// Numbers and truth values stay what they are; everything else becomes its description.
private func jsonValue(_ value: Logger.MetadataValue) -> JSONValue {
  switch value {
  case .string(let string): .string(string)
  case .array(let values): .array(values.map(jsonValue))
  case .dictionary(let metadata): .object(sortedFields(metadata))
  case .stringConvertible(let value):
    switch value {
    case let value as JSONValue: value
    case let value as Bool: .bool(value)
    case let value as Double: .number(value)
    // By way of its digits: 0.1 as a Float is not 0.1 as a Double.
    case let value as Float: .number(Double(value.description) ?? Double(value))
    case let value as PolicyVersion: .unsigned(UInt64(value.rawValue))
    case let value as any BinaryInteger:
      if let integer = Int64(exactly: value) {
        .integer(integer)
      } else if let integer = UInt64(exactly: value) {
        .unsigned(integer)
      } else {
        .string(value.description)
      }
    default: .string(value.description)
    }
  }
}

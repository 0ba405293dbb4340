package import Monitoring

/// The least severe message that is shown.
package enum LogLevel: String, Hashable, Sendable, CaseIterable {
  case trace
  case debug
  case info
  case notice
  case warning
  case error
  case critical
}

/// What every command lets users choose about its log.
package struct LogSettings: Hashable, Sendable {
  package var format = LogFormat.text
  package var level = LogLevel.info

  static let options: [OptionDescriptor<LogSettings>] = [
    .choice("log-format", \.format, .session, help: "how log lines on standard error look"),
    .choice("log-level", \.level, .session, help: "least severe message shown"),
  ]
}

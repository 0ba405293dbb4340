import Glibc
package import Logging

/// How log lines look on standard error.
package enum LogFormat: String, Hashable, Sendable, CaseIterable {
  /// For people: `12:34:56.789 info     learner  message  key=value`.
  case text
  /// One JSON object a line, as in the log file.
  case json
}

/// Where log lines go, and which.
package struct LoggingConfiguration: Hashable, Sendable {
  package var format: LogFormat
  /// The least severe level that is logged.
  package var level: Logger.Level
  /// A file that the same lines are appended to as JSON, whatever the format on standard error.
  package var jsonFile: String?

  package init(
    format: LogFormat = .text, level: Logger.Level = .info, jsonFile: String? = nil
  ) {
    self.format = format
    self.level = level
    self.jsonFile = jsonFile
  }

  /// Sets up every `Logger` of this process; a logger's label is its role, `learner` or `actor`.
  ///
  /// - Precondition: called once, before the first logger is made.
  package func bootstrap(_ console: Console) {
    // A reader of standard error that goes away must not end the run.
    signal(SIGPIPE, SIG_IGN)
    let sinks = LogSinks(self, console)
    LoggingSystem.bootstrap { label in RoleLogHandler(role: label, sinks: sinks) }
  }
}

import Logging
import Synchronization

/// A log that a test can read: one string for each line, metadata as `key=value` sorted by key.
final class CapturedLog: Sendable {
  private let captured = Mutex<[String]>([])

  var lines: [String] { captured.withLock { $0 } }

  func lines(with text: String) -> [String] { lines.filter { $0.contains(text) } }

  var logger: Logger { Logger(label: "captured") { _ in Handler(log: self) } }

  private struct Handler: LogHandler {
    let log: CapturedLog
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }
      let text = (["\(event.level) \(event.message)"] + fields.map { "\($0.key)=\($0.value)" })
        .joined(separator: " ")
      log.captured.withLock { $0.append(text) }
    }
  }
}

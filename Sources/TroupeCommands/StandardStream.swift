import Cluster

/// Standard output or standard error of the process.
enum StandardStream {
  case output
  case error

  /// Writes the text; a closed stream is nobody's business any more, so a failure is ignored.
  func write(_ text: String) {
    switch self {
    case .output: OpenFile.writeToStandardOutput(Array(text.utf8))
    case .error: OpenFile.writeToStandardError(Array(text.utf8))
    }
  }
}

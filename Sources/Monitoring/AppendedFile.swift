import Glibc
import Synchronization

/// A file of lines that grows at its end and never stops the run: when the disk is full, lines are lost,
/// that is said once, and writing resumes when there is room.
package final class AppendedFile: Sendable {
  package let path: String
  private let report: @Sendable (String) -> Void
  private let state = Mutex(State())

  private struct State {
    var descriptor: Int32?
    var lostLines = 0
  }

  /// Opens nothing yet. `report` is called with one line when writing begins to fail and when it works
  /// again.
  package init(path: String, report: @escaping @Sendable (String) -> Void) {
    self.path = path
    self.report = report
  }

  /// Appends a line, whole or not at all.
  package func append(_ line: String) {
    let news: String? = state.withLock { state in
      let error = write(line, &state)
      if error != 0 {
        state.lostLines += 1
        return state.lostLines == 1
          ? "cannot write \(path), going on without: \(errorText(error))" : nil
      }
      defer { state.lostLines = 0 }
      return state.lostLines > 0 ? "writing \(path) again, \(state.lostLines) lines were lost" : nil
    }
    // Outside the lock: the report may be logged, and so come here again.
    if let news { report(news) }
  }

  /// Returns 0 or the error.
  private func write(_ line: String, _ state: inout State) -> Int32 {
    var bytes = Array(line.utf8)
    bytes.append(UInt8(ascii: "\n"))
    if state.descriptor == nil {
      let descriptor = openForAppending(path)
      guard descriptor >= 0 else { return -descriptor }
      state.descriptor = descriptor
      // A process that was killed may have left half a line.
      if let last = lastByte(of: descriptor), last != UInt8(ascii: "\n") {
        bytes.insert(UInt8(ascii: "\n"), at: 0)
      }
    }
    guard let descriptor = state.descriptor else { return EBADF }
    let (error, written) = writeAll(bytes, to: descriptor)
    if error != 0 {
      if written > 0 {
        let end = lseek(descriptor, 0, SEEK_END)
        if end >= written { _ = ftruncate(descriptor, end - off_t(written)) }
      }
      // Opened again for the next line: the directory may be another one by then.
      close(descriptor)
      state.descriptor = nil
    }
    return error
  }

  deinit {
    state.withLock { state in
      if let descriptor = state.descriptor { close(descriptor) }
    }
  }
}

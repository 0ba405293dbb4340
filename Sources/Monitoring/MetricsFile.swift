import Glibc
package import RL

/// `metrics.jsonl`: one line per update, cut back on resume so that no update is in it twice.
package final class MetricsFile: Sendable {
  private let file: AppendedFile

  /// Opens nothing yet. `report` hears when writing begins to fail and when it works again.
  package init(path: String, report: @escaping @Sendable (String) -> Void) {
    file = AppendedFile(path: path, report: report)
  }

  package func append(_ report: UpdateReport) { file.append(report.jsonText) }

  /// Puts an evaluation into the last line, if that is this version's: a run that ended during the evaluation
  /// wrote it without. The line grows in one write.
  package func complete(_ version: PolicyVersion, with evaluation: UpdateReport.Evaluation) {
    // SAFETY: the path is a string that lives for the call. Not for appending: that overrides where to write.
    let descriptor = unsafe open(file.path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    guard let contents = readAll(descriptor), let last = Self.lastLine(of: contents),
      last.endIndex == contents.endIndex - 1,
      Self.version(ofLine: last) == UInt64(version.rawValue)
    else { return }
    var line = String(decoding: last, as: UTF8.self) + "\n"
    for (name, value) in evaluation.values {
      let key = JSONValue.string(name.rawValue).text
      line.replace("\(key):null", with: "\(key):\(value.text)")
    }
    let bytes = Array(line.utf8)
    // SAFETY: the buffer is valid for the call.
    _ = unsafe bytes.withUnsafeBytes { buffer in
      unsafe pwrite(descriptor, buffer.baseAddress, buffer.count, off_t(last.startIndex))
    }
  }

  /// Removes the lines of later versions, and half a line at the end. A file that does not exist is
  /// made, empty.
  ///
  /// - Throws: `MetricsFileError` when the file cannot be read or cut.
  package func truncate(toVersion version: PolicyVersion) throws(MetricsFileError) {
    let descriptor = openForAppending(file.path)
    guard descriptor >= 0 else { throw MetricsFileError(file.path, -descriptor) }
    defer { close(descriptor) }
    guard let contents = readAll(descriptor) else { throw MetricsFileError(file.path, errno) }
    let count = Self.keptByteCount(of: contents, through: version)
    if count < contents.count, ftruncate(descriptor, off_t(count)) != 0 {
      throw MetricsFileError(file.path, errno)
    }
  }

  /// The version of the last whole line; nil where there is none.
  package static func lastVersion(inFile path: String) -> PolicyVersion? {
    // SAFETY: the path is a string that lives for the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return readAll(descriptor).flatMap { lastLine(of: $0) }.flatMap { version(ofLine: $0) }
      .flatMap { UInt32(exactly: $0) }.map { PolicyVersion($0) }
  }

  /// The last line that has an end, without it.
  private static func lastLine(of contents: [UInt8]) -> ArraySlice<UInt8>? {
    guard let end = contents.lastIndex(of: UInt8(ascii: "\n")) else { return nil }
    let start = contents[..<end].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return contents[start..<end]
  }

  /// Length of the whole lines before the first one of a later version.
  private static func keptByteCount(of contents: [UInt8], through version: PolicyVersion) -> Int {
    var kept = 0
    while let end = contents[kept...].firstIndex(of: UInt8(ascii: "\n")) {
      if let found = Self.version(ofLine: contents[kept..<end]), found > version.rawValue { break }
      kept = end + 1
    }
    return kept
  }

  /// The number after `"version":`, which begins every line written here; nil in any other line.
  private static func version(ofLine line: ArraySlice<UInt8>) -> UInt64? {
    let prefix = Array(#"{"\#(MetricName.version.rawValue)":"#.utf8)
    guard line.starts(with: prefix) else { return nil }
    let digits = line.dropFirst(prefix.count).prefix {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
    }
    return UInt64(String(decoding: digits, as: UTF8.self))
  }
}

/// Why a metrics file could not be cut back.
package struct MetricsFileError: Error, Hashable, Sendable, CustomStringConvertible {
  package let path: String
  /// The `errno` value.
  package let code: Int32
  init(_ path: String, _ code: Int32) {
    self.path = path
    self.code = code
  }
  package var description: String { "cannot cut back \(path): \(errorText(code))" }
}

import Glibc
package import RL
internal import Synchronization

/// A TensorBoard event file: one scalar per metric and update, and the configuration as a table.
///
/// Each record is framed as a TFRecord: length, masked CRC-32C of it, data, masked CRC-32C of that.
/// Records are kept until half a second has passed or there are 64 KiB of them, so that a run of a thousand updates a
/// second pays for ten writes and not for a thousand; a killed process loses them here, and here alone.
///
/// Source: tensorflow/core/lib/io/record_writer.h, tensorboard/compat/proto/event.proto, summary.proto.
package final class EventFile: Sendable {
  private struct State {
    var descriptor: Int32 = -1
    var hasFailed = false
    var pending: [UInt8] = []
    var lastWrite: ContinuousClock.Instant?
  }

  package let path: String
  private let report: @Sendable (String) -> Void
  private let state = Mutex(State())
  /// The tag of each metric, encoded once.
  private let tags: [[UInt8]]

  private let interval: Duration
  /// What is kept at most.
  private static let pendingByteLimit = 64 << 10

  /// Opens nothing yet. Records are kept for `interval`. `report` is called at most once, when the file cannot be written.
  package init(
    directory: String, host: String, now: Timestamp = .now,
    interval: Duration = .milliseconds(500), report: @escaping @Sendable (String) -> Void
  ) {
    let name = host.isEmpty ? "localhost" : host
    path = "\(directory)/events.out.tfevents.\(now.seconds).\(name).\(getpid()).troupe"
    self.interval = interval
    self.report = report
    tags = MetricName.allCases.map { name in
      var tag = EventBytes()
      tag.string(1, name.tensorBoardTag)
      return tag.bytes
    }
  }

  /// Notes the beginning: what the run is, and from which version on steps of an earlier file that was
  /// written by a learner since killed are void.
  package func begin(configuration: [(name: String, value: String)], firstVersion: UInt32) {
    var version = EventBytes()
    version.double(1, now)
    version.string(3, "brain.Event:2")
    var start = EventBytes()
    start.double(1, now)
    start.integer(2, UInt64(firstVersion))
    start.message(7) { $0.integer(1, 1) }  // SessionLog.START
    var table = "| option | value |\n| --- | --- |\n"
    for (name, value) in configuration { table += "| \(name) | \(value) |\n" }
    var text = EventBytes()
    text.double(1, now)
    text.integer(2, UInt64(firstVersion))
    text.message(5) { summary in
      summary.message(1) { value in
        value.string(1, "configuration")
        value.message(9) { metadata in
          metadata.message(1) { $0.string(1, "text") }
        }
        value.message(8) { tensor in
          tensor.integer(1, 7)  // DT_STRING
          tensor.message(2) { _ in }
          tensor.string(8, table)
        }
      }
    }
    append([version.bytes, start.bytes, text.bytes])
  }

  /// Notes every metric of an update that is known and finite.
  package func append(_ report: UpdateReport) {
    append(of: report.version) { report.number(of: $0) }
  }

  /// Notes the evaluation of an update that was noted without.
  package func append(_ evaluation: UpdateReport.Evaluation, of version: PolicyVersion) {
    append(of: version) { name in
      evaluation.values.first { $0.name == name }?.value.number
    }
  }

  private func append(of version: PolicyVersion, _ number: (MetricName) -> Double?) {
    var summary = EventBytes()
    summary.bytes.reserveCapacity(2048)
    for (index, name) in MetricName.allCases.enumerated() {
      guard let value = number(name), value.isFinite else { continue }
      let tag = tags[index]
      // Summary.value = { tag, simple_value }
      summary.length(1, tag.count + 5)
      summary.bytes += tag
      summary.float(2, Float(value))
    }
    var event = EventBytes()
    event.bytes.reserveCapacity(summary.bytes.count + 32)
    event.double(1, now)
    event.integer(2, UInt64(version.rawValue))
    event.length(5, summary.bytes.count)
    event.bytes += summary.bytes
    append([event.bytes])
  }

  /// Writes what is kept back.
  package func flush() {
    let news = state.withLock { write(&$0) }
    if let news { report(news) }
  }

  private var now: Double {
    let time = Timestamp.now
    return Double(time.seconds) + Double(time.nanoseconds) / 1e9
  }

  private func append(_ records: [[UInt8]]) {
    let news: String? = state.withLock { state in
      if state.hasFailed { return nil }
      for record in records { state.pending.appendRecord(record) }
      let now = ContinuousClock.now
      guard let last = state.lastWrite else {
        state.lastWrite = now
        return nil
      }
      guard now - last >= interval || state.pending.count >= Self.pendingByteLimit else {
        return nil
      }
      state.lastWrite = now
      return write(&state)
    }
    if let news { report(news) }
  }

  private func write(_ state: inout State) -> String? {
    if state.hasFailed || state.pending.isEmpty { return nil }
    defer { state.pending.removeAll(keepingCapacity: true) }
    if state.descriptor < 0 { state.descriptor = openForAppending(path) }
    let error =
      state.descriptor < 0 ? -state.descriptor : writeAll(state.pending, to: state.descriptor).error
    guard error != 0 else { return nil }
    // What follows half a record could not be read.
    state.hasFailed = true
    return "cannot write \(path), going on without: \(errorText(error))"
  }

  deinit {
    state.withLock { state in
      _ = write(&state)
      if state.descriptor >= 0 { close(state.descriptor) }
    }
  }
}

extension [UInt8] {
  fileprivate mutating func appendRecord(_ data: [UInt8]) {
    let length = CRC32C.littleEndian(UInt64(data.count))
    self += length
    self += CRC32C.littleEndian(CRC32C.masked(length))
    self += data
    self += CRC32C.littleEndian(CRC32C.masked(data))
  }
}

/// The few forms of protocol buffers that an event has.
private struct EventBytes {
  var bytes: [UInt8] = []

  mutating func variable(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func integer(_ field: UInt64, _ value: UInt64) {
    variable(field << 3)
    variable(value)
  }

  mutating func double(_ field: UInt64, _ value: Double) {
    variable(field << 3 | 1)
    bytes += CRC32C.littleEndian(value.bitPattern)
  }

  mutating func float(_ field: UInt64, _ value: Float) {
    variable(field << 3 | 5)
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
    }
  }

  /// The head of a field of so many bytes.
  mutating func length(_ field: UInt64, _ count: Int) {
    variable(field << 3 | 2)
    variable(UInt64(count))
  }

  mutating func string(_ field: UInt64, _ value: String) {
    length(field, value.utf8.count)
    bytes += value.utf8
  }

  mutating func message(_ field: UInt64, _ body: (inout EventBytes) -> Void) {
    var inner = EventBytes()
    body(&inner)
    length(field, inner.bytes.count)
    bytes += inner.bytes
  }
}

package import RL

/// Where the metrics of every update go: `metrics.jsonl`, the event file, `/metrics` and the dashboard.
///
/// Updates that follow each other faster than ``interval`` are kept and written together: one by one, between
/// two rounds, each would find nothing of this in the processor's caches, and take three times as long.
package struct MetricsSinks: ~Copyable {
  private let metrics: MetricsFile
  private let events: EventFile
  private let instruments: RunMetrics
  private let live: LiveRun?
  /// In their order, the newest last.
  private var kept: [UpdateReport] = []
  private var lastWrite: Duration?

  /// Nobody waits longer for an update, but where ``write(ifDueAt:)`` is called more seldom.
  package static let interval = Duration.milliseconds(100)

  package init(
    metrics: MetricsFile, events: EventFile, instruments: RunMetrics, live: LiveRun?
  ) {
    self.metrics = metrics
    self.events = events
    self.instruments = instruments
    self.live = live
  }

  /// Takes an update, and writes it unless something was written a moment ago.
  package mutating func append(_ report: UpdateReport, now: Duration) {
    kept.append(report)
    write(ifDueAt: now)
  }

  /// Puts an evaluation to an update that was written without, by the process that the run is resumed from.
  package mutating func complete(
    _ version: PolicyVersion, with evaluation: UpdateReport.Evaluation
  ) {
    metrics.complete(version, with: evaluation)
    events.append(evaluation, of: version)
  }

  /// Writes what is kept, unless something was written a moment ago; called now and then.
  package mutating func write(ifDueAt now: Duration) {
    guard !kept.isEmpty else { return }
    if let lastWrite, now - lastWrite < Self.interval { return }
    lastWrite = now
    write()
  }

  /// Writes what is kept: before a checkpoint, whose run has these updates when it is resumed.
  package mutating func write() {
    for report in kept { metrics.append(report) }
    for report in kept { events.append(report) }
    for report in kept { instruments.record(report) }
    for report in kept { live?.note(report) }
    kept.removeAll(keepingCapacity: true)
  }

  /// At the end.
  package mutating func flush() {
    write()
    events.flush()
  }
}

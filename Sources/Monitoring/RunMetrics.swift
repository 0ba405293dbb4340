package import Metrics

/// Hands each update's metrics, the actors' and the refusals to swift-metrics: to whatever back end the
/// program has bootstrapped, and to the one behind the learner's own `/metrics`.
///
/// Owned by the learner's thread. Without a back end every call returns at once.
package final class RunMetrics {
  static let refusalsName = "troupe_refusals_total"
  static let runName = "troupe_run_info"

  private enum Instrument {
    case gauge(Gauge)
    case counter(Counter)
  }

  private struct ActorGauges {
    let gauges: [Gauge]
    var isSeen = true
  }

  private let factory: (any MetricsFactory)?
  private let instruments: [Instrument]
  private let refusals: [Counter]
  private var refusalCounts = [Int](repeating: 0, count: RefusalLabel.allCases.count)
  private var actors: [String: ActorGauges] = [:]

  /// With `registry`, the metrics go there too.
  package init(
    registry: PrometheusRegistry?, run: String, environment: String, seed: UInt64,
    bootstrapped: any MetricsFactory = MetricsSystem.factory
  ) {
    let own = bootstrapped is NOOPMetricsHandler ? [] : [bootstrapped]
    let factories = own + (registry.map { [$0] } ?? [])
    guard !factories.isEmpty else {
      factory = nil
      instruments = []
      refusals = []
      return
    }
    let factory = MultiplexMetricsHandler(factories: factories)
    self.factory = factory
    instruments = MetricName.allCases.map { name in
      switch name.kind {
      case .gauge: .gauge(Gauge(label: name.prometheusName, dimensions: [], factory: factory))
      case .counter: .counter(Counter(label: name.prometheusName, dimensions: [], factory: factory))
      }
    }
    refusals = RefusalLabel.allCases.map { label in
      let counter = Counter(
        label: Self.refusalsName, dimensions: [("reason", label.rawValue)], factory: factory)
      counter.increment(by: 0)
      return counter
    }
    Gauge(
      label: Self.runName,
      dimensions: [("run", run), ("environment", environment), ("seed", "\(seed)")],
      factory: factory
    ).record(1)
  }

  package func record(_ report: UpdateReport) {
    guard factory != nil else { return }
    for (index, name) in MetricName.allCases.enumerated() {
      guard let value = report.number(of: name) else { continue }
      switch instruments[index] {
      case .gauge(let gauge): gauge.record(value)
      case .counter(let counter): counter.increment(by: Int64(value))
      }
    }
  }

  /// Counts of this process so far, by reason.
  package func record(refusals counts: [RefusalLabel: Int]) {
    guard factory != nil else { return }
    for (index, label) in RefusalLabel.allCases.enumerated() {
      let count = counts[label] ?? 0
      if count > refusalCounts[index] {
        refusals[index].increment(by: count - refusalCounts[index])
      }
      refusalCounts[index] = count
    }
  }

  /// The actors there are now; those that are gone lose their metrics.
  package func record(_ rows: [ActorRow]) {
    guard let factory else { return }
    for id in actors.keys { actors[id]?.isSeen = false }
    for row in rows {
      let entry =
        actors[row.id]
        ?? ActorGauges(
          gauges: ActorMetricName.allCases.map {
            Gauge(
              label: $0.prometheusName, dimensions: [("actor", row.id), ("host", row.host)],
              factory: factory)
          })
      for (index, name) in ActorMetricName.allCases.enumerated() {
        entry.gauges[index].record(row.number(of: name))
      }
      actors[row.id] = ActorGauges(gauges: entry.gauges)
    }
    for (id, entry) in actors where !entry.isSeen {
      for gauge in entry.gauges { gauge.destroy() }
      actors[id] = nil
    }
  }
}

package import Metrics
internal import Synchronization

/// Keeps the present value of every metric and writes them all as Prometheus' text format 0.0.4.
///
/// A swift-metrics back end: it gets counters and gauges, and takes a recorder or a timer, of which the
/// project has none, for a gauge of its last value.
package final class PrometheusRegistry: MetricsFactory {
  fileprivate struct Key: Hashable, Comparable {
    let name: String
    let labels: String

    static func < (a: Key, b: Key) -> Bool { (a.name, a.labels) < (b.name, b.labels) }
  }

  private let cells = Mutex<[Key: Cell]>([:])

  package init() {}

  /// Every metric that has a value, ordered by name and labels.
  package var text: String {
    let values = cells.withLock { cells in
      cells.compactMap { key, cell in cell.value.map { (key: key, value: $0) } }
    }
    var text = ""
    var name = ""
    for (key, value) in values.sorted(by: { $0.key < $1.key }) {
      if key.name != name {
        name = key.name
        if let help = Self.help[name] { text += "# HELP \(name) \(help)\n" }
        text += "# TYPE \(name) \(name.hasSuffix("_total") ? "counter" : "gauge")\n"
      }
      text += name + (key.labels.isEmpty ? "" : "{\(key.labels)}") + " \(Self.text(of: value))\n"
    }
    return text
  }

  private static func text(of value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    return value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
  }

  private static let help: [String: String] = {
    var help: [String: String] = [
      RunMetrics.refusalsName: "messages and trajectories refused, by reason",
      RunMetrics.runName: "the run that is served, as labels",
    ]
    for name in MetricName.allCases {
      help[name.prometheusName] = "\(name.meaning) (\(name.unit))"
    }
    for name in ActorMetricName.allCases {
      help[name.prometheusName] = "\(name.meaning) (\(name.unit))"
    }
    return help
  }()

  private func cell(_ label: String, _ dimensions: [(String, String)]) -> Cell {
    let labels = dimensions.map { "\(Self.labelName($0.0))=\"\(Self.escaped($0.1))\"" }
    let key = Key(name: Self.metricName(label), labels: labels.joined(separator: ","))
    return cells.withLock { cells in
      if let cell = cells[key] { return cell }
      let cell = Cell(key)
      cells[key] = cell
      return cell
    }
  }

  /// `[a-zA-Z_:][a-zA-Z0-9_:]*`
  private static func metricName(_ text: String) -> String {
    let name = String(
      text.unicodeScalars.map { scalar in
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
          || scalar == "_" ? Character(scalar) : "_"
      })
    return name.first.map { ("0"..."9").contains($0) } == false ? name : "_" + name
  }

  private static func labelName(_ text: String) -> String { metricName(text) }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  // MARK: MetricsFactory

  package func makeCounter(
    label: String, dimensions: [(String, String)]
  ) -> any CounterHandler { cell(label, dimensions) }

  package func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler { cell(label, dimensions) }

  package func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler { cell(label, dimensions) }

  package func makeMeter(
    label: String, dimensions: [(String, String)]
  ) -> any MeterHandler { cell(label, dimensions) }

  package func makeTimer(
    label: String, dimensions: [(String, String)]
  ) -> any TimerHandler { cell(label, dimensions) }

  package func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
  package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
    remove(handler)
  }
  package func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
  package func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
  package func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

  private func remove(_ handler: AnyObject) {
    guard let cell = handler as? Cell else { return }
    cells.withLock { $0[cell.key] = nil }
  }
}

/// One number.
private final class Cell: CounterHandler, FloatingPointCounterHandler, RecorderHandler,
  MeterHandler,
  TimerHandler
{
  let key: PrometheusRegistry.Key
  private let state = Mutex<Double?>(nil)

  init(_ key: PrometheusRegistry.Key) { self.key = key }

  var value: Double? { state.withLock { $0 } }

  func increment(by amount: Int64) { increment(by: Double(amount)) }
  func increment(by amount: Double) { state.withLock { $0 = ($0 ?? 0) + amount } }
  func decrement(by amount: Double) { increment(by: -amount) }
  func reset() { state.withLock { $0 = 0 } }
  func record(_ value: Int64) { record(Double(value)) }
  func record(_ value: Double) { state.withLock { $0 = value } }
  func set(_ value: Int64) { record(Double(value)) }
  func set(_ value: Double) { record(value) }
  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
}

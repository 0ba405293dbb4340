import Metrics
import Monitoring
import RL
import Testing

@Suite struct MetricsSinksTests {
  private let directory: TemporaryDirectory
  private let path: String
  private let live = LiveRun()

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.file("metrics.jsonl")
  }

  private func sinks() -> MetricsSinks {
    let events = EventFile(directory: directory.path, host: "here") { _ in }
    _ = directory.file(String(events.path.dropFirst(directory.path.count + 1)))
    return MetricsSinks(
      metrics: MetricsFile(path: path) { _ in }, events: events,
      instruments: RunMetrics(
        registry: live.registry, run: "", environment: "", seed: 1,
        bootstrapped: NOOPMetricsHandler.instance), live: live)
  }

  private func report(_ version: UInt32) -> UpdateReport {
    UpdateReport(version: PolicyVersion(version), returns: [1, 2], environmentSteps: 3)
  }

  private func text(_ versions: ClosedRange<UInt32>) -> String {
    versions.map { report($0).jsonText + "\n" }.joined()
  }

  @Test func `what comes slowly is written at once, what comes fast together and in order`() {
    var sinks = sinks()
    sinks.append(report(1), now: .zero)
    #expect(contents(of: path) == text(1...1))
    for version: UInt32 in 2...4 {
      sinks.append(report(version), now: .milliseconds(30 * Int(version - 1)))
    }
    #expect(contents(of: path) == text(1...1))
    sinks.append(report(5), now: .milliseconds(100))
    #expect(contents(of: path) == text(1...5))
    #expect(live.reports(after: 0).map(\.version.rawValue) == [1, 2, 3, 4, 5])
    #expect(live.registry.text.contains("troupe_episodes_total 10\n"))
    sinks.append(report(6), now: .seconds(7))
    #expect(contents(of: path) == text(1...6))
  }

  @Test func `nothing is kept for longer than its time, nor beyond a checkpoint or the end`() {
    var sinks = sinks()
    sinks.append(report(1), now: .zero)
    sinks.append(report(2), now: .milliseconds(1))
    sinks.write(ifDueAt: .milliseconds(99))
    #expect(contents(of: path) == text(1...1))
    sinks.write(ifDueAt: .milliseconds(100))
    #expect(contents(of: path) == text(1...2))
    sinks.append(report(3), now: .milliseconds(101))
    sinks.write()
    #expect(contents(of: path) == text(1...3))
    sinks.append(report(4), now: .milliseconds(102))
    sinks.flush()
    #expect(contents(of: path) == text(1...4))
  }
}

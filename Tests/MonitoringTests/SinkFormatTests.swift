import Metrics
import Monitoring
import RL
import Testing

@Suite struct SinkFormatTests {
  private var report: UpdateReport {
    var report = UpdateReport(
      version: PolicyVersion(3), returns: [1, 2, 3, 4], environmentSteps: 100)
    report.entropy = .nan
    return report
  }

  @Test func `checksums are those of RFC 3720`() {
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
    #expect(CRC32C.checksum([UInt8](repeating: 0xff, count: 32)) == 0x62a8_ab43)
    #expect(CRC32C.checksum((0..<32).map { UInt8($0) }) == 0x46dd_794e)
    // 0xe3069283, turned by 15 bits, plus the constant.
    #expect(CRC32C.masked(Array("123456789".utf8)) == 0xc78a_b0e5)
  }

  @Test func `an update becomes one line a metric, and counts add up`() {
    let registry = PrometheusRegistry()
    let metrics = RunMetrics(
      registry: registry, run: "00ff", environment: "cart\"pole", seed: 1,
      bootstrapped: NOOPMetricsHandler.instance)
    metrics.record(report)
    metrics.record(report)
    metrics.record(refusals: [.malformed: 2])
    metrics.record(refusals: [.malformed: 3])
    let lines = registry.text.split(separator: "\n").map(String.init)
    for line in [
      "# HELP troupe_mean_return mean undiscounted return of the episodes (reward)",
      "# TYPE troupe_mean_return gauge", "troupe_mean_return 2.5",
      "# TYPE troupe_episodes_total counter", "troupe_episodes_total 8",
      "troupe_entropy NaN", "troupe_refusals_total{reason=\"malformed\"} 3",
      "troupe_refusals_total{reason=\"quarantined\"} 0",
      "troupe_run_info{run=\"00ff\",environment=\"cart\\\"pole\",seed=\"1\"} 1",
    ] {
      #expect(lines.contains(line), "\(line)")
    }
  }

  @Test func `an actor that is gone has no metrics any more`() {
    let registry = PrometheusRegistry()
    let metrics = RunMetrics(
      registry: registry, run: "", environment: "", seed: 1,
      bootstrapped: NOOPMetricsHandler.instance)
    func row(_ id: String) -> ActorRow {
      ActorRow(
        id: id, host: "h", pid: 1, condition: "live", isLate: false, lanes: 8, stepsPerSecond: 5,
        shareOfSlots: 0.5, heldSlots: 2, lastHeardSeconds: 0.25)
    }
    metrics.record([row("a"), row("b")])
    #expect(registry.text.contains("troupe_actor_held_slots{actor=\"b\",host=\"h\"} 2"))
    metrics.record([row("a")])
    #expect(!registry.text.contains("\"b\""))
    #expect(registry.text.contains("troupe_actor_last_heard_seconds{actor=\"a\",host=\"h\"} 0.25"))
  }

  @Test func `an event file is a chain of checksummed records`() throws {
    let directory = try TemporaryDirectory()
    let reports = Reports()
    let file = EventFile(directory: directory.path, host: "here") { reports.add($0) }
    _ = directory.file(String(file.path.dropFirst(directory.path.count + 1)))
    file.begin(configuration: [("seed", "1")], firstVersion: 7)
    file.append(report)
    file.flush()
    let text = try bytes(of: file.path)
    var offset = 0
    var records: [[UInt8]] = []
    func number(_ count: Int) -> UInt64 {
      defer { offset += count }
      return text[offset..<offset + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    while offset < text.count {
      let head = Array(text[offset..<offset + 8])
      let length = Int(number(8))
      #expect(number(4) == UInt64(CRC32C.masked(head)))
      let data = Array(text[offset..<offset + length])
      offset += length
      #expect(number(4) == UInt64(CRC32C.masked(data)))
      records.append(data)
    }
    #expect(records.count == 4)
    #expect(String(decoding: records[0], as: UTF8.self).contains("brain.Event:2"))
    let last = String(decoding: records[3], as: UTF8.self)
    #expect(last.contains("learning/mean_return"))
    #expect(!last.contains("learning/entropy"), "what is not finite is left out")
    // After the time, field 2 is the step: where the file's steps begin, and the update's version.
    #expect(Array(records[1][9...10]) == [0x10, 7] && Array(records[3][9...10]) == [0x10, 3])
    #expect(String(decoding: records[2], as: UTF8.self).contains("| seed | 1 |"))
    // Field 2 of the value, a float: 2.5.
    let value = Array("learning/mean_return".utf8) + [0x15, 0, 0, 0x20, 0x40]
    #expect(records[3].firstRange(of: value) != nil)
    #expect(reports.all.isEmpty)
  }

  @Test func `events are written when their interval is over, and not before`() throws {
    let directory = try TemporaryDirectory()
    for (interval, isEmpty) in [(Duration.zero, false), (.seconds(3600), true)] {
      let host = isEmpty ? "slow" : "fast"
      let file = EventFile(directory: directory.path, host: host, interval: interval) { _ in }
      _ = directory.file(String(file.path.dropFirst(directory.path.count + 1)))
      file.append(report)
      file.append(report)
      #expect((contents(of: file.path) ?? "").isEmpty == isEmpty)
      file.flush()
      #expect(contents(of: file.path)?.isEmpty == false)
    }
  }

  @Test func `a fast run keeps no more than 64 KiB of events back`() throws {
    let directory = try TemporaryDirectory()
    let file = EventFile(directory: directory.path, host: "here", interval: .seconds(3600)) { _ in }
    _ = directory.file(String(file.path.dropFirst(directory.path.count + 1)))
    for _ in 0..<1000 { file.append(report) }
    let written = contents(of: file.path)?.count ?? 0
    file.flush()
    let all = contents(of: file.path)?.count ?? 0
    #expect(all > 4 * 64 << 10, "\(all) bytes do not show it")
    #expect(all - written < 65 << 10)
  }
}

import Monitoring
import RL
import Testing

@Suite struct MetricsFileTests {
  let directory: TemporaryDirectory
  let path: String
  let reports = Reports()
  let file: MetricsFile

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.file("metrics.jsonl")
    let reports = reports
    file = MetricsFile(path: path) { reports.add($0) }
  }

  func line(_ version: UInt32) -> UpdateReport {
    UpdateReport(version: PolicyVersion(version), returns: [1], environmentSteps: 1)
  }

  func text(_ versions: ClosedRange<UInt32>) -> String {
    versions.map { line($0).jsonText + "\n" }.joined()
  }

  @Test("lines of later versions are cut off, and the next one follows", arguments: [0, 3, 9, 12])
  func truncates(version: UInt32) throws {
    for version in 1...12 { file.append(line(UInt32(version))) }
    #expect(contents(of: path) == text(1...12))
    try file.truncate(toVersion: PolicyVersion(version))
    #expect(contents(of: path) == (version == 0 ? "" : text(1...version)))
    file.append(line(version + 1))
    #expect(contents(of: path) == text(1...version + 1))
    #expect(reports.all.isEmpty)
  }

  @Test("half a line at the end goes, wherever it was cut")
  func halfLine() throws {
    let half = line(3).jsonText
    for count in [1, 5, 11, 12, half.count] {
      try write(text(1...2) + half.prefix(count), to: path)
      try file.truncate(toVersion: PolicyVersion(5))
      #expect(contents(of: path) == text(1...2))
    }
  }

  @Test("a version is compared as a number")
  func numbers() throws {
    try write(text(9...11), to: path)
    try file.truncate(toVersion: PolicyVersion(10))
    #expect(contents(of: path) == text(9...10))
  }

  @Test("a file that is not there is no error")
  func absent() throws {
    try file.truncate(toVersion: PolicyVersion(10))
    #expect(contents(of: path) == "")
  }

  @Test("a file that cannot be made is an error with its reason")
  func impossible() throws {
    let path = "\(directory.path)/none/metrics.jsonl"
    let file = MetricsFile(path: path) { _ in }
    let error = #expect(throws: MetricsFileError.self) {
      try file.truncate(toVersion: PolicyVersion(1))
    }
    #expect(error?.description == "cannot cut back \(path): no such file or directory")
  }
}

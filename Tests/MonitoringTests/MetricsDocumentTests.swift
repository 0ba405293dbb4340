import Glibc
import Monitoring
import Testing

@Suite struct MetricsDocumentTests {
  private let path = {
    let parts = #filePath.split(separator: "/").dropLast(3)
    return "/" + parts.joined(separator: "/") + "/docs/metrics.md"
  }()

  @Test func `docs metrics is made of the vocabulary`() throws {
    // SAFETY: the name is NUL-terminated.
    if unsafe getenv("TROUPE_WRITE_DOCS") != nil {
      try write(MetricsDocument.markdown, to: path)
    }
    let isCurrent = contents(of: path) == MetricsDocument.markdown
    #expect(isCurrent, "run this test with TROUPE_WRITE_DOCS=1")
  }

  @Test func `every metric says what is healthy, and its names are well formed`() {
    for name in MetricName.allCases {
      #expect(!name.healthy.isEmpty && !name.unit.isEmpty)
      let isWellFormed = name.prometheusName.allSatisfy { $0.isLowercase || $0 == "_" }
      #expect(isWellFormed)
    }
    #expect(MetricName.episodes.prometheusName == "troupe_episodes_total")
    #expect(MetricName.meanReturn.tensorBoardTag == "learning/mean_return")
  }
}

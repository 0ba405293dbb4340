import Plotting
import Testing

private func series(_ points: [(Double, Double)]) -> Series {
  Series(points.map { Series.Point(x: $0.0, y: $0.1) })
}

@Suite struct CurveTests {
  @Test func valuesLieOnTheLineBetweenTwoPointsAndNowhereElse() {
    let run = series([(1, 10), (3, 30), (3, 99), (2, 50), (4, .nan), (5, 10)])
    #expect(run.points.map(\.x) == [1, 3, 5])
    #expect(run.value(at: 1) == 10 && run.value(at: 2) == 20 && run.value(at: 4) == 20)
    #expect(run.value(at: 5) == 10 && run.value(at: 0.9) == nil && run.value(at: 5.1) == nil)
    #expect(series([]).value(at: 0) == nil)
  }

  @Test func quantilesLieBetweenTheNearestValues() {
    #expect(quantile(0.5, of: [1, 2, 4]) == 2 && quantile(0.5, of: [1, 2, 4, 8]) == 3)
    #expect(quantile(0.25, of: [0, 4, 8, 12, 16]) == 4 && quantile(1, of: [3]) == 3)
  }

  @Test("one run is drawn as it is, several as their median with a band")
  func bands() throws {
    let single = Curve(label: "a", runs: [series([(1, 5), (2, 7)])])
    #expect(single.points.map(\.median) == [5, 7] && single.bandText == nil)
    let runs = [1.0, 2, 3, 4, 100].map { y in series([(0, y), (10, y)]) }
    let five = Curve(label: "b", runs: runs, pointCount: 3)
    #expect(five.points.map(\.x) == [0, 5, 10])
    #expect(five.points.allSatisfy { $0.median == 3 && $0.low == 2 && $0.high == 4 })
    #expect(five.bandText == "median of 5 seeds, middle half")
    let two = Curve(label: "c", runs: Array(runs.prefix(2)), pointCount: 2)
    #expect(two.points.allSatisfy { $0.median == 1.5 && $0.low == 1 && $0.high == 2 })
  }

  @Test("a median is drawn as far as half of the runs reach")
  func reach() {
    let runs = [(10.0, 1.0), (4.0, 2.0), (4.0, 3.0)].map { series([(0, $0.1), ($0.0, $0.1)]) }
    let curve = Curve(label: "a", runs: runs, pointCount: 11)
    #expect(curve.points.map(\.x) == [0, 1, 2, 3, 4])
  }
}

@Suite struct AxisTests {
  @Test(
    "ticks are round, few, and hold every value",
    arguments: [
      (0.0, 500.0), (-12.3, 7.7), (0, 1.57e6), (0.001, 0.0042), (3, 3), (-1e-9, 1e-9),
      (9.99, 10.01),
    ])
  func ticks(low: Double, high: Double) {
    let axis = Axis(holding: [low, high])
    #expect(axis.range.lowerBound <= low && axis.range.upperBound >= high)
    #expect((2...9).contains(axis.ticks.count), "\(axis.ticks)")
    #expect(Set(axis.ticks.map(axis.text)).count == axis.ticks.count, "no label twice")
  }

  @Test("an axis of powers has a tick at each, labelled with the power itself")
  func powers() {
    let actors = Axis(holdingPowersOf: 2, exponents: [0, 6])
    #expect(actors.ticks.map(actors.text) == ["1", "2", "4", "8", "16", "32", "64"])
    #expect(actors.share(of: 3) == 0.5)
    let rates = Axis(holdingPowersOf: 10, exponents: [2.3, 6.8])
    #expect(rates.ticks.map(rates.text) == ["100", "1 k", "10 k", "100 k", "1 M", "10 M"])
    #expect(Axis(holdingPowersOf: 10, exponents: [-1, -1]).ticks == [-1, 0])
  }

  @Test func labelsAreShort() {
    let large = Axis(holding: [0, 1_570_000])
    #expect(large.ticks.map(large.text).prefix(2) == ["0", "0.5 M"])
    let small = Axis(holding: [0, 1])
    #expect(small.text(0.2) == "0.2" && small.text(1) == "1.0")
  }
}

@Suite struct ChartTests {
  private let chart = Chart(
    xLabel: "updates", yLabel: "mean <return>",
    curves: [
      Curve(label: "a & b", runs: [series([(0, 0), (10, 100)])]),
      Curve(label: "c", runs: [series([(0, 50), (10, 50)]), series([(0, 60), (10, 60)])]),
    ], goal: 90)

  @Test func svgHasACurveForEachABandForSeveralSeedsAndNoBareMarkup() {
    let text = SVGChart(chart).text
    #expect(text.components(of: "class=\"curve\"") == 4, "two lines and their legends")
    #expect(text.components(of: "opacity=") == 1, "one band")
    #expect(text.contains("a &amp; b") && text.contains("mean &lt;return&gt;"))
    #expect(text.contains("goal 90") && text.hasSuffix("</svg>\n"))
    #expect(!text.contains("nan") && !text.contains("inf"))
  }

  @Test func pngHasTwoPixelsForAUnitAndShowsWhatDiffers() {
    let bytes = PNGChart(chart).bytes
    #expect(bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]))
    #expect(Array(bytes[16..<24]) == [0, 0, 1720 >> 8, 1720 & 255, 0, 0, 1040 >> 8, 1040 & 255])
    let other = Chart(xLabel: chart.xLabel, yLabel: chart.yLabel, curves: chart.curves, goal: 80)
    #expect(PNGChart(other).bytes != bytes)
  }

  /// The points of the lines of one kind in an SVG.
  private func points(_ text: String, _ mark: String) -> [[(x: Double, y: Double)]] {
    text.split(separator: "\n").filter { $0.contains(mark) && $0.contains("L") }.map { line in
      let path = line[(line.firstRange(of: "d=\"M")?.upperBound ?? line.endIndex)...]
      return path.prefix { $0 != "\"" && $0 != "Z" }.split(separator: "L").map { point in
        let numbers = point.split(separator: " ").compactMap { Double($0) }
        return (numbers[0], numbers[1])
      }
    }
  }

  @Test func svgGoesUpWithTheValueAndItsBandHasAHeight() throws {
    let runs = [0.0, 20, 100].map { y in series([(0, y), (10, y + 50)]) }
    let text = SVGChart(
      Chart(xLabel: "x", yLabel: "y", curves: [Curve(label: "a", runs: runs, pointCount: 2)])
    ).text
    let line = try #require(points(text, "class=\"curve\"").first)
    #expect(line[0].x < line[1].x && line[0].y > line[1].y)
    let band = try #require(points(text, "opacity=").first)
    #expect(band.count == 4 && band[0].x == band[3].x)
    // The median lies between the band's two ends, a fifth of the way from the low one.
    let share = (band[3].y - line[0].y) / (band[3].y - band[0].y)
    #expect(abs(share - 0.2) < 0.01, "\(share)")
  }

  @Test func pngDrawsTheMedianAndEachCurveInAColourOfItsOwn() {
    func bytes(_ groups: [[Double]]) -> [UInt8] {
      let curves = groups.map { values in
        Curve(label: "", runs: values.map { series([(0, $0), (10, $0)]) }, pointCount: 2)
      }
      return PNGChart(Chart(xLabel: "", yLabel: "", curves: curves)).bytes
    }
    #expect(bytes([[0, 5, 10]]) != bytes([[0, 7, 10]]), "the same band around another median")
    #expect(bytes([[1], [9]]) != bytes([[9], [1]]), "the same lines in exchanged colours")
  }

  @Test func textRisesFromLeftToRight() throws {
    let lines = TextChart(chart, columnCount: 40, rowCount: 11).text.split(separator: "\n")
    let places = lines.compactMap { line in line.firstIndex(of: "●").map { (line, $0) } }
      .map { $0.0.distance(from: $0.0.startIndex, to: $0.1) }
    #expect(places.dropLast().elementsEqual(places.dropLast().sorted(by: >)), "\(places)")
    #expect(lines.contains { $0.contains("┄") } && lines.last?.contains("× c") == true)
  }
}

extension String {
  fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}

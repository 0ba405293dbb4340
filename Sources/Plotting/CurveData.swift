/// One run's measurements, in the order of x.
package struct Series: Hashable, Sendable {
  package struct Point: Hashable, Sendable {
    package let x: Double
    package let y: Double

    package init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  package let points: [Point]

  /// Points that are not finite, or do not lie behind the one before, are left out.
  package init(_ points: [Point]) {
    var kept: [Point] = []
    for point in points where point.x.isFinite && point.y.isFinite {
      if let last = kept.last, point.x <= last.x { continue }
      kept.append(point)
    }
    self.points = kept
  }

  /// y at x, between two points on the line through them; nil outside the range of x.
  package func value(at x: Double) -> Double? {
    guard let first = points.first, let last = points.last, x >= first.x, x <= last.x else {
      return nil
    }
    var (low, high) = (0, points.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if points[middle].x <= x { low = middle } else { high = middle }
    }
    let (before, after) = (points[low], points[high])
    guard after.x > before.x else { return before.y }
    let share = (x - before.x) / (after.x - before.x)
    return before.y + share * (after.y - before.y)
  }
}

/// Several runs of one configuration as one line: the median over the seeds, with a band around it.
package struct Curve: Hashable, Sendable {
  package struct Point: Hashable, Sendable {
    package let x: Double
    package let median: Double
    package let low: Double
    package let high: Double
  }

  package let label: String
  package let seedCount: Int
  package let points: [Point]

  /// What the band is, in words; nil for a single run, which has none.
  package var bandText: String? {
    switch seedCount {
    case ...1: nil
    case 2...3: "median of \(seedCount) seeds, lowest to highest"
    default: "median of \(seedCount) seeds, middle half"
    }
  }

  /// Goes through `pointCount` values of x from the least to the greatest, as far as at least half of the
  /// runs reach: runs end when they are solved, and what a few slow ones do later is not their median.
  ///
  /// - Precondition: there is a run, and at least two points are asked for.
  package init(label: String, runs: [Series], pointCount: Int = 240) {
    precondition(!runs.isEmpty && pointCount >= 2, "a curve is drawn through something")
    self.label = label
    seedCount = runs.count
    let filled = runs.filter { !$0.points.isEmpty }
    if filled.count == 1, runs.count == 1 {
      points = filled[0].points.map { Point(x: $0.x, median: $0.y, low: $0.y, high: $0.y) }
      return
    }
    let first = filled.compactMap(\.points.first?.x).min() ?? 0
    let last = filled.compactMap(\.points.last?.x).max() ?? 0
    var points: [Point] = []
    for k in 0..<pointCount {
      let x = first + (last - first) * Double(k) / Double(pointCount - 1)
      let values = filled.compactMap { $0.value(at: x) }.sorted()
      guard 2 * values.count >= runs.count, !values.isEmpty else { continue }
      let share = runs.count < 4 ? 0 : 0.25
      points.append(
        Point(
          x: x, median: quantile(0.5, of: values), low: quantile(share, of: values),
          high: quantile(1 - share, of: values)))
    }
    self.points = points
  }
}

/// The quantile between the two nearest of sorted values (type 7 of Hyndman and Fan, 1996).
package func quantile(_ share: Double, of sorted: [Double]) -> Double {
  let place = share * Double(sorted.count - 1)
  let index = min(Int(place), sorted.count - 1)
  let next = min(index + 1, sorted.count - 1)
  return sorted[index] + (place - Double(index)) * (sorted[next] - sorted[index])
}

import Drawing

/// Pixels by their columns from the left and their rows from the top.
package struct PixelArea: Hashable, Sendable {
  package let columns: Range<Int>
  package let rows: Range<Int>

  package init(columns: Range<Int>, rows: Range<Int>) {
    self.columns = columns
    self.rows = rows
  }

  func intersection(_ other: PixelArea) -> PixelArea {
    PixelArea(
      columns: columns.clamped(to: other.columns), rows: rows.clamped(to: other.rows))
  }
}

/// How much of each pixel of an area a shape covers.
///
/// One coordinate unit is one pixel; pixel (i, k) is the square from there to (i + 1, k + 1).
struct Coverage {
  let area: PixelArea
  /// 0 to 1. Shape: `[rows, columns]`.
  private(set) var shares: [Float]
  /// Lines within a row of pixels on which a polygon is looked at.
  private static let linesPerRow = 4

  /// Nothing covered yet, of what lies around the points and within the limits.
  init(around points: [Point], margin: Double, within limits: PixelArea) {
    var (left, right, top, bottom) = (
      Double.infinity, -Double.infinity, Double.infinity, -Double.infinity
    )
    for point in points {
      (left, right) = (min(left, point.x), max(right, point.x))
      (top, bottom) = (min(top, point.y), max(bottom, point.y))
    }
    // One number that is not finite would make all places unknown.
    let isSomewhere = left <= right && points.allSatisfy { $0.x.isFinite && $0.y.isFinite }
    let columns =
      isSomewhere ? Self.pixels(left - margin, right + margin, in: limits.columns) : 0..<0
    let rows = isSomewhere ? Self.pixels(top - margin, bottom + margin, in: limits.rows) : 0..<0
    area = PixelArea(columns: columns, rows: rows)
    shares = Array(repeating: 0, count: columns.count * rows.count)
  }

  /// The pixels that a stretch touches.
  private static func pixels(_ low: Double, _ high: Double, in limits: Range<Int>) -> Range<Int> {
    let first = min(max(low.rounded(.down), -1e9), 1e9)
    let last = min(max(high.rounded(.up), -1e9), 1e9)
    return (Int(first)..<Int(last)).clamped(to: limits)
  }

  /// What lies within the radius of a segment.
  mutating func include(from start: Point, to end: Point, radius: Double) {
    // Nothing is seen of it, or it is nowhere.
    guard !shares.isEmpty else { return }
    let reach = radius + 1
    let columns = Self.pixels(
      min(start.x, end.x) - reach, max(start.x, end.x) + reach, in: area.columns)
    let rows = Self.pixels(min(start.y, end.y) - reach, max(start.y, end.y) + reach, in: area.rows)
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let square = dx * dx + dy * dy
    // A line thinner than a pixel covers no pixel in full.
    let most = min(1, 2 * radius)
    for row in rows {
      let y = Double(row) + 0.5 - start.y
      let first = (row - area.rows.lowerBound) * area.columns.count - area.columns.lowerBound
      for column in columns {
        let x = Double(column) + 0.5 - start.x
        let along = square > 0 ? min(max((x * dx + y * dy) / square, 0), 1) : 0
        let (ex, ey) = (x - along * dx, y - along * dy)
        let share = min(max(radius + 0.5 - (ex * ex + ey * ey).squareRoot(), 0), most)
        shares[first + column] = max(shares[first + column], Float(share))
      }
    }
  }

  /// What lies inside a polygon, where its windings do not cancel out.
  mutating func include(polygon: [Point]) {
    guard polygon.count >= 3, !shares.isEmpty else { return }
    let share = 1 / Double(Self.linesPerRow)
    var crossings: [(x: Double, winding: Int)] = []
    for row in area.rows {
      for line in 0..<Self.linesPerRow {
        let y = Double(row) + (Double(line) + 0.5) * share
        crossings.removeAll(keepingCapacity: true)
        for index in polygon.indices {
          let (a, b) = (polygon[index], polygon[index == 0 ? polygon.count - 1 : index - 1])
          guard (a.y <= y) != (b.y <= y) else { continue }
          crossings.append(
            (a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x), a.y <= y ? 1 : -1))
        }
        crossings.sort { $0.x < $1.x }
        var winding = 0
        for (index, crossing) in crossings.enumerated() {
          winding += crossing.winding
          guard winding != 0, index + 1 < crossings.count else { continue }
          cover(row: row, from: crossing.x, to: crossings[index + 1].x, share: Float(share))
        }
      }
    }
  }

  /// Adds a stretch of one line of a polygon.
  private mutating func cover(row: Int, from left: Double, to right: Double, share: Float) {
    let first = (row - area.rows.lowerBound) * area.columns.count - area.columns.lowerBound
    for column in Self.pixels(left, right, in: area.columns) {
      let width = min(right, Double(column + 1)) - max(left, Double(column))
      shares[first + column] = min(1, shares[first + column] + share * Float(max(0, width)))
    }
  }
}

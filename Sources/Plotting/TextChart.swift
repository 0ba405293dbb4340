/// Draws a chart with characters, for a terminal.
package struct TextChart {
  private let chart: Chart
  private let columnCount: Int
  private let rowCount: Int
  private static let marks: [Character] = ["●", "×", "+", "○", "*", "#", "□"]

  package init(_ chart: Chart, columnCount: Int = 66, rowCount: Int = 18) {
    self.chart = chart
    self.columnCount = columnCount
    self.rowCount = rowCount
  }

  package var text: String {
    var cells = Array(
      repeating: Array(repeating: Character(" "), count: columnCount), count: rowCount)
    if let goal = chart.goal {
      let row = row(of: goal)
      for column in 0..<columnCount { cells[row][column] = "┄" }
    }
    for (index, curve) in chart.curves.enumerated() {
      for column in 0..<columnCount {
        guard let y = median(of: curve, column: column) else { continue }
        cells[row(of: y)][column] = Self.marks[index % Self.marks.count]
      }
    }
    var labels = Array(repeating: "", count: rowCount)
    for tick in chart.yAxis.ticks { labels[row(of: tick)] = chart.yAxis.text(tick) }
    let width = labels.map(\.count).max() ?? 0
    var lines = ["\(chart.yLabel)"]
    for (label, row) in zip(labels, cells) {
      lines.append(String(repeating: " ", count: width - label.count) + label + " │" + String(row))
    }
    lines.append(
      String(repeating: " ", count: width + 1) + "└" + String(repeating: "─", count: columnCount))
    let (first, last) = (
      chart.xAxis.text(chart.xAxis.range.lowerBound), chart.xAxis.text(chart.xAxis.range.upperBound)
    )
    let gap = max(2, columnCount - first.count - last.count - chart.xLabel.count)
    lines.append(
      String(repeating: " ", count: width + 2) + first + String(repeating: " ", count: gap / 2)
        + chart.xLabel + String(repeating: " ", count: gap - gap / 2) + last)
    for (index, curve) in chart.curves.enumerated() {
      lines.append(
        "  \(Self.marks[index % Self.marks.count]) \(curve.label)"
          + (curve.bandText.map { " (\($0))" } ?? ""))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func row(of y: Double) -> Int {
    let row = Int((Double(rowCount - 1) * (1 - chart.yAxis.share(of: y))).rounded())
    return min(max(row, 0), rowCount - 1)
  }

  /// The curve at the middle of a column, or nil where it does not reach.
  private func median(of curve: Curve, column: Int) -> Double? {
    let share = (Double(column) + 0.5) / Double(columnCount)
    let x =
      chart.xAxis.range.lowerBound
      + share * (chart.xAxis.range.upperBound - chart.xAxis.range.lowerBound)
    return Series(curve.points.map { .init(x: $0.x, y: $0.median) }).value(at: x)
  }
}

/// Draws a chart as SVG, without scripts or fonts of its own, readable on light and dark pages.
package struct SVGChart {
  private let chart: Chart
  private let layout: ChartLayout

  package init(_ chart: Chart) {
    self.chart = chart
    layout = ChartLayout(chart: chart)
  }

  /// The whole document.
  package var text: String {
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Int(width)) \(Int(height))\" "
        + "role=\"img\" aria-label=\"\(escaped(chart.yLabel)) over \(escaped(chart.xLabel))\">",
      Self.style, "<rect class=\"page\" width=\"100%\" height=\"100%\"/>",
    ]
    lines += grid()
    if let goal = chart.goal {
      lines.append(
        "<path class=\"goal\" d=\"M\(place(left)) \(place(y(goal)))H\(place(width - right))\"/>")
      lines.append(
        "<text x=\"\(place(width - right))\" y=\"\(place(y(goal) - 6))\" text-anchor=\"end\">goal "
          + "\(chart.yAxis.text(goal))</text>")
    }
    for (index, curve) in chart.curves.enumerated() {
      let colour = Self.hexadecimal(ChartLayout.colours[index % ChartLayout.colours.count])
      if curve.seedCount > 1 {
        lines.append("<path fill=\"\(colour)\" opacity=\"0.22\" d=\"\(band(curve))\"/>")
      }
      lines.append(
        "<path class=\"curve\" stroke=\"\(colour)\" d=\"\(line(curve.points.map { ($0.x, $0.median) }))\"/>"
      )
      lines += legend(curve, row: index, colour: colour)
    }
    return (lines + ["</svg>", ""]).joined(separator: "\n")
  }

  private static let style = """
    <style>
    text { font: 13px system-ui, sans-serif; fill: #24292f }
    .title { font-size: 14px }
    .page { fill: #ffffff }
    .grid { stroke: #d8dee4; stroke-width: 1; fill: none }
    .goal { stroke: #57606a; stroke-width: 1.5; stroke-dasharray: 6 5; fill: none }
    .curve { stroke-width: 2; stroke-linejoin: round; fill: none }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } .page { fill: #0d1117 } .grid { stroke: #30363d } .goal { stroke: #8b949e }
    }
    </style>
    """

  private func grid() -> [String] {
    var lines: [String] = []
    for tick in chart.yAxis.ticks {
      lines.append(
        "<path class=\"grid\" d=\"M\(place(left)) \(place(y(tick)))H\(place(width - right))\"/>")
      lines.append(
        "<text x=\"\(place(left - 8))\" y=\"\(place(y(tick) + 4))\" text-anchor=\"end\">"
          + "\(chart.yAxis.text(tick))</text>")
    }
    for tick in chart.xAxis.ticks {
      lines.append(
        "<text x=\"\(place(x(tick)))\" y=\"\(place(height - bottom + 20))\" text-anchor=\"middle\">"
          + "\(chart.xAxis.text(tick))</text>")
    }
    let middle = (top + height - bottom) / 2
    lines.append(
      "<text class=\"title\" x=\"\(place((left + width - right) / 2))\" y=\"\(place(height - 12))\" "
        + "text-anchor=\"middle\">\(escaped(chart.xLabel))</text>")
    lines.append(
      "<text class=\"title\" transform=\"translate(20 \(place(middle))) rotate(-90)\" "
        + "text-anchor=\"middle\">\(escaped(chart.yLabel))</text>")
    return lines
  }

  private func legend(_ curve: Curve, row: Int, colour: String) -> [String] {
    let y = layout.legendRow(row)
    let text = curve.label + (curve.bandText.map { " (\($0))" } ?? "")
    return [
      "<path class=\"curve\" stroke=\"\(colour)\" d=\"M\(place(left)) \(place(y - 4))h26\"/>",
      "<text x=\"\(place(left + 34))\" y=\"\(place(y))\">\(escaped(text))</text>",
    ]
  }

  private func band(_ curve: Curve) -> String {
    line(curve.points.map { ($0.x, $0.high) } + curve.points.reversed().map { ($0.x, $0.low) })
      + "Z"
  }

  private func line(_ points: [(Double, Double)]) -> String {
    points.enumerated().map { index, point in
      "\(index == 0 ? "M" : "L")\(place(x(point.0))) \(place(y(point.1)))"
    }.joined()
  }

  private var width: Double { layout.width }
  private var height: Double { layout.height }
  private var left: Double { layout.left }
  private var right: Double { layout.right }
  private var bottom: Double { layout.bottom }
  private var top: Double { layout.top }

  private func x(_ value: Double) -> Double { layout.x(value) }

  private func y(_ value: Double) -> Double { layout.y(value) }

  private static func hexadecimal(_ colour: UInt32) -> String {
    let digits = String(colour, radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
  }

  /// Tenths of a pixel are fine enough.
  private func place(_ value: Double) -> String {
    let rounded = (value * 10).rounded() / 10
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }

  private func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }
}

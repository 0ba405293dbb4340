internal import Drawing
internal import Raster

/// Draws a chart as PNG, for light pages, with two pixels for each unit of the layout.
package struct PNGChart {
  private let chart: Chart
  private let layout: ChartLayout
  private static let scale = 2.0
  private static let page = colour(0xffffff)
  private static let ink = colour(0x24292f)
  private static let grid = colour(0xd8dee4)
  private static let goal = colour(0x57606a)

  package init(_ chart: Chart) {
    self.chart = chart
    layout = ChartLayout(chart: chart)
  }

  /// The whole file.
  package var bytes: [UInt8] { PNG.bytes(of: canvas) }

  private var canvas: Canvas {
    var canvas = Canvas(
      width: Int(layout.width * Self.scale), height: Int(layout.height * Self.scale),
      background: Self.page)
    paintGrid(on: &canvas)
    paintGoal(on: &canvas)
    for (index, curve) in chart.curves.enumerated() {
      let colour = Self.colour(ChartLayout.colours[index % ChartLayout.colours.count])
      let points = curve.points
      if curve.seedCount > 1 {
        let band =
          points.map { place($0.x, $0.high) } + points.reversed().map { place($0.x, $0.low) }
        canvas.fill(band, colour, opacity: 0.22)
      }
      canvas.stroke(points.map { place($0.x, $0.median) }, width: 2 * Self.scale, colour)
      let y = layout.legendRow(index)
      canvas.stroke(
        [at(layout.left, y - 4), at(layout.left + 26, y - 4)], width: 2 * Self.scale, colour)
      let text = curve.label + (curve.bandText.map { " (\($0))" } ?? "")
      write(text, at: at(layout.left + 34, y), on: &canvas)
    }
    return canvas
  }

  private func paintGrid(on canvas: inout Canvas) {
    for tick in chart.yAxis.ticks {
      let y = layout.y(tick)
      canvas.stroke(
        [at(layout.left, y), at(layout.width - layout.right, y)], width: Self.scale, Self.grid)
      write(
        chart.yAxis.text(tick), at: at(layout.left - 8, y + 4), on: &canvas, alignment: .right)
    }
    for tick in chart.xAxis.ticks {
      write(
        chart.xAxis.text(tick), at: at(layout.x(tick), layout.height - layout.bottom + 20),
        on: &canvas, alignment: .center)
    }
    write(
      chart.xLabel, at: at((layout.left + layout.width - layout.right) / 2, layout.height - 12),
      on: &canvas, alignment: .center, height: 14)
    canvas.write(
      chart.yLabel, at: at(20, (layout.top + layout.height - layout.bottom) / 2),
      height: 14 * Self.scale, Self.ink, alignment: .center, isTurned: true)
  }

  private func paintGoal(on canvas: inout Canvas) {
    guard let goal = chart.goal else { return }
    let (y, end) = (layout.y(goal), layout.width - layout.right)
    canvas.strokeDashed(
      from: at(layout.left, y), to: at(end, y), width: 1.5 * Self.scale, dash: 6 * Self.scale,
      gap: 5 * Self.scale, Self.goal)
    write("goal \(chart.yAxis.text(goal))", at: at(end, y - 6), on: &canvas, alignment: .right)
  }

  private func write(
    _ text: String, at place: Point, on canvas: inout Canvas, alignment: Shape.Alignment = .left,
    height: Double = 13
  ) {
    canvas.write(text, at: place, height: height * Self.scale, Self.ink, alignment: alignment)
  }

  private func place(_ x: Double, _ y: Double) -> Point { at(layout.x(x), layout.y(y)) }

  private func at(_ x: Double, _ y: Double) -> Point { Point(x * Self.scale, y * Self.scale) }

  private static func colour(_ number: UInt32) -> Color.Components {
    Color.Components(
      red: UInt8(number >> 16 & 255), green: UInt8(number >> 8 & 255), blue: UInt8(number & 255))
  }
}

package import Drawing

extension Canvas {
  /// Draws a scene as large as it fits into the area, in its middle.
  package mutating func draw(
    _ scene: Scene, in area: PixelArea, colours: (Color) -> Color.Components
  ) {
    let (columns, rows) = (area.columns, area.rows)
    let scale = min(Double(columns.count) / scene.width, Double(rows.count) / scene.height)
    let left = Double(columns.lowerBound) + (Double(columns.count) - scale * scene.width) / 2
    let bottom = Double(rows.upperBound) - (Double(rows.count) - scale * scene.height) / 2
    func place(_ point: Point) -> Point {
      Point(
        left + (point.x - scene.horizontal.lowerBound) * scale,
        bottom - (point.y - scene.vertical.lowerBound) * scale)
    }
    let seen = PixelArea(
      columns: Int(left.rounded())..<Int((left + scale * scene.width).rounded()),
      rows: Int((bottom - scale * scene.height).rounded())..<Int(bottom.rounded()))
    within(seen) { canvas in
      for shape in scene.shapes {
        switch shape {
        case .polyline(let points, let color, let width):
          canvas.stroke(points.map(place), width: max(1, width * scale), colours(color))
        case .polygon(let points, let color): canvas.fill(points.map(place), colours(color))
        case .circle(let center, let radius, let color):
          canvas.stroke([place(center)], width: 2 * radius * scale, colours(color))
        case .text(let text, let point, let height, let color, let alignment):
          canvas.write(
            text, at: place(point), height: height * scale, colours(color), alignment: alignment)
        }
      }
    }
  }
}

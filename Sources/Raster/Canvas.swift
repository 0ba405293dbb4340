package import Drawing

/// A picture made of pixels that shapes are painted on, with smooth edges.
///
/// One unit of a coordinate is a pixel; x goes to the right and y, other than in a ``Scene``, downwards.
package struct Canvas: Hashable, Sendable {
  package typealias Colour = Color.Components

  package let width: Int
  package let height: Int
  /// 0xRRGGBB, row by row from the top. Shape: `[height, width]`.
  package private(set) var pixels: [UInt32]
  /// Nothing outside of it is painted on.
  package private(set) var limits: PixelArea
  /// Steps of an edge's smoothness. Few enough that a flat drawing has few colours, for GIF.
  private static let shadeCount: Float = 16

  /// - Precondition: the picture has a pixel.
  package init(width: Int, height: Int, background: Colour) {
    precondition(width > 0 && height > 0, "a picture has pixels")
    self.width = width
    self.height = height
    pixels = Array(repeating: background.number, count: width * height)
    limits = PixelArea(columns: 0..<width, rows: 0..<height)
  }

  /// Red, green and blue of each pixel. Shape: `[height, width, 3]`.
  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * pixels.count)
    for pixel in pixels {
      bytes.append(UInt8(pixel >> 16 & 255))
      bytes.append(UInt8(pixel >> 8 & 255))
      bytes.append(UInt8(pixel & 255))
    }
    return bytes
  }

  /// Paints with `paint` on nothing but the area.
  package mutating func within(_ area: PixelArea, _ paint: (inout Canvas) -> Void) {
    let before = limits
    limits = limits.intersection(area)
    paint(&self)
    limits = before
  }

  /// A filled area, its last point joined to its first.
  package mutating func fill(_ polygon: [Point], _ colour: Colour, opacity: Double = 1) {
    var coverage = Coverage(around: polygon, margin: 1, within: limits)
    coverage.include(polygon: polygon)
    paint(coverage, colour, opacity: opacity)
  }

  /// A filled rectangle.
  package mutating func fill(
    x: Double, y: Double, width: Double, height: Double, _ colour: Colour, opacity: Double = 1
  ) {
    fill(
      [
        Point(x, y), Point(x + width, y), Point(x + width, y + height), Point(x, y + height),
      ], colour, opacity: opacity)
  }

  /// A line through all points in turn, with round ends and corners; through one point, a disc.
  package mutating func stroke(_ line: [Point], width: Double, _ colour: Colour) {
    stroke([line], width: width, colour)
  }

  /// Several lines at once, painted once where they cross.
  package mutating func stroke(_ lines: [[Point]], width: Double, _ colour: Colour) {
    var coverage = Coverage(
      around: lines.flatMap(\.self), margin: width / 2 + 1, within: limits)
    for line in lines {
      if line.count == 1 { coverage.include(from: line[0], to: line[0], radius: width / 2) }
      for (start, end) in zip(line, line.dropFirst()) {
        coverage.include(from: start, to: end, radius: width / 2)
      }
    }
    paint(coverage, colour, opacity: 1)
  }

  /// A line of strokes and gaps of these lengths.
  package mutating func strokeDashed(
    from start: Point, to end: Point, width: Double, dash: Double, gap: Double, _ colour: Colour
  ) {
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let length = (dx * dx + dy * dy).squareRoot()
    guard length > 0, dash + gap > 0 else { return }
    func point(_ distance: Double) -> Point {
      Point(start.x + dx * distance / length, start.y + dy * distance / length)
    }
    let dashes = stride(from: 0, to: length, by: dash + gap).map {
      [point($0), point(min(length, $0 + dash))]
    }
    stroke(dashes, width: width, colour)
  }

  private mutating func paint(_ coverage: Coverage, _ colour: Colour, opacity: Double) {
    var index = 0
    for row in coverage.area.rows {
      for column in coverage.area.columns {
        let share = (coverage.shares[index] * Self.shadeCount).rounded() / Self.shadeCount
        index += 1
        guard share > 0 else { continue }
        let place = row * width + column
        pixels[place] = colour.mixed(into: pixels[place], share: share * Float(opacity))
      }
    }
  }
}

extension Color.Components {
  var number: UInt32 { UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue) }

  /// This colour over another, of which a share is left.
  fileprivate func mixed(into other: UInt32, share: Float) -> UInt32 {
    guard share < 1 else { return number }
    func mixed(_ above: UInt8, _ below: UInt32) -> UInt32 {
      UInt32((Float(above) * share + Float(below) * (1 - share)).rounded())
    }
    return mixed(red, other >> 16 & 255) << 16 | mixed(green, other >> 8 & 255) << 8
      | mixed(blue, other & 255)
  }
}

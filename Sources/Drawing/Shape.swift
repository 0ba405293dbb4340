/// A place in a scene.
public struct Point: Hashable, Sendable {
  public var x: Double
  public var y: Double

  public init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }

  public static func + (a: Point, b: Point) -> Point { Point(a.x + b.x, a.y + b.y) }

  /// Turned about the origin, counterclockwise by the angle of this sine and cosine.
  public func turned(sine: Double, cosine: Double) -> Point {
    Point(cosine * x - sine * y, sine * x + cosine * y)
  }
}

/// One thing in a scene. Lengths are in the scene's units.
public enum Shape: Hashable, Sendable {
  /// Which part of a text lies at its place.
  public enum Alignment: String, Hashable, Sendable, CaseIterable {
    case left, center, right
  }

  /// A line through all points in turn, with round ends and corners.
  case polyline([Point], Color, width: Double)
  /// A filled area, its last point joined to its first.
  case polygon([Point], Color)
  /// A filled disc.
  case circle(center: Point, radius: Double, Color)
  /// One line of text, of this height, with its baseline at a place.
  case text(String, at: Point, height: Double, Color, Alignment = .center)

  public static func line(from start: Point, to end: Point, _ color: Color, width: Double) -> Shape
  {
    .polyline([start, end], color, width: width)
  }

  /// A filled rectangle with its sides along the axes.
  public static func rectangle(
    horizontal: ClosedRange<Double>, vertical: ClosedRange<Double>, _ color: Color
  ) -> Shape {
    .polygon(
      [
        Point(horizontal.lowerBound, vertical.lowerBound),
        Point(horizontal.upperBound, vertical.lowerBound),
        Point(horizontal.upperBound, vertical.upperBound),
        Point(horizontal.lowerBound, vertical.upperBound),
      ], color)
  }

  /// Whether every number in it is finite and no length is negative.
  public var isDrawable: Bool {
    func isFinite(_ points: [Point]) -> Bool {
      points.allSatisfy { $0.x.isFinite && $0.y.isFinite }
    }
    switch self {
    case .polyline(let points, _, let width):
      return isFinite(points) && width.isFinite && width >= 0
    case .polygon(let points, _): return isFinite(points)
    case .circle(let center, let radius, _):
      return isFinite([center]) && radius.isFinite && radius >= 0
    case .text(_, let place, let height, _, _):
      return isFinite([place]) && height.isFinite && height >= 0
    }
  }
}

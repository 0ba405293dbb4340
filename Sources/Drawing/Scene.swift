/// A picture of one moment, in the units of the world it shows: a rectangle, and what is in it from back
/// to front.
///
/// It says what there is, not how it is shown: the dashboard's canvas, a file or a terminal each draw the
/// same value, in dark or in light colours.
public struct Scene: Hashable, Sendable {
  /// The part of the world that is seen, x to the right and y upwards, with square units.
  public var horizontal: ClosedRange<Double>
  public var vertical: ClosedRange<Double>
  /// Later ones hide earlier ones; what lies outside the rectangle is cut off.
  public var shapes: [Shape]

  /// - Precondition: both ranges are finite and not empty.
  public init(
    horizontal: ClosedRange<Double>, vertical: ClosedRange<Double>, shapes: [Shape] = []
  ) {
    precondition(
      horizontal.lowerBound < horizontal.upperBound && vertical.lowerBound < vertical.upperBound
        && (horizontal.upperBound - horizontal.lowerBound).isFinite
        && (vertical.upperBound - vertical.lowerBound).isFinite,
      "a scene shows a rectangle with an area")
    self.horizontal = horizontal
    self.vertical = vertical
    self.shapes = shapes
  }

  public var width: Double { horizontal.upperBound - horizontal.lowerBound }
  public var height: Double { vertical.upperBound - vertical.lowerBound }
}

/// Something that can say what it looks like. An environment that conforms is shown by the dashboard and
/// by `troupe replay --render`; nothing of it runs during a rollout.
///
/// ```swift
/// extension Corridor: Drawable {
///   var scene: Scene {
///     Scene(horizontal: -1...9, vertical: -1...2, shapes: [
///       .line(from: Point(0, 0), to: Point(8, 0), .ground, width: 0.1),
///       .circle(center: Point(8, 0.5), radius: 0.3, .goal),
///       .circle(center: Point(Double(position), 0.5), radius: 0.4, .agent),
///     ])
///   }
/// }
/// ```
public protocol Drawable {
  /// The present state. All numbers are finite.
  var scene: Scene { get }
}

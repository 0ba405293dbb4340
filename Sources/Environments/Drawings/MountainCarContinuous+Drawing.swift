public import Drawing
internal import Kernels

extension MountainCarContinuous: Drawable {
  public var scene: Scene {
    let track = (0...72).map { index in
      let x = -1.2 + 1.8 * Double(index) / 72
      return Point(x, Self.height(at: x))
    }
    let hill = track + [Point(0.6, -0.1), Point(-1.2, -0.1)]
    let slope = 1.35 * Elementary.cos(3 * position)
    let length = (1 + slope * slope).squareRoot()
    let (sine, cosine) = (slope / length, 1 / length)
    let middle = Point(position, Self.height(at: position))
    func onCar(_ x: Double, _ y: Double) -> Point {
      middle + Point(x, y).turned(sine: sine, cosine: cosine)
    }
    let flag = Point(0.45, Self.height(at: 0.45))
    return Scene(
      horizontal: -1.2...0.6, vertical: 0...1.3,
      shapes: [
        .polygon(hill, .ground),
        .polyline(track, .guide, width: 0.008),
        .line(from: flag, to: flag + Point(0, 0.18), .detail, width: 0.008),
        .polygon(
          [flag + Point(0, 0.18), flag + Point(0, 0.11), flag + Point(0.09, 0.145)], .goal),
        .polygon(
          [onCar(-0.06, 0.022), onCar(0.06, 0.022), onCar(0.06, 0.055), onCar(-0.06, 0.055)], .agent
        ),
        .polygon(
          [onCar(-0.035, 0.055), onCar(0.035, 0.055), onCar(0.022, 0.085), onCar(-0.028, 0.085)],
          .agent),
        .circle(center: onCar(-0.035, 0.018), radius: 0.018, .detail),
        .circle(center: onCar(0.035, 0.018), radius: 0.018, .detail),
      ])
  }

  /// Of the hill, as Gymnasium draws it.
  private static func height(at x: Double) -> Double { 0.45 * Elementary.sin(3 * x) + 0.55 }
}

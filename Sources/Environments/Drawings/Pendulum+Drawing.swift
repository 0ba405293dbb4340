public import Drawing
internal import Kernels

extension Pendulum: Drawable {
  public var scene: Scene {
    let (sine, cosine) = Elementary.sinCos(angle)
    // A positive angle is to the left, as Gymnasium draws it.
    let tip = Point(-sine, cosine)
    return Scene(
      horizontal: -1.6...1.6, vertical: -1.3...1.3,
      shapes: [
        .line(from: Point(0, 0), to: Point(0, 1.2), .ground, width: 0.02),
        .circle(center: Point(0, 1), radius: 0.06, .goal),
        .line(from: Point(0, 0), to: tip, .agent, width: 0.16),
        .circle(center: tip, radius: 0.13, .part),
        .circle(center: Point(0, 0), radius: 0.05, .detail),
      ])
  }
}

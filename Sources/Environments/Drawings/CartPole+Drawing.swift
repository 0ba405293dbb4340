public import Drawing
internal import Kernels

extension CartPole: Drawable {
  public var scene: Scene {
    let state = physicalState
    let (sine, cosine) = Elementary.sinCos(state[2])
    let x = state[0]
    let hinge = Point(x, 0.12)
    return Scene(
      horizontal: -3...3, vertical: -0.55...1.65,
      shapes: [
        .line(from: Point(-3, -0.2), to: Point(3, -0.2), .ground, width: 0.03),
        .line(from: Point(-2.4, -0.32), to: Point(-2.4, -0.08), .danger, width: 0.03),
        .line(from: Point(2.4, -0.32), to: Point(2.4, -0.08), .danger, width: 0.03),
        .rectangle(horizontal: x - 0.25...x + 0.25, vertical: -0.12...0.15, .agent),
        .circle(center: Point(x - 0.15, -0.13), radius: 0.07, .detail),
        .circle(center: Point(x + 0.15, -0.13), radius: 0.07, .detail),
        // The pole is 1 m long; an angle to the right is positive.
        .line(from: hinge, to: hinge + Point(sine, cosine), .part, width: 0.09),
        .circle(center: hinge, radius: 0.045, .detail),
      ])
  }
}

public import Drawing

extension TwoArms: Drawable {
  public var scene: Scene {
    let length = Double(Self.longArm)
    let position = Point(Double(step), 1)
    return Scene(
      horizontal: -1.5...length + 1.5, vertical: -1.5...2.5,
      shapes: [
        .line(from: Point(0, 1), to: Point(length, 1), .ground, width: 0.5),
        .line(from: Point(0, 1), to: Point(1, 0), .ground, width: 0.5),
        .circle(center: Point(length, 1), radius: 0.6, .goal),
        .circle(center: Point(1, 0), radius: 0.35, .goal),
        .text("2", at: Point(length, 1.8), height: 0.6, .guide),
        .text("1", at: Point(1, -0.9), height: 0.6, .guide),
        .circle(center: hasTakenShortArm ? Point(1, 0) : position, radius: 0.45, .agent),
      ])
  }
}

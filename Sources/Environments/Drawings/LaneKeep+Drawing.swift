public import Drawing
internal import Kernels

extension LaneKeep: Drawable {
  /// From above, in metres, with the direction of the lane beneath the car to the right.
  public var scene: Scene {
    let behind = Self.lane(steps: 20, stepLength: -0.5, curvature: curvatureAhead)
    let ahead = Self.lane(steps: 72, stepLength: 0.5, curvature: curvatureAhead)
    let middle = behind.reversed() + ahead.dropFirst()
    func beside(_ offset: Double) -> [Point] {
      middle.map { $0.place + Point(0, offset).turned(sine: $0.sine, cosine: $0.cosine) }
    }
    let body = Elementary.sinCos(state.heading)
    func onCar(_ x: Double, _ y: Double) -> Point {
      Point(0, state.offset) + Point(x, y).turned(sine: body.sin, cosine: body.cos)
    }
    func wheel(_ x: Double, _ y: Double, angle: Double) -> Shape {
      let (sine, cosine) = Elementary.sinCos(state.heading + angle)
      let center = onCar(x, y)
      return .line(
        from: center + Point(-0.35, 0).turned(sine: sine, cosine: cosine),
        to: center + Point(0.35, 0).turned(sine: sine, cosine: cosine), .detail, width: 0.28)
    }
    var shapes: [Shape] = [
      .polygon(beside(2) + beside(-2).reversed(), .ground),
      .polyline(beside(2), .danger, width: 0.18), .polyline(beside(-2), .danger, width: 0.18),
    ]
    // Dashes fixed to the road, so that one sees the car move.
    let line = beside(0)
    for index in line.indices.dropLast() {
      let distance = state.distance + Double(index - 20) * 0.5
      let phase = distance - (distance / 4).rounded(.down) * 4
      if phase < 2 {
        shapes.append(.line(from: line[index], to: line[index + 1], .guide, width: 0.12))
      }
    }
    // The rear axle is where the state says, the front axle 2.5 m ahead of it.
    shapes += [
      wheel(0, 0.75, angle: 0), wheel(0, -0.75, angle: 0),
      wheel(2.5, 0.75, angle: state.wheelAngle), wheel(2.5, -0.75, angle: state.wheelAngle),
      .polygon(
        [onCar(-0.8, -0.8), onCar(3.1, -0.8), onCar(3.5, 0), onCar(3.1, 0.8), onCar(-0.8, 0.8)],
        .agent),
      .polygon([onCar(1.1, -0.6), onCar(1.8, -0.6), onCar(1.8, 0.6), onCar(1.1, 0.6)], .detail),
    ]
    return Scene(horizontal: -8...32, vertical: -12...12, shapes: shapes)
  }

  /// Points along the middle of the lane, with its direction there, from the car on.
  private static func lane(
    steps: Int, stepLength: Double, curvature: (Double) -> Double
  ) -> [(place: Point, sine: Double, cosine: Double)] {
    var points: [(place: Point, sine: Double, cosine: Double)] = []
    var place = Point(0, 0)
    var angle = 0.0
    for index in 0...steps {
      let (sine, cosine) = Elementary.sinCos(angle)
      points.append((place, sine, cosine))
      angle += stepLength * curvature((Double(index) + 0.5) * stepLength)
      place = place + Point(stepLength * cosine, stepLength * sine)
    }
    return points
  }

  private func curvatureAhead(_ metres: Double) -> Double { curvature(at: state.distance + metres) }
}

public import Drawing

extension HamsterVacuum: Drawable {
  public var scene: Scene {
    var shapes: [Shape] = []
    // The top corridor, and the cells below its ends and its middle.
    for (column, row) in [(0, 1), (1, 1), (2, 1), (3, 1), (4, 1), (0, 0), (2, 0), (4, 0)] {
      let (x, y) = (Double(column), Double(row))
      shapes.append(
        .rectangle(horizontal: x + 0.03...x + 0.97, vertical: y + 0.03...y + 0.97, .ground))
    }
    for x in [1.0, 3.0] {
      shapes.append(.text("?", at: Point(x + 0.16, 1.72), height: 0.22, .guide))
    }
    for x in [0.5, 4.5] {
      shapes += [
        .circle(center: Point(x, 0.44), radius: 0.25, .danger),
        .circle(center: Point(x - 0.17, 0.65), radius: 0.09, .danger),
        .circle(center: Point(x + 0.17, 0.65), radius: 0.09, .danger),
        // It sleeps.
        .line(
          from: Point(x - 0.14, 0.48), to: Point(x - 0.05, 0.48), .detail, width: 0.025),
        .line(
          from: Point(x + 0.05, 0.48), to: Point(x + 0.14, 0.48), .detail, width: 0.025),
      ]
    }
    for (x, y) in [(2.4, 0.4), (2.55, 0.5), (2.6, 0.35), (2.45, 0.6), (2.65, 0.6), (2.35, 0.52)] {
      shapes.append(.circle(center: Point(x, y), radius: 0.045, .goal))
    }
    let middle = Point(Double(cell) + 0.5, 1.46)
    shapes += [
      .circle(center: middle, radius: 0.3, .agent),
      .circle(center: middle, radius: 0.11, .detail),
    ]
    return Scene(horizontal: -0.1...5.1, vertical: -0.1...2.1, shapes: shapes)
  }
}

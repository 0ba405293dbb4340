public import Drawing

extension Pixelcopter: Drawable {}

extension TruncatingPixelcopter: Drawable {}

extension PixelcopterVersion {
  public var scene: Scene { cave.scene }
}

extension PixelcopterCave {
  /// The screen of 48 × 48 pixels, whose rows count downwards.
  fileprivate var scene: Scene {
    var ceiling: [Point] = []
    var floor: [Point] = []
    for column in columns {
      let x = columnPosition(stepsLeft: column.stepsLeft)
      if x > 56 { break }
      let middle = 48 - Double(column.y)
      ceiling += [Point(x - 2, middle + 12), Point(x + 2, middle + 12)]
      floor += [Point(x - 2, middle - 12), Point(x + 2, middle - 12)]
    }
    var shapes: [Shape] = []
    if let first = ceiling.first, let last = ceiling.last {
      shapes = [
        .polygon([Point(first.x, 49)] + ceiling + [Point(last.x, 49)], .ground),
        .polygon([Point(first.x, -1)] + floor + [Point(last.x, -1)], .ground),
      ]
    }
    for block in blocks {
      let middle = 48 - Double(block.y)
      shapes.append(
        .rectangle(
          horizontal: block.x - 2...block.x + 2, vertical: middle - 4.5...middle + 4.5, .danger))
    }
    let y = 48 - observation[0]
    shapes += [
      .line(from: Point(12.6, y + 0.2), to: Point(16, y), .agent, width: 0.6),
      .circle(center: Point(12.6, y + 0.4), radius: 0.6, .part),
      .circle(center: Point(16, y), radius: 1.4, .agent),
      .line(from: Point(16, y), to: Point(16, y + 2.1), .agent, width: 0.4),
      .line(from: Point(13.8, y + 2.1), to: Point(18.2, y + 2.1), .part, width: 0.4),
    ]
    return Scene(horizontal: 0...48, vertical: 0...48, shapes: shapes)
  }
}

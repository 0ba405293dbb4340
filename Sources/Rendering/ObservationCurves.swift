import Drawing

/// What stands for the picture of an environment that has none: each entry of the observations as a curve
/// over the latest steps, one below the other.
struct ObservationCurves {
  private let observations: [[Float]]
  private static let shownSteps = 120
  private static let shownEntries = 12
  private static let colors: [Color] = [.agent, .part, .goal, .danger]

  init(of observations: [[Float]]) { self.observations = observations }

  /// One before each step and one after the last, which is the same as the one before.
  var scenes: [Scene] {
    let count = min(Self.shownEntries, observations.first?.count ?? 0)
    let ranges = (0..<count).map { entry in
      let values = observations.map { Double($0[entry]) }
      return (low: values.min() ?? 0, high: values.max() ?? 0)
    }
    let scenes = observations.indices.map { scene(at: $0, ranges: ranges) }
    return scenes + [scenes.last ?? scene(at: 0, ranges: [])]
  }

  private func scene(at step: Int, ranges: [(low: Double, high: Double)]) -> Scene {
    let rowHeight = 1 / Double(max(1, ranges.count))
    var shapes: [Shape] = []
    for (entry, range) in ranges.enumerated() {
      let bottom = 1 - Double(entry + 1) * rowHeight
      let middle = bottom + rowHeight / 2
      shapes.append(
        .line(from: Point(0, middle), to: Point(1.4, middle), .ground, width: 0.004))
      let first = max(0, step - Self.shownSteps + 1)
      let line = (first...step).map { index in
        let span = range.high - range.low
        let share = span > 0 ? (Double(observations[index][entry]) - range.low) / span : 0.5
        return Point(
          1.35 * Double(index - first) / Double(Self.shownSteps - 1),
          bottom + rowHeight * (0.12 + 0.76 * share))
      }
      let color = Self.colors[entry % Self.colors.count]
      shapes.append(.polyline(line, color, width: 0.006))
      if let end = line.last { shapes.append(.circle(center: end, radius: 0.012, color)) }
    }
    return Scene(horizontal: 0...1.4, vertical: 0...1, shapes: shapes)
  }
}

/// What is drawn: curves over one x, with the goal of the runs if they share one.
package struct Chart: Sendable {
  package let xLabel: String
  package let yLabel: String
  package let curves: [Curve]
  package let goal: Double?
  package let xAxis: Axis
  package let yAxis: Axis

  /// - Precondition: a curve has a point.
  package init(xLabel: String, yLabel: String, curves: [Curve], goal: Double? = nil) {
    precondition(curves.contains { !$0.points.isEmpty }, "a chart shows something")
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.curves = curves
    self.goal = goal
    xAxis = Axis(holding: curves.flatMap { $0.points.map(\.x) })
    yAxis = Axis(
      holding: curves.flatMap { $0.points.flatMap { [$0.low, $0.high] } }
        + [goal].compactMap(\.self))
  }
}

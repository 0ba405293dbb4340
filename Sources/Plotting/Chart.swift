/// What is drawn: curves over one x, with the goal of the runs if they share one.
package struct Chart: Sendable {
  package let xLabel: String
  package let yLabel: String
  package let curves: [Curve]
  package let goal: Double?
  package let xAxis: Axis
  package let yAxis: Axis

  /// With a base, the values of an axis are exponents of it, and its labels the powers.
  ///
  /// - Precondition: a curve has a point.
  package init(
    xLabel: String, yLabel: String, curves: [Curve], goal: Double? = nil, xBase: Double? = nil,
    yBase: Double? = nil
  ) {
    precondition(curves.contains { !$0.points.isEmpty }, "a chart shows something")
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.curves = curves
    self.goal = goal
    let heights =
      curves.flatMap { $0.points.flatMap { [$0.low, $0.high] } } + [goal].compactMap(\.self)
    xAxis = Self.axis(curves.flatMap { $0.points.map(\.x) }, base: xBase)
    yAxis = Self.axis(heights, base: yBase)
  }

  private static func axis(_ values: [Double], base: Double?) -> Axis {
    base.map { Axis(holdingPowersOf: $0, exponents: values) } ?? Axis(holding: values)
  }
}

/// How long a run still takes to its goal, as far as its past tells. For people only.
package struct GoalForecast: Hashable, Sendable {
  /// Where the run stops at the latest.
  package var lastUpdate: Int?
  /// The mean return that ends it.
  package var goalReturn: Double?

  package init(lastUpdate: Int? = nil, goalReturn: Double? = nil) {
    self.lastUpdate = lastUpdate
    self.goalReturn = goalReturn
  }

  /// Updates that are left; nil where nothing can be said.
  ///
  /// `history` holds the mean returns of the latest updates, the newest last. A goal in return is taken to be
  /// reached where the line through them meets it, if they clearly rise.
  package func updatesLeft(at update: Int, history: [Double]) -> Double? {
    let certain = lastUpdate.map { Double(max(0, $0 - update)) }
    let hoped = goalReturn.flatMap { Self.updates(to: $0, after: history) }
    return [certain, hoped].compactMap(\.self).min()
  }

  /// Where the line of least squares meets the goal, in steps after the last value. Nil below eight values,
  /// and where the slope is not thrice its standard error.
  private static func updates(to goal: Double, after history: [Double]) -> Double? {
    let count = Double(history.count)
    guard history.count >= 8, history.allSatisfy(\.isFinite) else { return nil }
    let (middle, mean) = ((count - 1) / 2, history.reduce(0, +) / count)
    var (products, squares) = (0.0, 0.0)
    for (index, value) in history.enumerated() {
      products += (Double(index) - middle) * (value - mean)
      squares += (Double(index) - middle) * (Double(index) - middle)
    }
    let slope = products / squares
    let residuals = history.enumerated().reduce(0.0) { sum, point in
      let rest = point.element - mean - slope * (Double(point.offset) - middle)
      return sum + rest * rest
    }
    let error = (residuals / (count - 2) / squares).squareRoot()
    guard slope > 0, slope >= 3 * error else { return nil }
    return max(0, (goal - mean) / slope - middle)
  }
}

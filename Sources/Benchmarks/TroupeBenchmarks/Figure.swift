import Monitoring

/// What a figure is to reach.
enum Goal: Hashable {
  case atLeast(Double)
  case atMost(Double)

  func isReached(by value: Double) -> Bool {
    switch self {
    case .atLeast(let bound): value >= bound
    case .atMost(let bound): value <= bound
    }
  }

  var text: String {
    switch self {
    case .atLeast(let bound): "≥ \(shortText(bound))"
    case .atMost(let bound): "≤ \(shortText(bound))"
    }
  }
}

/// One row of the table: several measurements of one thing.
struct Figure {
  let name: String
  let values: [Double]
  let unit: String
  let goal: Goal?
  /// What else a reader wants beside the number.
  let note: String

  /// - Precondition: there is at least one value.
  init(_ name: String, _ values: [Double], _ unit: String, goal: Goal? = nil, note: String = "") {
    precondition(!values.isEmpty, "a figure was measured at least once")
    self.name = name
    self.values = values.sorted()
    self.unit = unit
    self.goal = goal
    self.note = note
  }

  var median: Double { TroupeBenchmarks.median(values) }
  var least: Double { values[0] }
  var greatest: Double { values[values.count - 1] }
  var isReached: Bool? { goal.map { $0.isReached(by: median) } }

  var json: JSONValue {
    .object([
      .init("name", .string(name)), .init("median", .number(median)),
      .init("least", .number(least)), .init("greatest", .number(greatest)),
      .init("count", .integer(values.count)), .init("unit", .string(unit)),
      .init("goal", goal.map { .string($0.text) } ?? .null),
      .init("reached", isReached.map { .bool($0) } ?? .null), .init("note", .string(note)),
    ])
  }
}

/// The middle one, or the mean of the two in the middle.
func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/// Three significant digits, with k, M and G above 10,000.
func shortText(_ value: Double) -> String {
  guard value.isFinite else { return "–" }
  let magnitude = value.magnitude
  for (scale, suffix) in [(1e9, " G"), (1e6, " M"), (1e3, " k")] where magnitude >= 10 * scale {
    return digits(value / scale) + suffix
  }
  for (scale, suffix) in [(1e9, " G"), (1e6, " M")] where magnitude >= scale {
    return digits(value / scale) + suffix
  }
  return digits(value)
}

private func digits(_ value: Double) -> String {
  let magnitude = value.magnitude
  if magnitude >= 100 || value == value.rounded() { return "\(Int(value.rounded()))" }
  let scale: Double = magnitude >= 10 ? 10 : magnitude >= 1 ? 100 : 1000
  return "\((value * scale).rounded() / scale)"
}

internal import Glibc

/// The range of one axis and the round numbers that are written at it.
package struct Axis: Hashable, Sendable {
  package let range: ClosedRange<Double>
  package let ticks: [Double]
  private let step: Double
  /// What the values are exponents of; nil where they are the numbers themselves.
  private let base: Double?

  /// The smallest range that holds the values and ends at ticks, of which there are about `tickCount`.
  ///
  /// - Precondition: all values are finite.
  package init(holding values: some Sequence<Double>, tickCount: Int = 6) {
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values { (low, high) = (min(low, value), max(high, value)) }
    if low > high { (low, high) = (0, 1) }
    if low == high { (low, high) = (low - 1, high + 1) }
    base = nil
    let rough = (high - low) / Double(tickCount)
    var power = 1.0
    while power * 10 <= rough { power *= 10 }
    while power > rough { power /= 10 }
    step = [1, 2, 2.5, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? 10 * power
    let first = (low / step + 1e-9).rounded(.down)
    let last = (high / step - 1e-9).rounded(.up)
    range = first * step...last * step
    let step = step
    ticks = (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  /// The range from power to power that holds values which are exponents of `base`, with a tick at each
  /// power.
  ///
  /// - Precondition: all exponents are finite, and `base` is above 1.
  package init(holdingPowersOf base: Double, exponents: some Sequence<Double>) {
    precondition(base > 1, "powers of a base grow")
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in exponents { (low, high) = (min(low, value), max(high, value)) }
    if low > high { (low, high) = (0, 1) }
    low = (low + 1e-9).rounded(.down)
    high = max(low + 1, (high - 1e-9).rounded(.up))
    range = low...high
    ticks = (Int(low)...Int(high)).map { Double($0) }
    step = 1
    self.base = base
  }

  /// Where a value lies between the ends: 0 to 1.
  package func share(of value: Double) -> Double {
    (value - range.lowerBound) / (range.upperBound - range.lowerBound)
  }

  /// The value as short as the ticks need it: 250, 0.5, 1.5 M, 2.5e-9.
  package func text(_ value: Double) -> String {
    if let base { return Self.text(ofPower: pow(base, value)) }
    let (unit, suffix) = unit
    var places = 0
    var scale = 1.0
    while places < 6, ((step / unit * scale).rounded() - step / unit * scale).magnitude > 1e-6 {
      places += 1
      scale *= 10
    }
    let number = (value / unit * scale).rounded() / scale
    if number == 0 { return "0" }
    return (places == 0 ? "\(Int(number))" : "\(number)") + suffix
  }

  /// A power with at most three digits and a unit: 64, 1 k, 0.1.
  private static func text(ofPower power: Double) -> String {
    for (unit, suffix) in [(1e9, " G"), (1e6, " M"), (1e3, " k")] where power >= unit * 0.999 {
      return plain(power / unit) + suffix
    }
    return plain(power)
  }

  private static func plain(_ value: Double) -> String {
    let rounded = value >= 1 ? (value * 100).rounded() / 100 : value
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }

  /// What the numbers at the ticks are multiples of.
  private var unit: (value: Double, suffix: String) {
    let largest = max(range.lowerBound.magnitude, range.upperBound.magnitude)
    if largest >= 2e6 { return (1e6, " M") }
    if largest >= 2e4 { return (1e3, " k") }
    if largest >= 1e-3 { return (1, "") }
    var (unit, exponent) = (1.0, 0)
    while unit > largest, exponent > -300 {
      unit /= 10
      exponent -= 1
    }
    return (unit, "e\(exponent)")
  }
}

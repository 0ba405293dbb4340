/// Numbers as users write them: decimal digits and nothing else.
///
/// The standard library's own parsers also take `nan`, `inf`, `0x1p-3` and, for overflow, infinity;
/// none of these is a number that a run can have.
package enum NumberText {
  /// A finite Double from digits with an optional sign, point and exponent, such as `3e-4`.
  package static func decimal(_ text: String) -> Double? {
    var rest = text.utf8[...]
    dropSign(&rest)
    let whole = dropDigits(&rest)
    var fraction = rest.prefix(0)
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      fraction = dropDigits(&rest)
    }
    guard !whole.isEmpty || !fraction.isEmpty else { return nil }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest.removeFirst()
      dropSign(&rest)
      guard !dropDigits(&rest).isEmpty else { return nil }
    }
    guard rest.isEmpty, let value = Double(text), value.isFinite else { return nil }
    // What is written as something else than 0 must not silently become 0.
    let isZero = whole.allSatisfy { $0 == zero } && fraction.allSatisfy { $0 == zero }
    return value == 0 && !isZero ? nil : value
  }

  /// The shortest text that ``decimal(_:)`` reads as the same number.
  @Sendable
  package static func text(of value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// A whole number from digits with an optional sign.
  package static func whole(_ text: String) -> Int? {
    var rest = text.utf8[...]
    dropSign(&rest)
    guard !dropDigits(&rest).isEmpty, rest.isEmpty else { return nil }
    return Int(text)
  }

  /// A whole number from 0 to 2⁶⁴ − 1.
  package static func unsigned(_ text: String) -> UInt64? {
    var rest = text.utf8[...]
    guard !dropDigits(&rest).isEmpty, rest.isEmpty else { return nil }
    return UInt64(text)
  }

  /// A length of time such as `90`, `90s`, `10m` or `2h`; seconds if there is no unit.
  package static func duration(_ text: String) -> Duration? {
    let secondsPerUnit: Double =
      switch text.utf8.last {
      case UInt8(ascii: "m"): 60
      case UInt8(ascii: "h"): 3600
      default: 1
      }
    let hasUnit = text.hasSuffix("s") || text.hasSuffix("m") || text.hasSuffix("h")
    guard let count = decimal(hasUnit ? String(text.dropLast()) : text) else { return nil }
    let seconds = count * secondsPerUnit
    guard seconds >= 0, seconds <= 1e9 else { return nil }
    return .seconds(seconds)
  }

  /// A length of time such as `20us`, `1ms`, `0.5s` or `0`, of 60 s at most.
  package static func shortTime(_ text: String) -> Duration? {
    let units: [(suffix: String, seconds: Double)] = [("us", 1e-6), ("ms", 1e-3), ("s", 1)]
    let unit = units.first { text.hasSuffix($0.suffix) }
    guard let count = decimal(String(text.dropLast(unit?.suffix.count ?? 0))),
      unit != nil || count == 0
    else { return nil }
    let seconds = count * (unit?.seconds ?? 0)
    return seconds >= 0 && seconds <= 60 ? .nanoseconds(Int64((seconds * 1e9).rounded())) : nil
  }

  /// The text that ``shortTime(_:)`` reads as the same length of time.
  @Sendable
  package static func text(ofShortTime time: Duration) -> String {
    if time == .zero { return "0" }
    if time < .milliseconds(1) { return "\(Self.text(of: time / .microseconds(1)))us" }
    return "\(Self.text(of: time / .milliseconds(1)))ms"
  }

  private static let zero = UInt8(ascii: "0")

  private static func dropSign(_ rest: inout Substring.UTF8View) {
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
  }

  private static func dropDigits(_ rest: inout Substring.UTF8View) -> Substring.UTF8View {
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    rest = rest[digits.endIndex...]
    return digits
  }
}

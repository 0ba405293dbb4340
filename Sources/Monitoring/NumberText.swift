/// Numbers as people read them. Nothing here is parsed again.
package enum NumberText {
  /// Rounded to so many places after the point; `nan` and `inf` by name.
  package static func decimal(_ value: Double, places: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 1e15 else { return value.description }
    let digits = String(Int64(scaled))
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard places > 0 else { return sign + padded }
    return "\(sign)\(padded.dropLast(places)).\(padded.suffix(places))"
  }

  /// About four significant digits: 0.03125, 4.217, 195.3, 12,480; very small and large ones as 1.2e-07.
  package static func short(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : decimal(value, places: 0) }
    switch value.magnitude {
    case ..<1e-4, 1e9...: return scientific(value)
    case ..<0.1: return decimal(value, places: 5)
    case ..<10: return decimal(value, places: 3)
    case ..<1000: return decimal(value, places: 1)
    default: return grouped(Int(value.rounded()))
    }
  }

  /// Thousands set apart by commas.
  package static func grouped(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    var text = value < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }

  /// Three digits and a factor: 950, 12.4k, 1.24M.
  package static func scaled(_ value: Double) -> String {
    var rest = value
    for unit in ["", "k", "M", "G"] {
      if rest.magnitude < 999.5 || unit == "G" {
        let places = unit.isEmpty || rest.magnitude >= 99.95 ? 0 : rest.magnitude >= 9.995 ? 1 : 2
        return decimal(rest, places: places) + unit
      }
      rest /= 1000
    }
    return value.description
  }

  /// 3.2 s, 4 min 10 s, 2 h 5 min.
  package static func duration(seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 60 else { return decimal(seconds, places: 1) + " s" }
    let whole = Int(min(seconds, 1e12).rounded())
    return whole < 3600
      ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole / 60 % 60) min"
  }

  package static func percent(_ share: Double) -> String { decimal(share * 100, places: 0) + "%" }

  private static func scientific(_ value: Double) -> String {
    var exponent = 0
    var mantissa = value
    while mantissa.magnitude >= 9.95 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa.magnitude < 0.995 {
      mantissa *= 10
      exponent -= 1
    }
    return "\(decimal(mantissa, places: 1))e\(exponent < 0 ? "-" : "+")\(exponent.magnitude)"
  }
}

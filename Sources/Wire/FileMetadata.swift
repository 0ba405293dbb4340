internal import Kernels

/// The texts of a file's metadata, read with checks.
struct FileMetadata {
  private let texts: [String: String]

  init(_ texts: [String: String]) { self.texts = texts }

  func require(format: String, version: String) throws(WireError) {
    guard try text("format") == format else {
      throw .invalid(field: "format", found: try text("format"), allowed: format)
    }
    guard try text("format_version") == version else {
      throw .invalid(
        field: "format_version", found: try text("format_version"), allowed: version)
    }
  }

  func text(_ key: String) throws(WireError) -> String {
    guard let text = texts[key] else { throw .missing(field: key) }
    return text
  }

  func integer<T: FixedWidthInteger>(
    _ key: String, in range: ClosedRange<T>
  ) throws(WireError) -> T {
    try integer(key, from: try text(key)[...], in: range)
  }

  /// The number that `text` spells as this program would: no sign, no zeros in front.
  func integer<T: FixedWidthInteger>(
    _ key: String, from text: Substring, in range: ClosedRange<T>
  ) throws(WireError) -> T {
    guard let value = T(text), range.contains(value), "\(value)" == text else {
      throw .invalid(
        field: key, found: String(text.prefix(40)),
        allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// Numbers separated by commas.
  func integers(_ key: String, in range: ClosedRange<Int>) throws(WireError) -> [Int] {
    var values: [Int] = []
    for part in try text(key).split(separator: ",", omittingEmptySubsequences: false) {
      values.append(try integer(key, from: part, in: range))
    }
    return values
  }

  /// Numbers separated by commas, each spelt as this program would.
  func floats(_ key: String) throws(WireError) -> [Float] {
    var values: [Float] = []
    for part in try text(key).split(separator: ",", omittingEmptySubsequences: false) {
      guard let value = Float(part), "\(value)" == part else {
        throw .invalid(field: key, found: String(part.prefix(40)), allowed: "a number")
      }
      values.append(value)
    }
    return values
  }

  func double(_ key: String) throws(WireError) -> Double {
    let text = try text(key)
    guard let value = Double(text), "\(value)" == text else {
      throw .invalid(field: key, found: String(text.prefix(40)), allowed: "a number")
    }
    return value
  }

  func digest(_ key: String) throws(WireError) -> Digest128 {
    let text = try text(key)
    guard let digest = Wire.digest(hexadecimal: text) else {
      throw .invalid(
        field: key, found: String(text.prefix(40)), allowed: "32 lowercase hexadecimal digits")
    }
    return digest
  }
}

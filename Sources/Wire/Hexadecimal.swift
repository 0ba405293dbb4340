internal import Kernels

/// `value` as exactly 16 lowercase digits.
func hexadecimal(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}

/// `digest` as exactly 32 lowercase digits.
func hexadecimal(_ digest: Digest128) -> String {
  hexadecimal(digest.high) + hexadecimal(digest.low)
}

/// Two lowercase digits a byte.
func hexadecimal(bytes: [UInt8]) -> String {
  var digits: [UInt8] = []
  digits.reserveCapacity(2 * bytes.count)
  let alphabet = Array("0123456789abcdef".utf8)
  for byte in bytes {
    digits.append(alphabet[Int(byte >> 4)])
    digits.append(alphabet[Int(byte & 15)])
  }
  return String(decoding: digits, as: UTF8.self)
}

/// The value of a lowercase hexadecimal digit.
func hexDigitValue(_ character: UInt8) -> UInt8? {
  switch character {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
  default: nil
  }
}

/// The digest that ``hexadecimal(_:)`` wrote, or nil.
func digest(hexadecimal text: String) -> Digest128? {
  let characters = Array(text.utf8)
  guard characters.count == 32 else { return nil }
  var words: [UInt64] = [0, 0]
  for (i, character) in characters.enumerated() {
    guard let digit = hexDigitValue(character) else { return nil }
    words[i / 16] = words[i / 16] << 4 | UInt64(digit)
  }
  return Digest128(high: words[0], low: words[1])
}

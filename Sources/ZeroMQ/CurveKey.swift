import CZeroMQ
import Glibc

/// The public half of a CURVE key: 32 bytes, written as 40 characters of Z85.
package struct CurvePublicKey: Hashable, Sendable, CustomStringConvertible {
  package let bytes: [UInt8]

  /// - Precondition: there are 32 bytes.
  init(bytes: [UInt8]) {
    precondition(bytes.count == curveKeyByteCount)
    self.bytes = bytes
  }

  /// The key that a text of exactly 40 characters of Z85 stands for, or nil.
  package init?(z85 text: String) {
    guard let bytes = decodeZ85(text) else { return nil }
    self.init(bytes: bytes)
  }

  package var description: String { encodeZ85(bytes) }
}

/// A CURVE key with its secret half.
package struct CurveKeyPair: Hashable, Sendable, CustomStringConvertible {
  package let publicKey: CurvePublicKey
  let secretBytes: [UInt8]

  /// Draws a key from the operating system's randomness.
  ///
  /// - Throws: `ZeroMQError` when this libzmq was built without CURVE.
  package static func generate() throws(ZeroMQError) -> CurveKeyPair {
    var publicText = [CChar](repeating: 0, count: curveKeyCharacterCount + 1)
    var secretText = publicText
    // SAFETY: libzmq writes 41 bytes into each, a NUL included.
    guard unsafe zmq_curve_keypair(&publicText, &secretText) == 0 else { throw .last(.makeKey) }
    guard let pair = CurveKeyPair(z85Secret: text(of: secretText)) else {
      throw ZeroMQError(.makeKey, code: EINVAL)
    }
    return pair
  }

  /// The key whose secret half a text of exactly 40 characters of Z85 stands for; nil if it stands for
  /// none, or if this libzmq was built without CURVE.
  package init?(z85Secret: String) {
    guard let secretBytes = decodeZ85(z85Secret) else { return nil }
    var publicText = [CChar](repeating: 0, count: curveKeyCharacterCount + 1)
    // SAFETY: libzmq writes 41 bytes, a NUL included, and reads the 40 that were just decoded.
    guard unsafe zmq_curve_public(&publicText, z85Secret) == 0,
      let publicKey = CurvePublicKey(z85: text(of: publicText))
    else { return nil }
    self.publicKey = publicKey
    self.secretBytes = secretBytes
  }

  /// The secret half as 40 characters, to be written where nobody else reads it.
  package var z85Secret: String { encodeZ85(secretBytes) }

  /// Never the secret: what is printed is logged one day.
  package var description: String { "the key pair of \(publicKey)" }
}

private let curveKeyByteCount = 32
private let curveKeyCharacterCount = 40

private func text(of characters: [CChar]) -> String {
  String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

private func decodeZ85(_ text: String) -> [UInt8]? {
  guard text.utf8.count == curveKeyCharacterCount else { return nil }
  var bytes = [UInt8](repeating: 0, count: curveKeyByteCount)
  // SAFETY: 40 characters decode to exactly 32 bytes, the size of the array; the text ends with a NUL.
  let isDecoded = unsafe zmq_z85_decode(&bytes, text) != nil
  return isDecoded ? bytes : nil
}

private func encodeZ85(_ bytes: [UInt8]) -> String {
  var characters = [CChar](repeating: 0, count: curveKeyCharacterCount + 1)
  // SAFETY: 32 bytes encode to 40 characters and a NUL, the size of the array.
  _ = unsafe zmq_z85_encode(&characters, bytes, bytes.count)
  return text(of: characters)
}

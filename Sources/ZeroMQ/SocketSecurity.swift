import CZeroMQ
import Glibc

/// Whether a socket speaks CURVE (RFC 26, CurveZMQ), and with which keys.
package enum SocketSecurity: Hashable, Sendable {
  /// No encryption and no authentication (the mechanism NULL).
  case none
  /// Of a socket that listens: peers prove that they hold a key, and the `Authenticator` of the socket's
  /// context decides about it. Without one nobody is let in.
  case server(CurveKeyPair)
  /// Of a socket that connects: the peer proves to hold `server`.
  case client(CurveKeyPair, server: CurvePublicKey)

  /// The greatest frame of a socket that receives nothing but control frames. Frames of the handshake
  /// pass the same check, and CURVE's INITIATE has 257 bytes beside the metadata (measured: with 270 no
  /// connection is ever made, and no error says so).
  var controlFrameByteCount: Int {
    switch self {
    case .none: 64
    case .server, .client: 512
    }
  }

  /// What the largest frame has on the wire, if the handshake's frames have to pass, too.
  func wireByteCount(ofFrame byteCount: Int) -> Int {
    switch self {
    case .none: byteCount
    // `MESSAGE`, nonce, authenticator and flags: 8 + 8 + 16 + 1.
    case .server, .client: max(byteCount + 33, controlFrameByteCount)
    }
  }
}

extension SocketHandle {
  /// Takes the keys into use, which has to happen before the socket is bound or connected.
  ///
  /// - Throws: whenever libzmq refuses anything of it, for a socket with less protection than meant is
  ///   worse than none.
  func secure(_ security: SocketSecurity) throws(ZeroMQError) {
    switch security {
    case .none: break
    case .server(let pair):
      try setNumber(ZMQ_CURVE_SERVER, "ZMQ_CURVE_SERVER", to: 1)
      try set(ZMQ_CURVE_SECRETKEY, "ZMQ_CURVE_SECRETKEY", to: pair.secretBytes)
      // CURVE alone lets every key in. A domain that is not empty together with its enforcement makes a
      // handshake fail if no handler answers for the domain.
      try set(ZMQ_ZAP_DOMAIN, "ZMQ_ZAP_DOMAIN", to: Array(Authenticator.domain.utf8))
      try setNumber(zapEnforceDomain, "ZMQ_ZAP_ENFORCE_DOMAIN", to: 1)
    case .client(let pair, let server):
      try set(ZMQ_CURVE_SERVERKEY, "ZMQ_CURVE_SERVERKEY", to: server.bytes)
      try set(ZMQ_CURVE_PUBLICKEY, "ZMQ_CURVE_PUBLICKEY", to: pair.publicKey.bytes)
      try set(ZMQ_CURVE_SECRETKEY, "ZMQ_CURVE_SECRETKEY", to: pair.secretBytes)
    }
  }

  private func setNumber(_ option: Int32, _ name: String, to value: Int32) throws(ZeroMQError) {
    var value = value
    // SAFETY: the socket is open; libzmq copies the 4 bytes during the call.
    let status = unsafe zmq_setsockopt(raw, option, &value, MemoryLayout<Int32>.size)
    guard status == 0 else { throw .last(.setOption, subject: name) }
  }

  private func set(_ option: Int32, _ name: String, to bytes: [UInt8]) throws(ZeroMQError) {
    // SAFETY: the socket is open; libzmq copies the bytes during the call.
    let status = unsafe bytes.withUnsafeBytes { bytes in
      unsafe zmq_setsockopt(raw, option, bytes.baseAddress, bytes.count)
    }
    guard status == 0 else { throw .last(.setOption, subject: name) }
  }
}

/// `ZMQ_ZAP_ENFORCE_DOMAIN`: zmq.h shows it only with drafts, but 4.3.4 honours it, as its test shows.
private let zapEnforceDomain: Int32 = 93

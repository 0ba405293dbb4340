internal import Logging
package import ZeroMQ

/// How the sockets of a role are protected.
package enum LinkSecurity: Hashable, Sendable {
  /// By their address alone, which no other machine can reach.
  case local
  /// Not at all, at any address: the user insisted.
  case insecure
  /// By CURVE, with the keys of this directory.
  case keys(String)

  /// What `--insecure` means; logged at every start.
  package static let warning =
    "--insecure: whoever reaches this address can read the policy, feed the learner and stop the run; "
    + "nothing is encrypted and nobody is asked for a key"

  /// Refuses an address that other machines can reach, if nothing protects it.
  package func require(_ endpoint: Endpoint) throws(RoleFailure) {
    if case .local = self, !endpoint.isLoopback {
      throw RoleFailure(.usage, Self.refusal(of: "\(endpoint)"))
    }
  }

  /// Where the keys for an address are, or nil where its sockets are open, which is said if the user insisted.
  ///
  /// - Throws: exit 64 if the address needs keys and there are none.
  func keyDirectory(
    for endpoint: Endpoint, logger: Logger
  ) throws(RoleFailure) -> KeyDirectory? {
    try require(endpoint)
    switch self {
    case .keys(let path): return KeyDirectory(path: path)
    case .insecure where !endpoint.isLoopback: logger.warning("\(Self.warning)")
    case .insecure, .local: break
    }
    return nil
  }

  /// Why a role does not start, and what to do.
  package static func refusal(of address: String) -> String {
    "\(address) can be reached from other machines, so it needs keys: run troupe keygen DIR once and add "
      + "--keys DIR here and on the other side (or --insecure on a network where everybody may do "
      + "everything)"
  }
}

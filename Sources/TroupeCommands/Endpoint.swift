import Cluster
import Learning

/// The rules for addresses that users write.
enum Endpoint {
  static let allowed = "tcp://HOST:PORT or ipc://PATH"

  /// Where `troupe learner` listens unless told otherwise.
  static let defaultBind = "tcp://127.0.0.1:5555"

  /// Checks the form of an address; `key` is the option that it was given with.
  static func requireWellFormed(_ address: String, key: String) throws(ConfigurationError) {
    if let path = rest(of: address, after: "ipc://") {
      // The learner's second socket is PATH.push, and sockaddr_un holds 107 bytes.
      guard !path.isEmpty, path != "*", path.utf8.count + ".push".utf8.count <= 107 else {
        throw ConfigurationError(
          key: key, found: address, allowed: "ipc://PATH with a path of 1 to 102 bytes")
      }
      return
    }
    guard let (host, port) = hostAndPort(of: address), !host.isEmpty,
      !host.contains(where: { $0.isWhitespace || $0 == "/" }),
      let number = NumberText.unsigned(port), (1...65_534).contains(number)
    else {
      throw ConfigurationError(
        key: key, found: address,
        allowed: "tcp://HOST:PORT with a port from 1 to 65534 (the next one is used too), "
          + "or ipc://PATH")
    }
  }

  /// Refuses to listen where other machines can reach, because nothing protects the run there yet.
  ///
  /// - Precondition: the address is well formed.
  static func requireLocal(_ address: String) throws(RoleFailure) {
    guard let (host, _) = hostAndPort(of: address), !isLoopback(host) else { return }
    throw RoleFailure(
      .usage,
      "\(address) is not an address of this machine alone, and this version has no encryption "
        + "(CURVE) to protect a run that others can reach; bind tcp://127.0.0.1:PORT or ipc://PATH")
  }

  private static func hostAndPort(of address: String) -> (host: String, port: String)? {
    guard let rest = rest(of: address, after: "tcp://"), let colon = rest.lastIndex(of: ":") else {
      return nil
    }
    return (String(rest[..<colon]), String(rest[rest.index(after: colon)...]))
  }

  private static func rest(of address: String, after scheme: String) -> Substring? {
    address.hasPrefix(scheme) ? address.dropFirst(scheme.count) : nil
  }

  /// 127.0.0.0/8 in full, or ::1 in brackets.
  private static func isLoopback(_ host: String) -> Bool {
    if host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127"
      && parts.allSatisfy { (NumberText.unsigned(String($0)) ?? 256) <= 255 }
  }
}

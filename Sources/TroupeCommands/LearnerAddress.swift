import Cluster
import Learning
import ZeroMQ

/// The rules for addresses that users write.
enum LearnerAddress {
  static let allowed = "tcp://HOST:PORT or ipc://PATH"

  /// Where `troupe learner` listens unless told otherwise.
  static let defaultBind = "tcp://127.0.0.1:5555"

  /// Checks an address to listen on, which other machines may reach only if `security` allows it.
  static func checkBind<Settings>(
    _ address: String, security: LinkSecurity, given resolved: Resolved<Settings>,
    options: [OptionDescriptor<Settings>]
  ) throws(RoleFailure) {
    let endpoint = try endpoint(address, key: "bind", given: resolved, options: options)
    try security.require(endpoint)
  }

  /// Checks an address to connect to, likewise.
  static func checkConnect<Settings>(
    _ address: String, security: LinkSecurity, given resolved: Resolved<Settings>,
    options: [OptionDescriptor<Settings>]
  ) throws(RoleFailure) {
    let endpoint = try endpoint(address, key: "connect", given: resolved, options: options)
    try security.require(endpoint)
  }

  private static func endpoint<Settings>(
    _ address: String, key: String, given resolved: Resolved<Settings>,
    options: [OptionDescriptor<Settings>]
  ) throws(RoleFailure) -> Endpoint {
    do throws(EndpointError) {
      let endpoint = try Endpoint(address)
      _ = try endpoint.pushEndpoint
      if key == "bind" || endpoint.isConnectable { return endpoint }
    } catch {
      throw resolved.failure(
        for: ConfigurationError(
          key: key, found: address, allowed: "\(allowed); \(error.description)"),
        of: options)
    }
    throw resolved.failure(
      for: ConfigurationError(
        key: key, found: address, allowed: "one host and port, or ipc://PATH"),
      of: options)
  }
}

extension LinkSecurity {
  /// What the options `keys` and `insecure` ask for.
  init(keys: String?, insecure: Bool) throws(RoleFailure) {
    switch (keys, insecure) {
    case (nil, false): self = .local
    case (nil, true): self = .insecure
    case (let keys?, false): self = .keys(keys)
    case (let keys?, true):
      throw RoleFailure(
        .usage,
        "--insecure means no keys, but --keys (or TROUPE_KEYS, or the run's config.yaml) names "
          + "\(keys); leave one of them out, or write --keys none")
    }
  }

  /// The options that ask for it, whatever the environment says.
  var arguments: [String] {
    switch self {
    case .local: ["--keys", "none"]
    case .insecure: ["--keys", "none", "--insecure"]
    case .keys(let path): ["--keys", path]
    }
  }
}

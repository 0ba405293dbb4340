import Cluster
import Learning
import ZeroMQ

/// The rules for addresses that users write.
enum LearnerAddress {
  static let allowed = "tcp://HOST:PORT or ipc://PATH"

  /// Where `troupe learner` listens unless told otherwise.
  static let defaultBind = "tcp://127.0.0.1:5555"

  /// Checks an address to listen on; both of its sockets must be ones that only this machine reaches.
  static func checkBind<Settings>(
    _ address: String, given resolved: Resolved<Settings>, options: [OptionDescriptor<Settings>]
  ) throws(RoleFailure) {
    let endpoint = try endpoint(address, key: "bind", given: resolved, options: options)
    guard endpoint.isLoopback else { throw RoleFailure(.usage, refusal(of: address)) }
  }

  /// Checks an address to connect to.
  static func checkConnect<Settings>(
    _ address: String, given resolved: Resolved<Settings>, options: [OptionDescriptor<Settings>]
  ) throws(RoleFailure) {
    _ = try endpoint(address, key: "connect", given: resolved, options: options)
  }

  /// Why a learner does not listen beyond its own machine yet.
  private static func refusal(of address: String) -> String {
    "\(address) can be reached from other machines, and this version has no encryption (CURVE) to "
      + "protect a run there; bind tcp://127.0.0.1:PORT or ipc://PATH"
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

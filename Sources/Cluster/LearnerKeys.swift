internal import Logging
internal import Monitoring
internal import Synchronization
internal import ZeroMQ

/// What a learner with keys listens with, and whom it lets in.
struct LearnerKeys: Sendable {
  let own: CurveKeyPair
  let allowList: AllowList
  let doorkeeper: Doorkeeper

  /// Nil where the sockets are open.
  ///
  /// - Throws: exit 64 if the address needs keys and there are none; 65 if they cannot be used.
  init?(
    _ security: LinkSecurity, for endpoint: Endpoint, logger: Logger
  ) throws(RoleFailure) {
    guard let directory = try security.keyDirectory(for: endpoint, logger: logger) else {
      return nil
    }
    own = try directory.learnerKey()
    allowList = try AllowList(path: directory.allowedPath, logger: logger)
    doorkeeper = Doorkeeper(allowList: allowList, logger: logger)
    logger.info(
      "connections are encrypted, and keys on the list alone may connect",
      metadata: ["list": "\(allowList.path)", "keys": "\(allowList.count)"])
    if allowList.count == 0 {
      logger.warning("there is no key on the list yet, so no actor can connect")
    }
  }

  /// Who a peer is, for people; nil where nothing is known.
  func text(of peer: Peer) -> String? { peer.key.map { text(of: $0) } }

  /// The key, and its file's name where it has one.
  func text(of key: CurvePublicKey) -> String {
    (allowList.name(of: key).map { "\($0) " } ?? "") + "\(key)"
  }
}

/// Answers the authenticator, and tells the log whom it turned away.
final class Doorkeeper: Sendable {
  private let allowList: AllowList
  private let logger: Logger
  private let limiter = Mutex(RateLimiter<Bool>(interval: .seconds(5)))

  init(allowList: AllowList, logger: Logger) {
    self.allowList = allowList
    self.logger = logger
  }

  func admits(_ request: Authenticator.Request) -> Bool {
    if allowList.allows(request.key) { return true }
    let suppressed = limiter.withLock { $0.admit(true, now: .now) }
    guard let suppressed else { return false }
    var metadata: Logger.Metadata = ["key": "\(request.key)", "address": "\(request.address)"]
    if suppressed > 0 { metadata["suppressed"] = "\(suppressed)" }
    logger.warning("turned away a key that is not on the list", metadata: metadata)
    return false
  }
}

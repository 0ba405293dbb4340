import Cluster
import Testing
import ZeroMQ

/// A small run with keys, and a relay before its learner that has a key of its own there and keys for those
/// behind it.
struct RelayedRun {
  let keyed: KeyedRun
  /// What the relay signs with, as logs of the learner write it.
  let relayKey: String
  private let site: LinkSecurity
  private let siteLearner: CurvePublicKey
  private let siteKey: CurveKeyPair
  let relayLog = CapturedLog()
  private let relay: RoleThread<Void>

  /// `name` is what the relay's key is called in `allowed/`.
  init(name: String) throws {
    keyed = try KeyedRun()
    let directory = keyed.run.directory
    _ = try KeyDirectory(path: directory.path + "/keys").generateActor(named: name)
    _ = try KeyDirectory(path: directory.path + "/site").generate()
    site = .keys(directory.path + "/site")
    relayKey = "\(name) \(KeyedRun.line(try directory.text("keys/actors/\(name)/actor.public")))"
    siteLearner = try #require(
      CurvePublicKey(z85: KeyedRun.line(try directory.text("site/learner.public"))))
    siteKey = try #require(
      CurveKeyPair(z85Secret: KeyedRun.line(try directory.text("site/actor.secret"))))
    let role = RelayRole(
      connect: keyed.run.address, bind: Self.address(directory), patience: .seconds(2),
      connectSecurity: .keys("\(directory.path)/keys/actors/\(name)"), bindSecurity: site)
    let logger = relayLog.logger
    relay = RoleThread {
      var relay = try RelayProcess(role: role, logger: logger)
      try relay.run()
    }
  }

  private static func address(_ directory: TemporaryDirectory) -> String {
    "ipc://\(directory.path)/relay"
  }

  /// An actor that says what a test wants, behind the relay.
  func actorBehind(_ id: UInt64) throws -> HandMadeActor {
    try HandMadeActor(
      id, connect: Self.address(keyed.run.directory),
      security: .client(siteKey, server: siteLearner))
  }

  /// Shuts the relay's door to all actors behind it.
  func removeSiteKey() throws {
    try OpenFile.remove(keyed.run.directory.path + "/site/allowed/actor.public")
  }

  /// An honest actor behind the relay.
  func startActorBehind() -> RoleThread<Void> {
    var run = keyed.run
    run.security = site
    return run.startActor(connect: Self.address(run.directory))
  }

  /// Waits until the relay has given up, some time after the learner ended.
  func finish() {
    #expect { try relay.value() } throws: { ($0 as? RoleFailure)?.exitCode == .tryAgain }
  }
}

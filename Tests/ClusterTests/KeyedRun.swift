import Cluster
import Glibc
import Testing
import ZeroMQ

/// A small run with keys: one for an honest actor, one for somebody who is allowed and not honest.
struct KeyedRun {
  let run: SmallRun
  private let learner: CurvePublicKey
  let honestKey: CurveKeyPair
  let otherKey: CurveKeyPair

  /// `otherFile` is the name of the dishonest actor's file in `allowed/`.
  init(otherFile: String = "other.public") throws {
    var run = try SmallRun()
    let keys = KeyDirectory(path: run.directory.path + "/keys")
    _ = try keys.generate()
    run.security = .keys(keys.path)
    self.run = run
    learner = try #require(
      CurvePublicKey(z85: Self.line(try run.directory.text("keys/learner.public"))))
    honestKey = try #require(
      CurveKeyPair(z85Secret: Self.line(try run.directory.text("keys/actor.secret"))))
    otherKey = try CurveKeyPair.generate()
    try run.directory.write("\(otherKey.publicKey)\n", to: "keys/allowed/\(otherFile)")
  }

  /// Without the end of the line.
  static func line(_ text: String) -> String { String(text.prefix { $0 != "\n" }) }

  func actor(_ id: UInt64, _ key: CurveKeyPair) throws -> HandMadeActor {
    try HandMadeActor(
      id, connect: run.address, security: .client(key, server: learner))
  }

  func eventually(_ awaited: String, _ condition: () throws -> Bool) throws {
    let end = ContinuousClock.now + .seconds(20)
    while try !condition() {
      guard ContinuousClock.now < end else { throw DeadlinePassed(awaited: awaited) }
      _ = poll(nil, 0, 1)
    }
  }
}

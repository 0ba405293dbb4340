import Cluster
import Glibc
import Monitoring
import RL
import Testing
import Wire
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

  /// Expects that an honest actor ends the run alone, and that nobody heard of it whose key left its list: neither
  /// the actor that was connected then, nor the one that came `again`.
  func expectEnd(
    of learner: RoleThread<RunSummary>, without leaver: inout HandMadeActor,
    _ again: inout HandMadeActor
  ) throws {
    let honest = run.startActor()
    #expect(try learner.value().parametersSHA256 == (try SmallRun.undisturbed.get()))
    try honest.value()
    #expect(run.log.lines(with: "an actor joined").count == 2, "the leaver, before, and the other")
    let later = try leaver.heard().contains { body in
      if case .policy(let policy) = body { policy.round.version != .initial } else { false }
    }
    #expect(!later, "no policy after the removal")
    #expect(try again.heard().isEmpty)
  }

  func eventually(_ awaited: String, _ condition: () throws -> Bool) throws {
    let end = ContinuousClock.now + .seconds(20)
    while try !condition() {
      guard ContinuousClock.now < end else { throw DeadlinePassed(awaited: awaited) }
      _ = poll(nil, 0, 1)
    }
  }
}

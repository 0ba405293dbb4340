import Cluster
import Glibc
import Monitoring
import RL
import Testing
import Wire
import ZeroMQ

// The list of keys while the learner runs: who comes onto it may connect, and who leaves it is cut off.
@Suite(.serialized) struct AllowedKeysTests {
  @Test("a stranger is turned away by name, and let in as soon as its key is on the list")
  func added() throws {
    let undisturbed = try SmallRun.undisturbed.get()
    let keyed = try KeyedRun()
    let run = keyed.run
    let learner = try run.startLearner()
    let key = try CurveKeyPair.generate()
    // It knocks by connecting; there is nothing that it could send.
    var stranger = try keyed.actor(0xe0, key)
    try keyed.eventually("the stranger") { !run.log.lines(with: "turned away a key").isEmpty }
    #expect(
      run.log.lines(with: "turned away a key").first?.contains("key=\(key.publicKey)") == true)
    #expect(run.log.lines(with: "an actor joined").isEmpty)
    #expect(try stranger.heard().isEmpty)
    try run.directory.write("\(key.publicKey)\n", to: "keys/allowed/late.public")
    try keyed.eventually("the addition") {
      run.log.lines(with: "info a key may connect now key=late \(key.publicKey)").count == 1
    }
    // libzmq does not try again with a connection that was refused.
    var late = try keyed.actor(0xe1, key)
    _ = try late.joinAlone()
    try late.leave()
    let actor = run.startActor()
    #expect(try learner.value().parametersSHA256 == undisturbed)
    try actor.value()
  }

  @Test("a key that leaves the list neither hears nor says anything more")
  func removed() throws {
    let keyed = try KeyedRun()
    let run = keyed.run
    let learner = try run.startLearner()
    var leaver = try keyed.actor(0xf0, keyed.otherKey)
    _ = try leaver.joinAlone()
    try OpenFile.remove(run.directory.path + "/keys/allowed/other.public")
    try keyed.eventually("the removal") {
      run.log.lines(with: "warning a key may no longer connect key=\(keyed.otherKey.publicKey)")
        .count == 1
    }
    var again = try keyed.actor(0xf1, keyed.otherKey)
    try keyed.eventually("the door") { !run.log.lines(with: "turned away a key").isEmpty }
    try keyed.expectEnd(of: learner, without: &leaver, &again)
  }

  @Test(
    "keys of one's own that others may read or change are not used",
    arguments: [
      ("learner.secret", UInt32(0o640), "go="), ("allowed/other.public", 0o622, "go-w"),
      ("allowed", 0o722, "go-w"),
    ])
  func permissions(name: String, mode: UInt32, remedy: String) throws {
    let keyed = try KeyedRun()
    let path = "\(keyed.run.directory.path)/keys/\(name)"
    // SAFETY: the path lives for the call.
    let status = unsafe chmod(path, mode)
    #expect(status == 0)
    let failure = #expect(throws: RoleFailure.self) { try keyed.run.startLearner().value() }
    #expect(failure?.exitCode == .badData)
    #expect(failure?.description.hasSuffix("run chmod \(remedy) \(path)") == true)
  }
}

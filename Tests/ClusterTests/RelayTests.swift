import Cluster
import Monitoring
import RL
import Testing
import Wire

// What a relay keeps to itself.
@Suite(.serialized) struct RelayTests {
  @Test("a frame beyond the learner's bound, and a topic that is no actor's, are dropped and told")
  func bounds() throws {
    let undisturbed = try SmallRun.undisturbed.get()
    let relayed = try RelayedRun(name: "site.shared")
    let learner = try relayed.keyed.run.startLearner()
    var other = try relayed.actorBehind(0xa0)
    _ = try other.joinAlone()
    // Far beyond the longest episode of CartPole; the learner would end the connection for it.
    try other.send([.bytes([UInt8](repeating: 0, count: 1 << 20))])
    try other.subscribe(to: [UInt8]("secrets/".utf8))
    try relayed.keyed.eventually("a line about both, or one about each") {
      let lines = relayed.relayLog.lines(with: "warning dropped what no actor of this relay sends")
      return lines.compactMap { $0.split(separator: "=").last.flatMap { Int($0) } }.reduce(0, +)
        == 2
    }
    try other.leave()
    let actor = relayed.startActorBehind()
    #expect(try learner.value().parametersSHA256 == undisturbed)
    try actor.value()
    #expect(relayed.keyed.run.log.lines(with: "dropped a message").isEmpty, "none came through")
    relayed.finish()
  }

  @Test("a key that leaves a relay's list is cut off there")
  func removed() throws {
    let relayed = try RelayedRun(name: "site.shared")
    let learner = try relayed.keyed.run.startLearner()
    var leaver = try relayed.actorBehind(0xb0)
    _ = try leaver.joinAlone()
    try relayed.removeSiteKey()
    try relayed.keyed.eventually("the removal") {
      relayed.relayLog.lines(with: "a key may no longer connect").count == 1
    }
    var again = try relayed.actorBehind(0xb1)
    try relayed.keyed.eventually("the door") {
      !relayed.relayLog.lines(with: "turned away a key").isEmpty
    }
    try relayed.keyed.expectEnd(of: learner, without: &leaver, &again)
    relayed.finish()
  }
}

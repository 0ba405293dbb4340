import Foundation
import Glibc
import Testing

// Promise 5 with real processes: off loopback nobody takes part without an allowed key.
extension EndToEndTests {
  @Suite struct KeysTests {
    /// Any address of this machine that is not a loopback one counts as reachable from elsewhere.
    private static func address(_ port: UInt16) -> String { "tcp://0.0.0.0:\(port)" }

    private static func learner(_ keys: String, _ address: String, _ run: RunFiles) -> [String] {
      ["learner"] + FixedRun.longArguments
        + ["--run-dir", run.path, "--bind", address, "--keys", keys]
    }

    @Test("an encrypted run on every interface ends at the same bytes, and no stranger gets in")
    func strangers() throws {
      let undisturbed = try ElasticityTests.undisturbed.get()
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let (keys, others) = (place.file("keys"), place.file("others"))
        for directory in [keys, others] {
          #expect(try place.run(["keygen", directory]).code == 0)
        }
        // The stranger knows whom to talk to, but its own key is unknown.
        try FileManager.default.removeItem(atPath: "\(others)/learner.public")
        try FileManager.default.copyItem(
          atPath: "\(keys)/learner.public", toPath: "\(others)/learner.public")
        let port = try LoopbackPort.freePair()
        let (here, there) = (Self.address(port), "tcp://127.0.0.1:\(port)")
        let learner = try place.start(Self.learner(keys, here, run))
        let stranger = try place.start(["actor", "--connect", there, "--keys", others])
        let keyless = try place.start(["actor", "--connect", there])
        try eventually("the stranger is turned away by name") {
          stranger.error.contains("the learner does not accept this actor's key")
            && run.logLines(with: "turned away a key that is not on the list").count == 1
        }
        try eventually("the actor without keys is told so") {
          keyless.error.contains("--keys DIR")
        }
        #expect(run.updateCount == 0)
        #expect(run.logLines(with: "an actor joined").isEmpty)
        let honest = try place.start(["actor", "--connect", there, "--keys", keys])
        try FixedRun.expect(try learner.outcome(), in: run, digest: undisturbed)
        #expect(run.logLines(with: "an actor joined").count == 1)
        #expect(try honest.outcome(within: .seconds(5)).code == 0)
      }
    }

    /// Whether this machine has IPv6's loopback address at all; containers often do not.
    private static let hasIPv6 =
      (try? String(contentsOfFile: "/proc/net/if_inet6", encoding: .utf8))
      .map { $0.contains("00000000000000000000000000000001 ") } ?? false

    @Test(
      "over IPv6, with keys, directly and through a relay, a run ends at the same bytes",
      .enabled(if: hasIPv6, "this machine has no ::1"))
    func ipv6() throws {
      let undisturbed = try ElasticityTests.undisturbed.get()
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let (keys, site) = (place.file("keys"), place.file("site"))
        for arguments in [[keys], [keys, "--actor", "site.shared"], [site]] {
          #expect(try place.run(["keygen"] + arguments).code == 0)
        }
        let (port, relayPort) = (try LoopbackPort.freePair(), try LoopbackPort.freePair())
        let there = "tcp://[::1]:\(port)"
        let learner = try place.start(Self.learner(keys, "tcp://[::]:\(port)", run))
        let relay = try place.start(
          [
            "relay", "--connect", there, "--keys", "\(keys)/actors/site.shared", "--bind",
            "tcp://[::]:\(relayPort)", "--bind-keys", site,
          ])
        let actors = try [(there, keys), ("tcp://[::1]:\(relayPort)", site)].map {
          try place.start(["actor", "--connect", $0, "--keys", $1])
        }
        try FixedRun.expect(try learner.outcome(), in: run, digest: undisturbed)
        #expect(run.logLines(with: "an actor joined").count == 2)
        for actor in actors { #expect(try actor.outcome(within: .seconds(5)).code == 0) }
        relay.send(SIGTERM)
        #expect(try relay.outcome(within: .seconds(3)).code == 0)
      }
    }

    @Test("a key that is removed is cut off at once, and the others go on to the same bytes")
    func removal() throws {
      let undisturbed = try ElasticityTests.undisturbed.get()
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let keys = place.file("keys")
        #expect(try place.run(["keygen", keys]).code == 0)
        #expect(try place.run(["keygen", keys, "--actor", "leaver"]).code == 0)
        let port = try LoopbackPort.freePair()
        let there = "tcp://127.0.0.1:\(port)"
        let learner = try place.start(Self.learner(keys, Self.address(port), run))
        let leaver = try place.start(
          ["actor", "--connect", there, "--keys", "\(keys)/actors/leaver"])
        let stayer = try place.start(["actor", "--connect", there, "--keys", keys])
        try eventually("two actors and three updates") {
          run.updateCount >= 3 && run.logLines(with: "an actor joined").count == 2
        }
        try FileManager.default.removeItem(atPath: "\(keys)/allowed/leaver.public")
        try eventually("the removal") {
          run.logLines(with: "a key may no longer connect").count == 1
        }
        try FixedRun.expect(try learner.outcome(), in: run, digest: undisturbed)
        try eventually("the one removed is told so") {
          leaver.error.contains("the learner does not accept this actor's key")
            || !stayer.isRunning
        }
        #expect(try stayer.outcome(within: .seconds(5)).code == 0)
        leaver.send(SIGTERM)
        #expect(try leaver.outcome(within: .seconds(5)).code == 0)
      }
    }

    @Test("train, too, listens with keys, and its own actors have them")
    func train() throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let keys = place.file("keys")
        #expect(try place.run(["keygen", keys]).code == 0)
        let port = try LoopbackPort.freePair()
        let outcome = try place.run(
          ["train"] + FixedRun.arguments
            + ["--run-dir", run.path, "--bind", Self.address(port), "--actors", "1"],
          variables: ["TROUPE_KEYS": keys])
        try FixedRun.expect(outcome, in: run)
        place.expectNothingLeft()
      }
    }

    @Test("--insecure listens for everybody, and says so at each start")
    func insecure() throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let port = try LoopbackPort.freePair()
        let outcome = try place.run(
          ["train"] + FixedRun.arguments + [
            "--run-dir", run.path, "--bind", Self.address(port), "--actors", "1", "--insecure",
          ])
        try FixedRun.expect(outcome, in: run)
        #expect(run.logLines(with: "--insecure: whoever reaches this address").count == 1)
      }
    }

    @Test("keys that others may read, and keys that are none, are refused with what to do")
    func badKeys() throws {
      try TestPlace.with { place in
        let keys = place.file("keys")
        #expect(try place.run(["keygen", keys]).code == 0)
        let learner = [
          "learner", "cartpole", "--bind", place.socketAddress, "--run-dir", place.file("run"),
          "--keys",
        ]
        let actor = ["actor", "--connect", "tcp://127.0.0.1:1", "--keys"]
        func expect(_ arguments: [String], says: String, code: Int32 = 65) throws {
          let outcome = try place.run(arguments)
          #expect(outcome.code == code, "\(outcome.error)")
          #expect(outcome.error.contains(says), "\(outcome.error)")
          #expect(!FileManager.default.fileExists(atPath: place.file("run")))
        }
        try expect(learner + [place.file("none")], says: "learner.secret; troupe keygen")
        for (name, arguments) in [("learner.secret", learner), ("actor.secret", actor)] {
          _ = unsafe chmod("\(keys)/\(name)", 0o640)
          try expect(
            arguments + [keys],
            says: "cannot use \(keys)/\(name): it may be read or changed by other users of this "
              + "machine; run chmod go= \(keys)/\(name)")
          _ = unsafe chmod("\(keys)/\(name)", 0o600)
        }
        _ = unsafe chmod("\(keys)/allowed", 0o722)
        try expect(learner + [keys], says: "run chmod go-w \(keys)/allowed")
        _ = unsafe chmod("\(keys)/allowed", 0o700)
        let bad = "\(keys)/allowed/bad.public"
        try Data("no key".utf8).write(to: URL(fileURLWithPath: bad))
        try expect(learner + [keys], says: "\(bad) does not hold a key")
        try FileManager.default.removeItem(atPath: "\(keys)/allowed")
        try expect(learner + [keys], says: "\(keys)/allowed")
      }
    }
  }
}

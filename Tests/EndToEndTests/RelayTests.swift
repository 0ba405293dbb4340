import Foundation
import Glibc
import Testing

// Actors that reach the learner through relays, and relays that die: no byte changes.
extension EndToEndTests {
  @Suite struct RelayTests {
    private static func learner(_ place: TestPlace, _ run: RunFiles) throws -> TroupeProcess {
      try place.start(
        ["learner"] + FixedRun.longArguments
          + ["--run-dir", run.path, "--bind", place.socketAddress])
    }

    private static func relay(
      _ place: TestPlace, from address: String, at name: String
    ) throws -> (process: TroupeProcess, address: String) {
      let own = "ipc://\(place.file(name))"
      return (try place.start(["relay", "--connect", address, "--bind", own]), own)
    }

    @Test("actors behind a relay, behind a chain of two, and without one end at the same bytes")
    func chain() throws {
      let undisturbed = try ElasticityTests.undisturbed.get()
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let first = try Self.relay(place, from: place.socketAddress, at: "first")
        let second = try Self.relay(place, from: first.address, at: "second")
        let actors = try [first.address, second.address, second.address].map {
          try place.start(["actor", "--connect", $0])
        }
        let learner = try Self.learner(place, run)
        try eventually("three actors, none of them connected to the learner") {
          run.logLines(with: "an actor joined").count == 3
        }
        let direct = try place.start(["actor", "--connect", place.socketAddress])
        try FixedRun.expect(try learner.outcome(), in: run, digest: undisturbed)
        // The goodbye passes both relays, and every actor's leave comes back.
        for actor in actors + [direct] {
          #expect(try actor.outcome(within: .seconds(5)).code == 0)
        }
        for relay in [second.process, first.process] {
          #expect(relay.isRunning)
          relay.send(SIGTERM)
          let outcome = try relay.outcome(within: .seconds(3))
          #expect(outcome.code == 0, "\(outcome.error)")
          #expect(outcome.error.contains("leaving on a signal"), "\(outcome.error)")
        }
        place.expectNothingLeft()
      }
    }

    @Test("a relay killed in the middle is a loss like that of its actors, until it is back")
    func killed() throws {
      let undisturbed = try ElasticityTests.undisturbed.get()
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let relay = try Self.relay(place, from: place.socketAddress, at: "relay")
        let behind = try (0..<2).map { _ in
          try place.start(["actor", "--connect", relay.address])
        }
        let learner = try Self.learner(place, run)
        try eventually("five updates by two actors") {
          run.updateCount >= 5 && run.logLines(with: "an actor joined").count == 2
        }
        try relay.process.end()
        let direct = try place.start(["actor", "--connect", place.socketAddress])
        let before = run.updateCount
        #expect(before < FixedRun.updateCount - 5, "the middle is over")
        try eventually("two updates without the relay") { run.updateCount >= before + 2 }
        direct.send(SIGTERM)
        #expect(try direct.outcome(within: .seconds(2)).code == 0)
        // Whoever is behind it goes on as if it had never been away, and now nobody else plays.
        _ = try Self.relay(place, from: place.socketAddress, at: "relay")
        try FixedRun.expect(try learner.outcome(), in: run, digest: undisturbed)
        for actor in behind { #expect(try actor.outcome(within: .seconds(5)).code == 0) }
      }
    }

    @Test("a relay that was stopped goes on with what the learner says by then")
    func stopped() throws {
      let undisturbed = try ElasticityTests.undisturbed.get()
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let relay = try Self.relay(place, from: place.socketAddress, at: "relay")
        let behind = try (0..<2).map { _ in
          try place.start(["actor", "--connect", relay.address])
        }
        let learner = try Self.learner(place, run)
        try eventually("five updates by two actors") {
          run.updateCount >= 5 && run.logLines(with: "an actor joined").count == 2
        }
        relay.process.send(SIGSTOP)
        let direct = try place.start(["actor", "--connect", place.socketAddress])
        let before = run.updateCount
        #expect(before < FixedRun.updateCount - 20, "the middle is over")
        // Policies of all these rounds wait for it, and those behind it hold slots of the first.
        try eventually("ten updates without the relay") { run.updateCount >= before + 10 }
        relay.process.send(SIGCONT)
        direct.send(SIGTERM)
        #expect(try direct.outcome(within: .seconds(2)).code == 0)
        try FixedRun.expect(try learner.outcome(), in: run, digest: undisturbed)
        for actor in behind { #expect(try actor.outcome(within: .seconds(5)).code == 0) }
      }
    }

    @Test("a chain of relays with keys on each of its three connections, its first one killed")
    func keyedChain() throws {
      let undisturbed = try ElasticityTests.undisturbed.get()
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let (keys, site, rack) = (place.file("keys"), place.file("site"), place.file("rack"))
        for arguments in [
          [keys], [site], [rack], [keys, "--actor", "site.shared"],
          [site, "--actor", "rack.shared"],
        ] {
          #expect(try place.run(["keygen"] + arguments).code == 0)
        }
        let ports = try (0..<3).map { _ in try LoopbackPort.freePair() }
        func relay(_ number: Int, _ own: String, _ bindKeys: String) throws -> TroupeProcess {
          try place.start([
            "relay", "--connect", "tcp://127.0.0.1:\(ports[number - 1])", "--keys", own, "--bind",
            "tcp://0.0.0.0:\(ports[number])", "--bind-keys", bindKeys,
          ])
        }
        let first = try relay(1, "\(keys)/actors/site.shared", site)
        _ = try relay(2, "\(site)/actors/rack.shared", rack)
        let learner = try place.start(
          ["learner"] + FixedRun.longArguments
            + ["--run-dir", run.path, "--bind", "tcp://0.0.0.0:\(ports[0])", "--keys", keys])
        let actors = try (0..<2).map { _ in
          try place.start(["actor", "--connect", "tcp://127.0.0.1:\(ports[2])", "--keys", rack])
        }
        try eventually("five updates by two actors") {
          run.updateCount >= 5 && run.logLines(with: "an actor joined").count == 2
        }
        try first.end()
        #expect(run.updateCount < FixedRun.updateCount - 5, "the middle is over")
        _ = try relay(1, "\(keys)/actors/site.shared", site)
        try FixedRun.expect(try learner.outcome(), in: run, digest: undisturbed)
        for actor in actors { #expect(try actor.outcome(within: .seconds(5)).code == 0) }
      }
    }

    @Test("with keys on both sides nobody passes without one, and the bytes are the same")
    func keys() throws {
      let undisturbed = try ElasticityTests.undisturbed.get()
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let (keys, site) = (place.file("keys"), place.file("site"))
        for arguments in [[keys], [site], [keys, "--actor", "site.shared"]] {
          #expect(try place.run(["keygen"] + arguments).code == 0)
        }
        let (port, relayPort) = (try LoopbackPort.freePair(), try LoopbackPort.freePair())
        let learner = try place.start(
          ["learner"] + FixedRun.longArguments
            + ["--run-dir", run.path, "--bind", "tcp://0.0.0.0:\(port)", "--keys", keys])
        let relay = try place.start([
          "relay", "--connect", "tcp://127.0.0.1:\(port)", "--keys", "\(keys)/actors/site.shared",
          "--bind", "tcp://0.0.0.0:\(relayPort)", "--bind-keys", site,
        ])
        // It has the learner's keys, and they open nothing here.
        let there = "tcp://127.0.0.1:\(relayPort)"
        let stranger = try place.start(["actor", "--connect", there, "--keys", keys])
        try eventually("the stranger is told so") {
          stranger.error.contains("whoever listens there breaks off each handshake")
        }
        #expect(run.logLines(with: "an actor joined").isEmpty)
        let actors = try (0..<2).map { _ in
          try place.start(["actor", "--connect", there, "--keys", site])
        }
        try FixedRun.expect(try learner.outcome(), in: run, digest: undisturbed)
        #expect(run.logLines(with: "an actor joined").count == 2)
        for actor in actors { #expect(try actor.outcome(within: .seconds(5)).code == 0) }
        #expect(relay.error.contains("connected to the learner"), "\(relay.error)")
        relay.send(SIGTERM)
        #expect(try relay.outcome(within: .seconds(3)).code == 0)
      }
    }

    @Test("without a learner it waits as long as its patience; wrong options are told")
    func patience() throws {
      try TestPlace.with { place in
        let relay = try place.run([
          "relay", "--connect", place.socketAddress, "--bind", "ipc://\(place.file("relay"))",
          "--patience", "1s",
        ])
        #expect(relay.code == 75)
        #expect(relay.error.contains("no learner at \(place.socketAddress) for 1 s"))
        let itself = try place.run([
          "relay", "--connect", place.socketAddress, "--bind", place.socketAddress,
        ])
        #expect(itself.code == 64, "\(itself.error)")
        let open = try place.run([
          "relay", "--connect", place.socketAddress, "--bind", "tcp://0.0.0.0:1",
        ])
        #expect(open.code == 64)
        #expect(open.error.contains("needs keys"), "\(open.error)")
        #expect(try place.run(["relay"]).code == 64)
      }
    }
  }
}

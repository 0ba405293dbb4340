import Foundation
import Glibc
import Testing

// A firewall can be written from the command line alone: no process listens anywhere else.
extension EndToEndTests {
  @Suite struct PortsTests {
    private static let endless = FixedRun.arguments + ["--updates", "1000000"]

    @Test(
      "ports are never random: learner and relay listen at exactly those stated, actors at none")
    func stated() throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let (port, relayPort) = (try LoopbackPort.freePair(), try LoopbackPort.freePair())
        let page = try LoopbackPort.freePair()
        let learner = try place.start(
          ["learner"] + Self.endless + [
            "--run-dir", run.path, "--bind", "tcp://127.0.0.1:\(port)", "--http",
            "127.0.0.1:\(page)",
          ])
        let relay = try place.start([
          "relay", "--connect", "tcp://127.0.0.1:\(port)", "--bind", "tcp://127.0.0.1:\(relayPort)",
        ])
        let actors = try [port, relayPort].map {
          try place.start(["actor", "--connect", "tcp://127.0.0.1:\($0)"])
        }
        try eventually("updates by both actors") {
          run.updateCount >= 2 && run.logLines(with: "an actor joined").count == 2
        }
        #expect(ListeningPorts.of(learner.identity) == [port, port + 1, page].sorted())
        #expect(ListeningPorts.of(relay.identity) == [relayPort, relayPort + 1])
        for actor in actors {
          #expect(actor.isRunning)
          #expect(ListeningPorts.of(actor.identity).isEmpty)
        }
      }
    }

    @Test("train listens at no port at all")
    func local() throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let train = try place.start(
          ["train"] + Self.endless + ["--run-dir", run.path, "--actors", "2"])
        try eventually("updates") { run.updateCount >= 2 }
        let processes = [train.identity] + ProcessTable.children(of: train.identity.id)
        #expect(processes.count == 3)
        for process in processes { #expect(ListeningPorts.of(process).isEmpty) }
      }
    }

    @Test("a port that is left open is refused")
    func open() throws {
      try TestPlace.with { place in
        let learner = ["learner", "cartpole", "--run-dir", place.file("run")]
        let relay = ["relay", "--connect", place.socketAddress]
        for (command, address) in [
          (learner, "tcp://127.0.0.1:*"), (relay, "tcp://127.0.0.1:*"),
          (learner, "tcp://127.0.0.1:0"), (relay, "tcp://127.0.0.1:0"),
        ] {
          let outcome = try place.run(command + ["--bind", address])
          #expect(outcome.code == 64)
          expectSentence(in: outcome, "--bind is \(address), but must be tcp://HOST:PORT")
        }
      }
    }

    @Test("the default is the one that the guide states")
    func documentedDefault() throws {
      try TestPlace.with { place in
        for role in ["learner", "relay"] {
          let help = try place.run(["help", role]).output.split(whereSeparator: \.isWhitespace)
            .joined(separator: " ")
          #expect(help.contains("(default: tcp://127.0.0.1:5555"), "\(help)")
        }
        let guide = try String(
          contentsOf: Documentation.root.appendingPathComponent("docs/cluster.md"), encoding: .utf8)
        #expect(guide.contains("5555 and 5556 unless told otherwise"))
        #expect(guide.contains("never a random one (`*` is refused)"))
      }
    }
  }
}

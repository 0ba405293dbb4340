import Foundation
import Glibc
import Testing

// What a user gets wrong is answered by one clear sentence and the right exit code, and leaves nothing
// running and nothing half made.
extension EndToEndTests {
  @Suite struct BadInputTests {
    /// Runs a command that is to be refused, in a directory where it must leave nothing.
    @discardableResult
    private static func refuse(
      _ arguments: [String], in place: TestPlace, variables: [String: String] = [:], code: Int32,
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> TroupeProcess.Outcome {
      let before = try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
      let outcome = try place.run(arguments, variables: variables, within: .seconds(20))
      #expect(outcome.code == code, "\(outcome.error)", sourceLocation: sourceLocation)
      let after = try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
      #expect(after == before, sourceLocation: sourceLocation)
      #expect(place.living.isEmpty, sourceLocation: sourceLocation)
      #expect(place.socketDirectories.isEmpty, sourceLocation: sourceLocation)
      return outcome
    }

    @Test("an unknown environment or command suggests the nearest name")
    func unknownNames() throws {
      try TestPlace.with { place in
        let environment = try BadInputTests.refuse(["train", "cartpol"], in: place, code: 64)
        expectSentence(in: environment, "unknown environment cartpol", "did you mean cartpole?")
        let command = try BadInputTests.refuse(["trian", "cartpole"], in: place, code: 64)
        expectSentence(in: command, "unknown command trian", "did you mean train?")
        let option = try BadInputTests.refuse(
          ["train", "cartpole", "--learning-rat", "1"], in: place, code: 64)
        expectSentence(in: option, "--learning-rat", "did you mean '--learning-rate'?")
      }
    }

    @Test(
      "a nonsense number is refused by name",
      arguments: [
        ("learning-rate", ["nan", "inf", "1e", "0x10", "0x1p-3", "-1", "1e999", "１"]),
        ("discount", ["nan", "1.5", "-0.1"]),
        ("updates", ["0", "-1", "1.5", "1e3", "0x10", "99999999999999999999"]),
        ("episodes-per-update", ["0", "-1", "1e3", "1000001"]),
        ("seed", ["-1", "1.5", "18446744073709551616"]),
        ("hidden", ["0", "nan", "1,,2", "-4", "99999999"]),
        ("actors", ["0", "-1", "many"]),
      ])
    func nonsenseNumbers(_ option: String, _ values: [String]) throws {
      try TestPlace.with { place in
        for value in values {
          let outcome = try BadInputTests.refuse(
            ["train", "cartpole", "--run-dir", place.file("run"), "--\(option)=\(value)"],
            in: place, code: 64)
          expectSentence(in: outcome, "--\(option) is", "but must be")
        }
        let variable = "TROUPE_" + option.uppercased().replacingOccurrences(of: "-", with: "_")
        let outcome = try BadInputTests.refuse(
          ["train", "cartpole", "--run-dir", place.file("run")], in: place,
          variables: [variable: "0x1p1"], code: 64)
        expectSentence(in: outcome, variable, "but must be")
      }
    }

    @Test("a configuration file that is wrong is refused with its line")
    func configurationFiles() throws {
      try TestPlace.with { place in
        func refuse(_ name: String, _ bytes: Data) throws -> TroupeProcess.Outcome {
          try bytes.write(to: URL(fileURLWithPath: place.file(name)))
          return try BadInputTests.refuse(
            ["train", "cartpole", "--run-dir", place.file("run"), "--config", place.file(name)],
            in: place, code: 65)
        }
        expectSentence(
          in: try refuse("key.yaml", Data("seed: 3\nlerning-rate: 0.1\n".utf8)),
          "key.yaml, line 2", "lerning-rate", "did you mean learning-rate?")
        expectSentence(
          in: try refuse("value.yaml", Data("# a comment\n\nseed: three\n".utf8)),
          "value.yaml, line 3", "seed is three")
        expectSentence(
          in: try refuse("syntax.yaml", Data("seed: [3\nfoo".utf8)), "syntax.yaml, line",
          "not YAML")
        expectSentence(
          in: try refuse("noise.yaml", Data((0..<200).map { UInt8(255 - $0) })), "noise.yaml",
          "not UTF-8")
        for (path, reason) in [("none.yaml", "no such file"), ("sockets", "is a directory")] {
          let outcome = try BadInputTests.refuse(
            ["train", "cartpole", "--run-dir", place.file("run"), "--config", place.file(path)],
            in: place, code: 65)
          expectSentence(in: outcome, place.file(path), reason)
        }
      }
    }

    @Test(
      "an address in use is said to be, and whoever uses it is left alone",
      arguments: ["tcp", "ipc"])
    func addressInUse(_ transport: String) throws {
      try TestPlace.with { place in
        let address =
          transport == "ipc"
          ? place.socketAddress : "tcp://127.0.0.1:\(try LoopbackPort.freePair())"
        let run = RunFiles(path: place.file("first"))
        let first = try place.start(
          ["learner"] + FixedRun.arguments + ["--run-dir", run.path, "--bind", address])
        try eventually("the first learner") { run.address != nil }
        for command in ["learner", "train"] {
          let second = try place.run(
            [command] + FixedRun.arguments
              + ["--run-dir", place.file("second"), "--bind", address])
          #expect(second.code == 75)
          expectSentence(in: second, address, "in use")
          #expect(!FileManager.default.fileExists(atPath: place.file("second")))
        }
        // The first one still has its sockets.
        let actor = try place.start(["actor", "--connect", address])
        try FixedRun.expect(try first.outcome(), in: run)
        #expect(try actor.outcome(within: .seconds(5)).code == 0)
        place.expectNothingLeft()
      }
    }

    @Test("the port next to the address counts, too")
    func secondPortInUse() throws {
      try TestPlace.with { place in
        let port = try LoopbackPort.freePair()
        let holder = try #require(LoopbackPort.Listener(port: port + 1))
        let outcome = try BadInputTests.refuse(
          ["train"] + FixedRun.arguments
            + ["--run-dir", place.file("run"), "--bind", "tcp://127.0.0.1:\(port)"],
          in: place, code: 75)
        expectSentence(in: outcome, "tcp://127.0.0.1:\(holder.port)", "in use")
      }
    }

    @Test("a run directory in use is said to be, with who uses it")
    func runDirectoryInUse() throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let arguments =
          ["learner"] + FixedRun.arguments + ["--run-dir", run.path, "--bind", place.socketAddress]
        let first = try place.start(arguments)
        try eventually("the first learner") { run.address != nil }
        for more in [["--resume"], []] {
          let second = try place.run(arguments + more)
          #expect(second.code == 75)
          expectSentence(in: second, run.path, "in use by process \(first.identity.id)")
        }
        let actor = try place.start(["actor", "--connect", place.socketAddress])
        try FixedRun.expect(try first.outcome(), in: run)
        #expect(try actor.outcome(within: .seconds(5)).code == 0)
        // Done, it holds a run, and is not begun anew.
        let third = try place.run(arguments)
        #expect(third.code == 64)
        expectSentence(in: third, run.path, "--resume")
        place.expectNothingLeft()
      }
    }

    /// The superuser may write anywhere but where there is nothing to write to.
    @Test("a place that cannot be written to is refused with the reason")
    func noPermission() throws {
      try TestPlace.with { place in
        try Data("x".utf8).write(to: URL(fileURLWithPath: place.file("file")))
        for (path, reason) in [
          ("/proc/troupe", "/proc/troupe"), (place.file("file"), "not a directory"),
          (place.file("file/run"), "not a directory"),
        ] {
          let outcome = try BadInputTests.refuse(
            ["train", "cartpole", "--run-dir", path], in: place, code: 69)
          expectSentence(in: outcome, path.hasPrefix("/proc") ? path : place.file("file"), reason)
        }
        let socket = try BadInputTests.refuse(
          ["learner", "cartpole", "--run-dir", place.file("run"), "--bind", "ipc:///proc/socket"],
          in: place, code: 69)
        expectSentence(in: socket, "ipc:///proc/socket")
        try FileManager.default.createDirectory(
          atPath: place.file("closed"), withIntermediateDirectories: false)
        try Data("x".utf8).write(to: URL(fileURLWithPath: place.file("closed/notes.txt")))
        let other = try BadInputTests.refuse(
          ["train", "cartpole", "--run-dir", place.file("closed")], in: place, code: 64)
        expectSentence(in: other, place.file("closed"), "notes.txt")
        #expect(
          try FileManager.default.contentsOfDirectory(atPath: place.file("closed")) == ["notes.txt"]
        )
      }
    }

    @Test("an instruction set that the machine lacks is refused by every role")
    func instructionSet() throws {
      try TestPlace.with { place in
        for arguments in [
          ["train", "cartpole", "--run-dir", place.file("run")],
          ["learner", "cartpole", "--run-dir", place.file("run"), "--bind", place.socketAddress],
          ["actor", "--connect", place.socketAddress],
        ] {
          let outcome = try BadInputTests.refuse(
            arguments, in: place, variables: ["TROUPE_ISA": "bogus"], code: 64)
          expectSentence(in: outcome, "TROUPE_ISA is 'bogus'", "this machine has baseline")
        }
      }
    }

    @Test("without keys a learner does not listen beyond its machine, and says what to do")
    func beyondLoopback() throws {
      try TestPlace.with { place in
        for address in ["tcp://0.0.0.0:5555", "tcp://*:5555", "tcp://192.0.2.1:5555"] {
          for command in ["learner", "train"] {
            let outcome = try BadInputTests.refuse(
              [command, "cartpole", "--run-dir", place.file("run"), "--bind", address], in: place,
              code: 64)
            expectSentence(in: outcome, address, "troupe keygen", "--insecure")
          }
        }
        for address in ["5555", "udp://127.0.0.1:5555", "tcp://127.0.0.1", "tcp://127.0.0.1:99999"]
        {
          let outcome = try BadInputTests.refuse(
            ["actor", "--connect", address], in: place, code: 64)
          expectSentence(in: outcome, "--connect is \(address)")
        }
      }
    }

    @Test("an actor without a learner gives up when its patience ends")
    func noLearner() throws {
      try TestPlace.with { place in
        let outcome = try BadInputTests.refuse(
          ["actor", "--connect", place.socketAddress, "--patience", "1s"], in: place, code: 75)
        expectSentence(in: outcome, "no learner at \(place.socketAddress) for 1 s")
      }
    }

    @Test("what is no run cannot be evaluated")
    func noRun() throws {
      try TestPlace.with { place in
        let outcome = try BadInputTests.refuse(["evaluate", "nothing"], in: place, code: 64)
        expectSentence(in: outcome, "nothing is no run")
      }
    }
  }
}

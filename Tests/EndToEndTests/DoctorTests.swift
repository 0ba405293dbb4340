import Foundation
import Glibc
import Testing

// `troupe doctor --connect`: each step of the way to a learner, failing for real.
extension EndToEndTests {
  @Suite struct DoctorTests {
    private static func expectFailure(
      _ place: TestPlace, _ arguments: [String], at step: String, says: String, code: Int32 = 69,
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let outcome = try place.run(["doctor", "--connect"] + arguments)
      #expect(outcome.code == code, "\(outcome.error)", sourceLocation: sourceLocation)
      let line = outcome.output.split(separator: "\n").last { $0.hasPrefix("FAIL") } ?? ""
      #expect(line.hasPrefix("FAIL  \(step) "), "\(outcome.output)", sourceLocation: sourceLocation)
      #expect(line.contains(says), "\(line)", sourceLocation: sourceLocation)
    }

    @Test("where an actor could take part it says so, and the run ends at the same bytes")
    func healthy() throws {
      let undisturbed = try ElasticityTests.undisturbed.get()
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let keys = place.file("keys")
        #expect(try place.run(["keygen", keys]).code == 0)
        let port = try LoopbackPort.freePair()
        let learner = try place.start(
          ["learner"] + FixedRun.longArguments
            + ["--run-dir", run.path, "--bind", "tcp://0.0.0.0:\(port)", "--keys", keys])
        try eventually("the learner") { !run.logLines(with: "listening").isEmpty }
        let there = "tcp://localhost:\(port)"
        let doctor = try place.run(["doctor", "--connect", there, "--keys", keys])
        #expect(doctor.code == 0, "\(doctor.error)")
        let steps = doctor.output.split(separator: "\n").map { $0.prefix(16) }
        #expect(
          steps.map { $0.split(separator: " ").dropFirst().first } == [
            "program", "port", "port", "keys", "handshake", "protocol", "kernels", "libraries",
            "clock", "an",
          ], "\(doctor.output)")
        #expect(steps.allSatisfy { $0.hasPrefix("ok ") }, "\(doctor.output)")
        #expect(doctor.output.contains("localhost is 127.0.0.1, answers within"))
        #expect(doctor.output.contains("welcomed to a run of cartpole, at policy version 0"))
        // Another processor's kernels are told, and keep nobody from taking part.
        let slow = try place.run(
          ["doctor", "--connect", there, "--keys", keys], variables: ["TROUPE_ISA": "baseline"])
        #expect(slow.code == 0, "\(slow.error)")
        let kernels = slow.output.split(separator: "\n").first { $0.contains("  kernels  ") } ?? ""
        #expect(kernels.hasPrefix("note  kernels"), "\(slow.output)")
        #expect(kernels.contains("baseline here, "), "\(kernels)")
        #expect(slow.output.hasSuffix("ok    an actor here can take part\n"), "\(slow.output)")

        try eventually("both doctors' leave") {
          run.logLines(with: "an actor left: doctor").count == 2
        }

        // A key that is not on the list, and none at all.
        let others = place.file("others")
        #expect(try place.run(["keygen", others]).code == 0)
        try FileManager.default.removeItem(atPath: "\(others)/learner.public")
        try FileManager.default.copyItem(
          atPath: "\(keys)/learner.public", toPath: "\(others)/learner.public")
        try Self.expectFailure(
          place, [there, "--keys", others], at: "handshake",
          says: "the learner does not accept this actor's key")
        try Self.expectFailure(
          place, ["tcp://127.0.0.1:\(port)"], at: "handshake", says: "--keys DIR")

        let actor = try place.start(["actor", "--connect", there, "--keys", keys])
        try FixedRun.expect(try learner.outcome(), in: run, digest: undisturbed)
        #expect(try actor.outcome(within: .seconds(5)).code == 0)
      }
    }

    @Test("the step that fails is named, with what to do")
    func failures() throws {
      try TestPlace.with { place in
        let port = try LoopbackPort.freePair()
        try Self.expectFailure(
          place, ["tcp://127.0.0.1:\(port)"], at: "port \(port)",
          says: "is the learner up, with --bind tcp://0.0.0.0:\(port)?")
        try Self.expectFailure(
          place, ["tcp://nobody.invalid:\(port)", "--insecure"], at: "name",
          says: "mend the name, or write the address itself")
        try Self.expectFailure(
          place, ["tcp://127.0.0.1:\(port)", "--keys", place.file("none")], at: "port \(port)",
          says: "nobody listens there")
        let first = LoopbackPort.Listener(port: port)
        try Self.expectFailure(
          place, ["tcp://127.0.0.1:\(port)"], at: "port \(port + 1)",
          says: "though the port before it answers")
        let second = LoopbackPort.Listener(port: port + 1)
        try Self.expectFailure(
          place, ["tcp://127.0.0.1:\(port)", "--keys", place.file("none")], at: "keys",
          says: "there is no key")
        withExtendedLifetime((first, second)) {}
        try Self.expectFailure(
          place, ["ipc://\(place.file("none"))"], at: "socket", says: "is the learner up?")
        let both = try place.run(["doctor", "cartpole", "--connect", "tcp://127.0.0.1:1"])
        #expect(both.code == 64, "\(both.error)")
        #expect(try place.run(["doctor", "--connect", "tcp://10.0.0.1:1"]).code == 64)
      }
    }
  }
}

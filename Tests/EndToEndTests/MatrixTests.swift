import Foundation
import Kernels
import Testing

// Promise 3: configuration and seed determine the parameters byte for byte, at any scale.
extension EndToEndTests {
  @Suite struct MatrixTests {
    /// One way of playing the fixed run that must change nothing.
    struct Variation: Sendable, CustomTestStringConvertible {
      let name: String
      var arguments: [String] = []
      var variables: [String: String] = [:]
      var testDescription: String { name }
    }

    /// The stand-in for a host with another libm.
    static let otherLibrary = ["GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA"]

    static let variations: [Variation] =
      [1, 2, 3, 5].map { Variation(name: "\($0) actors", arguments: ["--actors", "\($0)"]) }
      + [1, 7, 64].map { Variation(name: "\($0) lanes", arguments: ["--lanes", "\($0)"]) }
      + [1, 2].map { Variation(name: "\($0) threads", arguments: ["--threads", "\($0)"]) }
      + InstructionSet.available.map {
        Variation(name: "TROUPE_ISA=\($0)", variables: ["TROUPE_ISA": $0.rawValue])
      }
      + [
        Variation(name: "another libm", variables: otherLibrary),
        Variation(
          name: "evaluations and checkpoints in between",
          arguments: ["--evaluate-every", "20", "--checkpoint-every", "7"]),
        Variation(
          name: "3 actors of 7 lanes, 2 threads, another libm",
          arguments: ["--actors", "3", "--lanes", "7", "--threads", "2"], variables: otherLibrary),
        Variation(
          name: "5 actors of 1 lane, 1 thread, avx2 where there is one",
          arguments: ["--actors", "5", "--lanes", "1", "--threads", "1"],
          variables: ["TROUPE_ISA": InstructionSet.available.contains(.avx2) ? "avx2" : ""]),
      ]

    @Test("the same bytes with", arguments: variations)
    func axis(_ variation: Variation) throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let outcome = try place.run(
          ["train"] + FixedRun.arguments + ["--run-dir", run.path] + variation.arguments,
          variables: variation.variables)
        try FixedRun.expect(outcome, in: run)
        place.expectNothingLeft()
      }
    }

    @Test("the same bytes over TCP")
    func tcp() throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let address = "tcp://127.0.0.1:\(try LoopbackPort.freePair())"
        let outcome = try place.run(
          ["train"] + FixedRun.arguments + ["--run-dir", run.path, "--bind", address])
        try FixedRun.expect(outcome, in: run)
        #expect(run.logLines(with: address).count == 1)
        place.expectNothingLeft()
      }
    }

    /// The slowest arithmetic there is, software FMA, for ten updates of short episodes only.
    @Test("the same bytes on a host without FMA")
    func withoutFMA() throws {
      try TestPlace.with { place in
        let runs = ["plain", "software"].map { RunFiles(path: place.file($0)) }
        for (run, variables) in zip(
          runs, [[:], MatrixTests.otherLibrary.merging(["TROUPE_ISA": "baseline"]) { $1 }])
        {
          let outcome = try place.run(
            ["train"] + FixedRun.arguments + ["--run-dir", run.path, "--updates", "10"],
            variables: variables)
          #expect(try outcome.summary().updates == 10)
        }
        #expect(try runs[0].policyDigest() == runs[1].policyDigest())
      }
    }

    /// The third run that mixes axes: TCP, roles by hand, another instruction set in each process.
    @Test("the same bytes with actors of different hosts that were started before the learner")
    func actorsFirst() throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let address = "tcp://127.0.0.1:\(try LoopbackPort.freePair())"
        let sets = InstructionSet.available.suffix(2).map(\.rawValue)
        let actors = try zip(sets, ["7", "33"]).map { set, lanes in
          try place.start(
            ["actor", "--connect", address, "--lanes", lanes], variables: ["TROUPE_ISA": set])
        }
        try eventually("actors that wait") {
          actors.allSatisfy { $0.error.contains("waiting for a learner") }
        }
        let learner = try place.run(
          ["learner"] + FixedRun.arguments
            + ["--run-dir", run.path, "--bind", address, "--threads", "2"],
          variables: MatrixTests.otherLibrary)
        try FixedRun.expect(learner, in: run)
        for actor in actors {
          let outcome = try actor.outcome(within: .seconds(5))
          #expect(outcome.code == 0, "\(outcome.error)")
          #expect(outcome.error.contains("the run is complete"))
        }
        #expect(run.logLines(with: "an actor joined").count == 2)
        place.expectNothingLeft()
      }
    }
  }
}

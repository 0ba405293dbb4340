import Foundation
import Glibc
import Testing

extension EndToEndTests {
  @Suite struct MemoryTests {
    /// The most memory that a process has had, in bytes.
    private static func peakBytes(of process: Int32) throws -> Int {
      let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
      let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
      return try #require(Int(line.filter(\.isNumber))) * 1024
    }

    /// An actor took 28 MB while the pages of the program's file that starting touched stayed.
    @Test("an actor takes 25 MB, a learner 32 MB and what its rounds hold")
    func resident() throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let learner = try place.start(
          [
            "train", "cartpole", "--actors", "2", "--episodes-per-update", "64", "--updates",
            "1000000", "--until-return", "none", "--evaluate-every", "none", "--run-dir", run.path,
          ])
        try eventually("some updates") { run.updateCount >= 60 }
        let actors = learner.children
        #expect(actors.count == 2)
        for actor in actors { #expect(try Self.peakBytes(of: actor.id) < 25_000_000) }
        #expect(try Self.peakBytes(of: learner.identity.id) < 32_000_000)
        learner.send(SIGTERM)
        #expect(try learner.outcome(within: .seconds(5)).code == 0)
      }
    }
  }
}

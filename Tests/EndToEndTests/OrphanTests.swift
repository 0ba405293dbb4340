import Foundation
import Glibc
import Testing

// No process outlives its parent, and no socket stays, whatever way `troupe train` ends.
extension EndToEndTests {
  @Suite struct OrphanTests {
    /// A run without an end in sight, and its two actors, at work.
    private static func endlessRun(
      _ run: RunFiles, in place: TestPlace
    ) throws -> (learner: TroupeProcess, actors: [ProcessIdentity]) {
      let learner = try place.start(
        ["train"] + FixedRun.arguments
          + ["--run-dir", run.path, "--actors", "2", "--updates", "1000000"])
      try eventually("two actors and some updates") {
        run.updateCount >= 3 && run.logLines(with: "an actor joined").count == 2
      }
      let actors = learner.children
      #expect(actors.count == 2)
      #expect(place.socketDirectories.count == 1)
      return (learner, actors)
    }

    private static func expectEnd(of actors: [ProcessIdentity], in place: TestPlace) {
      try? eventually("the end of the actors", within: .seconds(5)) {
        !actors.contains(where: \.isAlive)
      }
      #expect(actors.filter(\.isAlive) == [])
      place.expectNothingLeft()
    }

    @Test("a run that is done leaves nothing behind")
    func done() throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let learner = try place.start(
          ["train"] + FixedRun.longArguments + ["--run-dir", run.path, "--actors", "2"])
        try eventually("two actors") { learner.children.count == 2 }
        let actors = learner.children
        let outcome = try learner.outcome()
        #expect(outcome.code == 0)
        // They have left when the learner ends, not some seconds later.
        #expect(actors.filter(\.isAlive) == [])
        OrphanTests.expectEnd(of: actors, in: place)
      }
    }

    @Test("Ctrl-C and SIGTERM write a checkpoint and end with 0", arguments: [SIGINT, SIGTERM])
    func asked(_ signal: Int32) throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let (learner, actors) = try OrphanTests.endlessRun(run, in: place)
        learner.send(signal)
        let summary = try learner.outcome(within: .seconds(5)).summary()
        #expect(summary.ended == "signal")
        #expect(summary.updates >= 3)
        #expect(run.checkpoints.last == summary.updates)
        #expect(try run.updates().last?.version == summary.updates)
        #expect(try run.policyDigest() == summary.parametersDigest)
        OrphanTests.expectEnd(of: actors, in: place)
      }
    }

    @Test("a terminal's Ctrl-C reaches the whole process group and changes nothing about the end")
    func group() throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let (learner, actors) = try OrphanTests.endlessRun(run, in: place)
        for actor in actors { actor.send(SIGINT) }
        learner.send(SIGINT)
        #expect(try learner.outcome(within: .seconds(5)).summary().ended == "signal")
        OrphanTests.expectEnd(of: actors, in: place)
      }
    }

    @Test("a second Ctrl-C ends at once")
    func impatient() throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let (learner, actors) = try OrphanTests.endlessRun(run, in: place)
        // Actors that cannot say goodbye keep the learner waiting for its 2 s.
        for actor in actors { actor.send(SIGSTOP) }
        learner.send(SIGINT)
        try eventually("the goodbye") {
          run.checkpoints.last == (try? run.updates())?.last?.version
        }
        learner.send(SIGINT)
        let outcome = try learner.outcome(within: .seconds(5))
        #expect(outcome.code == 128 + SIGTERM || outcome.code == 0)
        OrphanTests.expectEnd(of: actors, in: place)
      }
    }

    @Test("actors end with a learner that was killed, and remove its sockets")
    func killed() throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let (learner, actors) = try OrphanTests.endlessRun(run, in: place)
        learner.send(SIGKILL)
        #expect(try learner.outcome(within: .seconds(5)).code == -SIGKILL)
        OrphanTests.expectEnd(of: actors, in: place)
      }
    }

    @Test("an actor that was suspended does not outlive its learner either")
    func suspended() throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let (learner, actors) = try OrphanTests.endlessRun(run, in: place)
        actors[0].send(SIGSTOP)
        // The kernel wakes and ends what is suspended when its parent goes, not what is about to be.
        try eventually("the suspension") { ProcessTable.entry(of: actors[0].id)?.state == "T" }
        learner.send(SIGKILL)
        #expect(try learner.outcome(within: .seconds(5)).code == -SIGKILL)
        OrphanTests.expectEnd(of: actors, in: place)
      }
    }

    /// Nobody is left to remove the sockets then, until the run goes on.
    @Test("where everything was killed at once, the sockets go when the run is resumed")
    func everythingKilled() throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let (learner, actors) = try OrphanTests.endlessRun(run, in: place)
        // Suspended first, so that none of them can clean up after the others.
        for process in [learner.identity] + actors { process.send(SIGSTOP) }
        for process in actors + [learner.identity] { process.send(SIGKILL) }
        #expect(try learner.outcome(within: .seconds(5)).code == -SIGKILL)
        #expect(place.socketDirectories.count == 1)
        let version = run.checkpoints.last ?? 0
        let resumed = try place.run(
          ["train", "cartpole", "--resume", "--run-dir", run.path, "--updates", "\(version + 1)"])
        #expect(resumed.code == 0, "\(resumed.error)")
        place.expectNothingLeft()
      }
    }

    /// Actors remove the directory that `troupe train` made for its sockets. This one it did not make.
    @Test("files beside a socket that the user placed stay", arguments: ["learner", "mine"])
    func neighbours(_ name: String) throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let folder = place.file("folder")
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: false)
        try Data("x".utf8).write(to: URL(fileURLWithPath: "\(folder)/notes.txt"))
        let learner = try place.start(
          ["train"] + FixedRun.arguments + [
            "--run-dir", run.path, "--actors", "2", "--updates", "1000000", "--bind",
            "ipc://\(folder)/\(name)",
          ])
        try eventually("some updates") { run.updateCount >= 3 }
        let actors = learner.children
        learner.send(SIGKILL)
        OrphanTests.expectEnd(of: actors, in: place)
        #expect(FileManager.default.fileExists(atPath: "\(folder)/notes.txt"))
      }
    }
  }
}

import Foundation
import Glibc
import Testing

// Promise 4: actors come and go freely, and that changes no byte either.
extension EndToEndTests {
  @Suite struct ElasticityTests {
    /// The parameters after the long run that nothing disturbed, with one actor.
    static let undisturbed = Result {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let outcome = try place.run(
          ["train"] + FixedRun.longArguments + ["--run-dir", run.path, "--actors", "1"])
        let summary = try outcome.summary()
        #expect(try run.policyDigest() == summary.parametersDigest)
        return summary.parametersDigest
      }
    }

    @Test("an actor killed in the middle and another that joins late change nothing")
    func killedAndLate() throws {
      let undisturbed = try ElasticityTests.undisturbed.get()
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let learner = try place.start(
          ["train"] + FixedRun.longArguments + ["--run-dir", run.path, "--actors", "2"])
        try eventually("two actors and five updates") {
          run.updateCount >= 5 && run.logLines(with: "an actor joined").count == 2
        }
        let victim = try #require(learner.children.first)
        victim.send(SIGKILL)
        let address = try #require(run.address)
        let late = try place.start(["actor", "--connect", address])
        #expect(run.updateCount < FixedRun.updateCount, "the middle is over")
        try FixedRun.expect(try learner.outcome(), in: run, digest: undisturbed)
        #expect(run.logLines(with: "an actor process ended: killed by signal 9").count == 1)
        // Two at first, the one started in the place of the victim, and the late one.
        #expect(run.logLines(with: "an actor joined").count == 4)
        let outcome = try late.outcome(within: .seconds(5))
        #expect(outcome.code == 0, "\(outcome.error)")
        place.expectNothingLeft()
      }
    }

    /// Suspended in the middle of a round, the first actor holds slots that it will never play, and
    /// nobody else is there: the run stands still until the second actor comes.
    @Test("an actor suspended with the slots of a round in its hands changes nothing")
    func suspended() throws {
      let undisturbed = try ElasticityTests.undisturbed.get()
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let learner = try place.start(
          ["learner"] + FixedRun.longArguments
            + ["--run-dir", run.path, "--bind", place.socketAddress])
        let first = try place.start(["actor", "--connect", place.socketAddress])
        try eventually("ten updates") { run.updateCount >= 10 }
        first.send(SIGSTOP)
        let second = try place.start(["actor", "--connect", place.socketAddress, "--lanes", "5"])
        try eventually("the second actor") { run.logLines(with: "an actor joined").count == 2 }
        let before = run.updateCount
        #expect(before < FixedRun.updateCount, "the middle is over")
        try eventually("an update without the first actor") { run.updateCount > before + 1 }
        // It wakes up with slots of a round long gone, and is welcome all the same.
        first.send(SIGCONT)
        try FixedRun.expect(try learner.outcome(), in: run, digest: undisturbed)
        for actor in [first, second] { #expect(try actor.outcome(within: .seconds(5)).code == 0) }
        place.expectNothingLeft()
      }
    }

    @Test("an actor that is asked to stop pushes what it finished and ends with 0 within 2 s")
    func stopped() throws {
      let undisturbed = try ElasticityTests.undisturbed.get()
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let learner = try place.start(
          ["learner"] + FixedRun.longArguments
            + ["--run-dir", run.path, "--bind", place.socketAddress])
        let actors = try (0..<3).map { _ in
          try place.start(["actor", "--connect", place.socketAddress])
        }
        try eventually("five updates with three actors") {
          run.updateCount >= 5 && run.logLines(with: "an actor joined").count == 3
        }
        for (actor, signal) in zip(actors, [SIGTERM, SIGINT]) {
          actor.send(signal)
          let outcome = try actor.outcome(within: .seconds(2))
          #expect(outcome.code == 0, "\(outcome.error)")
        }
        try FixedRun.expect(try learner.outcome(), in: run, digest: undisturbed)
        #expect(run.logLines(with: "an actor left: signal").count == 2)
        place.expectNothingLeft()
      }
    }

    @Test("an actor that waits for a learner ends with 0 within 2 s, too")
    func stoppedWhileWaiting() throws {
      try TestPlace.with { place in
        for address in [place.socketAddress, "tcp://127.0.0.1:\(try LoopbackPort.freePair())"] {
          let actor = try place.start(["actor", "--connect", address])
          try eventually("an actor that waits") { actor.error.contains("waiting for a learner") }
          actor.send(SIGTERM)
          #expect(try actor.outcome(within: .seconds(2)).code == 0)
        }
      }
    }

    /// Removing the learner leaves its actors waiting; another process goes on with the run at the
    /// same address, from an older version than theirs.
    @Test("actors outlive a learner by hand and serve the one that resumes its run")
    func learnerRestarted() throws {
      let undisturbed = try ElasticityTests.undisturbed.get()
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let arguments =
          ["learner"] + FixedRun.longArguments + [
            "--run-dir", run.path, "--bind", place.socketAddress, "--checkpoint-every", "4",
          ]
        let first = try place.start(arguments)
        let actors = try (0..<2).map { _ in
          try place.start(["actor", "--connect", place.socketAddress])
        }
        try eventually("ten updates") { run.updateCount >= 10 }
        try first.end()
        #expect(run.updateCount < FixedRun.updateCount, "the middle is over")
        #expect(!actors.contains { !$0.isRunning })
        let second = try place.run(arguments + ["--resume"])
        try FixedRun.expect(second, in: run, digest: undisturbed)
        for actor in actors { #expect(try actor.outcome(within: .seconds(5)).code == 0) }
        place.expectNothingLeft()
      }
    }
  }
}

import Foundation
import Glibc
import Testing

// Promise 4: any process can be killed at any moment; the run that goes on ends at the same bytes.
extension EndToEndTests {
  @Suite struct ResumeTests {
    private static func arguments(_ run: RunFiles) -> [String] {
      ["train"] + FixedRun.arguments + ["--run-dir", run.path, "--checkpoint-every", "3"]
    }

    /// Kills the learner and its actors; what was started between the two ends with its parent.
    private static func killEverything(_ learner: TroupeProcess, in place: TestPlace) throws {
      let children = learner.children
      learner.send(SIGKILL)
      for child in children { child.send(SIGKILL) }
      try learner.end()
      try eventually("the end of all actors", within: .seconds(5)) { place.living.isEmpty }
    }

    /// A run killed as soon as it has made so many updates; false if it was over before.
    private static func interrupt(
      _ run: RunFiles, in place: TestPlace, arguments: [String], after updateCount: Int
    ) throws -> Bool {
      let starts = run.logLines(with: "listening").count
      let learner = try place.start(arguments)
      // The lines of updates that a resumed run makes anew are gone when it listens.
      try eventually("\(updateCount) updates") {
        run.updateCount >= updateCount && run.logLines(with: "listening").count > starts
          || !learner.isRunning
      }
      let isKilled = learner.isRunning
      try killEverything(learner, in: place)
      return isKilled
    }

    @Test("killed while it starts, a run begins again and ends at the same bytes")
    func killedAtStart() throws {
      var generator = SeededGenerator(2024)
      print("moments of the start: seed \(generator.seed)")
      for _ in 0..<3 {
        try TestPlace.with { place in
          let run = RunFiles(path: place.file("run"))
          let learner = try place.start(ResumeTests.arguments(run))
          pause(milliseconds: Int.random(in: 0...40, using: &generator))
          try ResumeTests.killEverything(learner, in: place)
          try FixedRun.expect(
            try place.run(ResumeTests.arguments(run) + ["--resume"]), in: run)
          // A directory for sockets that was made the instant before is one that nobody knows of.
          #expect(place.living.isEmpty)
        }
      }
    }

    @Test("killed at random moments, once or twice in a row, a run ends at the same bytes")
    func killedAnywhere() throws {
      var generator = SeededGenerator(7)
      print("moments of the middle: seed \(generator.seed)")
      for killCount in [1, 1, 2, 2] {
        try TestPlace.with { place in
          let run = RunFiles(path: place.file("run"))
          var arguments = ResumeTests.arguments(run)
          let moments = (0..<killCount).map { _ in Int.random(in: 1...40, using: &generator) }
          for moment in moments.sorted() {
            let isKilled = try ResumeTests.interrupt(
              run, in: place, arguments: arguments, after: moment)
            #expect(isKilled, "over before it was killed; moments \(moments)")
            arguments = ResumeTests.arguments(run) + ["--resume"]
          }
          let outcome = try place.run(arguments)
          try FixedRun.expect(outcome, in: run)
          // By the sixth update the checkpoint of the third was on disk.
          if let last = moments.max(), last >= 6 { #expect(outcome.error.contains("resuming")) }
          place.expectNothingLeft()
        }
      }
    }

    @Test("a policy file is never older than the newest checkpoint")
    func policyBeforeCheckpoint() throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let learner = try place.start(ResumeTests.arguments(run) + ["--step-latency", "10us"])
        try eventually("the first checkpoint") { run.newestCheckpoint != nil }
        // From here on no checkpoint can be written, and policies can.
        let checkpoints = "\(run.path)/checkpoints"
        try FileManager.default.moveItem(atPath: checkpoints, toPath: place.file("aside"))
        try Data().write(to: URL(fileURLWithPath: checkpoints))
        let outcome = try learner.outcome()
        #expect(outcome.error.contains("no checkpoint was written"), "\(outcome.error)")
        #expect(try run.policyDigest() == FixedRun.policyDigest)
      }
    }

    @Test("a run that is complete is complete when it is resumed")
    func complete() throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        try FixedRun.expect(try place.run(ResumeTests.arguments(run)), in: run)
        let again = try place.run([
          "train", "cartpole", "--resume", "--run-dir", run.path, "--json",
        ])
        try FixedRun.expect(again, in: run)
        place.expectNothingLeft()
      }
    }

    @Test(
      "stopped before its first update, a run leaves no checkpoint, and begins when it is resumed")
    func stoppedAtStart() throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        // Without actors there is no update.
        let learner = try place.start(
          ["learner"] + FixedRun.arguments + ["--run-dir", run.path, "--bind", place.socketAddress])
        try eventually("the learner's address") { run.address != nil || !learner.isRunning }
        learner.send(SIGTERM)
        #expect(try learner.outcome(within: .seconds(5)).summary().updates == 0)
        #expect(run.checkpoints.isEmpty)
        try FixedRun.expect(
          try place.run(["train", "cartpole", "--resume", "--run-dir", run.path, "--json"]), in: run
        )
      }
    }

    enum Damage: CaseIterable {
      case flippedBit
      case truncation
      case emptiness
    }

    @Test(
      "a damaged checkpoint is passed over in favour of the one before", arguments: Damage.allCases)
    func damagedCheckpoint(_ damage: Damage) throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        try #require(
          try ResumeTests.interrupt(
            run, in: place, arguments: ResumeTests.arguments(run), after: 20))
        let newest = try #require(run.newestCheckpoint)
        let versions = run.checkpoints
        var bytes = try Data(contentsOf: newest)
        switch damage {
        case .flippedBit: bytes[bytes.count - 100] ^= 1
        case .truncation: bytes.removeLast(1)
        case .emptiness: bytes.removeAll()
        }
        try bytes.write(to: newest)
        let outcome = try place.run(
          ["train", "cartpole", "--resume", "--run-dir", run.path, "--json"])
        try FixedRun.expect(outcome, in: run)
        #expect(outcome.error.contains("\(newest.lastPathComponent) is skipped"))
        let before = try #require(versions.dropLast().last)
        let resumption = try #require(run.logLines(with: "resuming").first)
        #expect(resumption.contains("\"version\":\(before)"), "\(resumption)")
        place.expectNothingLeft()
      }
    }

    @Test(
      "told to stop in the middle of an evaluation, a run makes up for it and ends where it would have"
    )
    func evaluationCutShort() throws {
      // The evaluation decides when the run is over.
      let arguments =
        ["train"] + FixedRun.arguments + [
          "--updates", "200", "--evaluate-every", "5", "--evaluation-episodes", "400",
          "--until-return", "120", "--checkpoint-every", "1000", "--actors", "2",
        ]
      func expectSolved(_ outcome: TroupeProcess.Outcome, in run: RunFiles) throws -> [Double?] {
        let summary = try outcome.summary()
        #expect(summary.ended == "until-return")
        #expect(summary.parametersDigest == (try run.policyDigest()))
        return try run.updates().map(\.evaluationMeanReturn)
      }
      try TestPlace.with { place in
        let (undisturbed, run) = (
          RunFiles(path: place.file("undisturbed")), RunFiles(path: place.file("run"))
        )
        let evaluations = try expectSolved(
          try place.run(arguments + ["--run-dir", undisturbed.path]), in: undisturbed)
        #expect(evaluations.count >= 15, "too few evaluations to meet one")

        var started = arguments + ["--run-dir", run.path]
        var isDue = false
        // Steps take time, so that most of it passes with evaluations. Where one is missed, the next is met.
        for version in stride(from: 4, to: evaluations.count, by: 5) where !isDue {
          let learner = try place.start(started + ["--step-latency", "100us"])
          try eventually("update \(version)") { run.updateCount >= version || !learner.isRunning }
          pause(milliseconds: 150)
          learner.send(SIGTERM)
          #expect(try learner.outcome(within: .seconds(5)).code == 0)
          let newest = try Data(contentsOf: try #require(run.newestCheckpoint))
          isDue = newest.range(of: Data(#""text.evaluation":"due""#.utf8)) != nil
          started = arguments + ["--run-dir", run.path, "--resume"]
        }
        try #require(isDue, "no evaluation was met")
        #expect(try run.updates().last?.evaluationMeanReturn == nil, "it is not over")
        let resumed = try expectSolved(try place.run(started), in: run)
        #expect(resumed == evaluations)
        #expect(try run.policyDigest() == (try undisturbed.policyDigest()))
        place.expectNothingLeft()
      }
    }

    @Test("a changed option that determines the run is refused by name")
    func changedOption() throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        try #require(
          try ResumeTests.interrupt(
            run, in: place, arguments: ResumeTests.arguments(run), after: 10))
        let resume = ["train", "cartpole", "--resume", "--run-dir", run.path]
        for (option, value) in [
          ("learning-rate", "0.02"), ("hidden", "32"), ("seed", "2"), ("episodes-per-update", "64"),
        ] {
          let outcome = try place.run(resume + ["--\(option)", value])
          #expect(outcome.code == 64)
          expectSentence(in: outcome, "\(option) is \(value)", "resumed run keeps")
        }
        // How much of the run is played is no such option.
        let outcome = try place.run(resume + ["--updates", "\(FixedRun.updateCount)", "--json"])
        try FixedRun.expect(outcome, in: run)
      }
    }
  }
}

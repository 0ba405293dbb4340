import Foundation
import Testing

// From a run to files and back to a run.
extension EndToEndTests {
  @Suite struct ExportTests {
    @Test("an exported policy is imported bit for bit, evaluated alike, trained on and replayed")
    func roundTrip() throws {
      try TestPlace.with { place in
        let trained = try place.run(
          ["train", "cartpole", "--updates", "5", "--run-dir", place.file("run"), "--json"])
        let digest = try trained.summary().parametersDigest
        for command in [
          ["export", "run", "--to", "exported", "--episodes", "20"],
          [
            "import", "exported/model.safetensors", "--config", "exported/hyperparameters.json",
            "--run-dir", "imported",
          ],
        ] {
          let outcome = try place.run(command)
          #expect(outcome.code == 0, "\(outcome.error)")
        }
        let imported = RunFiles(path: place.file("imported"))
        #expect(try imported.policyDigest() == digest)
        let evaluations = try ["run", "imported"].map {
          try place.run(["evaluate", $0, "--episodes", "50", "--json"]).output
        }
        #expect(evaluations[0] == evaluations[1])

        // Whether it stops on the way or not, it goes on to the same bytes.
        let resume = ["train", "--resume", "--until-return", "none", "--json", "--run-dir"]
        try FileManager.default.copyItem(
          atPath: place.file("imported"), toPath: place.file("copy"))
        let straight = try place.run(resume + ["imported", "--updates", "6"]).summary()
        _ = try place.run(resume + ["copy", "--updates", "3"]).summary()
        let halting = try place.run(resume + ["copy", "--updates", "6"]).summary()
        #expect(straight.updates == 6)
        #expect(straight.parametersDigest == halting.parametersDigest)
        #expect(straight.parametersDigest != digest)
        #expect(imported.checkpoints.first == 0)

        // What is replayed began with the imported parameters, too.
        let replayed = try place.run(
          ["replay", "imported", "--update", "1", "--slot", "0", "--json"])
        #expect(replayed.code == 0, "\(replayed.error)")
        place.expectNothingLeft()
      }
    }
  }
}

import Testing
import TroupeCommands

@Suite struct ConfigurationTextTests {
  /// The lines without their comments.
  private func values(_ text: String) -> [String] {
    text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      let end = line.firstRange(of: "  #")?.lowerBound ?? line.endIndex
      return String(line[..<end].reversed().drop { $0 == " " }.reversed())
    }
  }

  /// An argument for every option, none of them the default.
  static let everything = [
    "--seed", "18446744073709551615", "--hidden", "64,32,1", "--activation", "relu",
    "--initialization", "pytorch", "--estimator", "total-return", "--baseline", "leave-one-out",
    "--gae-lambda", "0.9", "--value-hidden", "32,7", "--value-learning-rate", "0.003",
    "--value-passes", "11",
    "--discount", "0.9750000000000001", "--no-normalize-advantages", "--entropy", "1e-05",
    "--gradient-norm-limit", "0.1", "--reward-scale", "-0.3333333333333333", "--optimizer",
    "rmsprop", "--learning-rate", "5e-324", "--schedule", "cosine", "--schedule-updates", "77",
    "--episodes-per-update", "17", "--updates", "4294967295", "--until-return", "-1.5e-7",
    "--evaluate-every", "3", "--evaluation-episodes", "7", "--actors", "5", "--lanes", "33",
    "--threads", "2", "--bind", "ipc:///tmp/a b#c: \"x\"\\", "--checkpoint-every", "9",
    "--checkpoints-kept", "4", "--run-dir", "/tmp/ünïcode: # \"dir\"\n", "--log-format", "json",
    "--log-level", "trace", "--json", "--resume",
  ]

  @Test("what is printed reads back to the same values", arguments: [[], everything])
  func roundTrip(arguments: [String]) throws {
    let place = try Workplace()
    let first = place.run(["train", "cartpole", "--print-config"] + arguments)
    #expect(first.code == 0, "\(first.error)")
    let file = try place.file("printed.yaml", first.output)
    let second = place.run(["train", "--config", file, "--print-config"])
    #expect(second.code == 0, "\(second.error)")
    #expect(values(second.output).starts(with: values(first.output)), "\(second.output)")
    let third = place.run(
      ["train", "--config", try place.file("again.yaml", second.output), "--print-config"])
    #expect(values(third.output) == values(second.output))
  }

  @Test("every option is printed, flagged and read from a variable under its one name")
  func oneName() throws {
    let place = try Workplace()
    let help = place.run(["train", "--help"])
    let printed = place.run(["train", "cartpole", "--print-config"] + Self.everything)
    for line in values(printed.output) {
      let name = String(line.prefix { $0 != ":" })
      if name != "environment" { #expect(help.output.contains("--\(name)"), "\(name)") }
      // These four may be any text; everything else refuses this one by the variable's name.
      if ["environment", "run-dir", "keys", "python"].contains(name) { continue }
      let variable = "TROUPE_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
      let outcome = place.run(["train", "cartpole"], variables: [variable: "\u{1}"])
      #expect(outcome.code == 64, "\(name)")
      #expect(outcome.error.contains("\(variable) is \"\\u{01}\", but must be"), "\(outcome.error)")
    }
  }

  @Test("a run records what determines it, and not where it lies")
  func recorded() throws {
    let place = try Workplace()
    let outcome = place.troupe("train", "cartpole", "--seed", "9", "--log-level", "error", "--json")
    #expect(outcome.code == 0)
    let text = try place.text("runs/cartpole-seed9/config.yaml")
    for key in ["environment", "seed", "hidden", "learning-rate", "updates", "checkpoint-every"] {
      #expect(text.contains("\n\(key): "), "\(key)")
    }
    for key in ["run-dir", "resume", "log-level", "log-format", "json", "preset", "config"] {
      #expect(!text.contains("\n\(key): "), "\(key)")
    }
    let again = place.troupe(
      "train", "--config", "\(place.path)/runs/cartpole-seed9/config.yaml", "--print-config")
    #expect(values(again.output).sorted() == values(text).sorted())
  }
}

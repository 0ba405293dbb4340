import Cluster
import Foundation
import Policies
import RL
import Testing
import TroupeCommands

@Suite struct ExportCommandTests {
  private static let network = MLPPolicy(
    observationSize: 4, actionSpace: .discrete(count: 2),
    configuration: PolicyConfiguration(hidden: [8, 4], activation: .relu))

  private static func policy(of environment: String = "cartpole") -> RecordedPolicy {
    RecordedPolicy(
      policy: network, parameters: network.initialParameters(seed: 9), normalization: nil,
      environment: environment)
  }

  /// A run of that network, as if it had been trained.
  private static func trained(in place: Workplace, policy: RecordedPolicy? = Self.policy()) throws {
    let outcome = place.troupe(
      "train", "cartpole", "--hidden", "8,4", "--activation", "relu", "--learning-rate", "3e-5")
    try #require(outcome.code == 0, "\(outcome.error)")
    let path = "\(place.path)/runs/cartpole-seed1/policy.safetensors"
    guard let policy else { return try OpenFile.remove(path) }
    try AtomicFile.write(policy.safetensors, to: path)
  }

  @Test func `an export is parameters, graph, options, figures and a card`() throws {
    let place = try Workplace()
    try Self.trained(in: place)
    let directory = "\(place.path)/out/exported"
    let outcome = place.troupe("export", "cartpole-seed1", "--to", directory, "--episodes", "3")
    try #require(outcome.code == 0, "\(outcome.error)")
    // The recorder's returns are not those of any episode.
    #expect(
      outcome.error.contains(
        "no replay: slot 1 of the evaluation had a return of 11.0, and of 500.0 when it was played"),
      "\(outcome.error)")
    #expect(
      try OpenFile.names(in: directory).sorted()
        == [
          "README.md", "hyperparameters.json", "model.safetensors", "policy.onnx", "results.json",
        ])
    let model = try OpenFile.readAll("\(directory)/model.safetensors", limit: 1 << 20)
    #expect(model == Self.policy().safetensors)
    #expect(
      try OpenFile.readAll("\(directory)/policy.onnx", limit: 1 << 20) == Self.policy().onnx)

    let card = try place.text("out/exported/README.md")
    for part in [
      "---\nlibrary_name: troupe\n", "- name: \"cartpole-seed1\"", "type: mean_reward",
      "value: \"11.00 +/- 0.82\"", "4 → 8 → 4 → 2, relu", "| mean return | 11.00 | 1011.00 |",
      "torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 4),",
    ] {
      #expect(card.contains(part), "\(part) in \(card)")
    }
    let results = try #require(
      try JSONSerialization.jsonObject(with: Data(try place.text("out/exported/results.json").utf8))
        as? [String: Any])
    #expect(results["mean_reward"] as? Double == 11)
    #expect(results["n_evaluation_episodes"] as? Int == 3)

    let again = place.troupe(
      "export", "cartpole-seed1", "--to", "\(place.path)/again", "--episodes", "3", "--json")
    #expect(again.output.hasPrefix("{\"env_id\":\"cartpole\",\"mean_reward\":11.0,"))
    for name in try OpenFile.names(in: directory) {
      let first = try OpenFile.readAll("\(directory)/\(name)", limit: 1 << 20)
      #expect(try OpenFile.readAll("\(place.path)/again/\(name)", limit: 1 << 20) == first)
    }
  }

  @Test func `the exported options are a configuration that means the same run`() throws {
    let place = try Workplace()
    try Self.trained(in: place)
    let directory = "\(place.path)/exported"
    _ = place.troupe("export", "cartpole-seed1", "--to", directory)
    let printed = place.troupe(
      "train", "--config", "\(directory)/hyperparameters.json", "--print-config")
    let original = place.troupe(
      "train", "--resume", "--run-dir", "\(place.path)/runs/cartpole-seed1", "--print-config")
    for option in [
      "environment", "seed", "hidden", "activation", "learning-rate", "discount", "baseline",
      "gradient-norm-limit", "observation-scale", "env-arg", "normalize-advantages",
    ] {
      #expect(printed.printed(option) == original.printed(option), "\(option)")
      #expect(printed.printed(option) != nil, "\(option)")
    }
    #expect(printed.printed("learning-rate") == "3e-05")
  }

  @Test func `an import begins a run with that policy`() throws {
    let place = try Workplace()
    try Self.trained(in: place)
    let directory = "\(place.path)/exported"
    _ = place.troupe("export", "cartpole-seed1", "--to", directory)
    let outcome = place.troupe(
      "import", "\(directory)/model.safetensors", "--config", "\(directory)/hyperparameters.json")
    try #require(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.output.contains("as \(place.path)/runs/cartpole-seed1-2"), "\(outcome.output)")
    let imported = try OpenFile.readAll(
      "\(place.path)/runs/cartpole-seed1-2/policy.safetensors", limit: 1 << 20)
    #expect(imported == Self.policy().safetensors)
    #expect(place.exists("runs/cartpole-seed1-2/checkpoints/00000000.safetensors"))
    #expect(place.troupe("evaluate", "cartpole-seed1-2").code == 0)
    // Without the configuration, the file still names its environment and network.
    let bare = place.troupe("import", "\(directory)/model.safetensors", "--seed", "4", "--json")
    #expect(bare.output.contains("runs/cartpole-seed4"), "\(bare.output)")
    let config = try place.text("runs/cartpole-seed4/config.yaml")
    #expect(config.contains("hidden: [8, 4]"), "\(config)")
    #expect(config.contains("activation: relu"), "\(config)")
  }

  @Test func `what cannot be exported is refused, and nothing is written`() throws {
    let place = try Workplace()
    let directory = "\(place.path)/exported"
    try Self.trained(in: place, policy: nil)
    func refuse(_ arguments: [String], _ code: Int32, _ sentence: String) {
      let outcome = place.run(["export"] + arguments)
      #expect(outcome.code == code, "\(outcome.error)")
      #expect(outcome.error.contains(sentence), "\(outcome.error)")
      #expect(outcome.output.isEmpty)
    }
    refuse(
      ["nothing", "--to", directory], 64, "nothing is no run: there is no config.yaml in it or in")
    refuse(["cartpole-seed1", "--to", directory], 65, "once its first checkpoint is written")
    refuse(["cartpole-seed1", "--to", ""], 64, "--to is empty")
    try AtomicFile.write(
      Self.policy(of: "corridor").safetensors,
      to: "\(place.path)/runs/cartpole-seed1/policy.safetensors")
    refuse(
      ["cartpole-seed1", "--to", directory], 65,
      "environment is corridor, but must be cartpole, as the run has it")
    #expect(!place.exists("exported"))
    try OpenFile.makeDirectories(directory)
    _ = try place.file("exported/thesis.tex", "x")
    refuse(["cartpole-seed1", "--to", directory], 64, "not empty (thesis.tex lies in it)")
    #expect(try OpenFile.names(in: directory) == ["thesis.tex"])
    _ = try place.file("file", "x")
    refuse(["cartpole-seed1", "--to", "\(place.path)/file"], 69, "not a directory")
  }

  @Test func `what cannot be imported is refused, and no run is made`() throws {
    let place = try Workplace()
    let path = "\(place.path)/model.safetensors"
    try AtomicFile.write(Self.policy().safetensors, to: path)
    _ = try place.file("text", "not a policy")
    try AtomicFile.write(Self.policy(of: "breakout").safetensors, to: "\(place.path)/other")
    for (arguments, code, sentence) in [
      (["\(place.path)/none"], 65 as Int32, "\(place.path)/none"),
      (["\(place.path)/text"], 65, "text is no policy"),
      (["\(place.path)/other"], 65, "unknown environment breakout"),
      ([path, "--hidden", "64"], 65, "hidden is 8,4, but must be 64, as the run has it"),
      ([path, "--activation", "tanh"], 65, "activation is relu, but must be tanh"),
      ([path, "corridor"], 65, "environment is cartpole, but must be corridor"),
      ([path, "--frame-stack", "2"], 65, "observation size is 4, but must be 8"),
      ([path, "--normalize-observations"], 65, "normalize-observations is false"),
      ([path, "--sed", "3"], 64, "did you mean '--seed'"),
    ] {
      let outcome = place.run(["import"] + arguments)
      #expect(outcome.code == code, "\(outcome.error)")
      #expect(outcome.error.contains(sentence), "\(outcome.error)")
      #expect(outcome.output.isEmpty)
      #expect(!place.exists("runs"), "\(arguments)")
    }
  }
}

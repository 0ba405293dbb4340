import Cluster
import Foundation
import Testing
import TroupeCommands

@Suite struct CommandErrorTests {
  static let usage: [(arguments: [String], says: String)] = [
    (["frain"], "unknown command frain; did you mean train?"),
    (["train"], "no environment is given; name one of: cartpole, corridor"),
    (["train", "cartpol"], "unknown environment cartpol; did you mean cartpole? this program has"),
    (["train", "Cart-Pole"], "did you mean cartpole?"),
    (["train", "breakout"], "unknown environment breakout; this program has: cartpole, corridor"),
    (["train", "cartpole", "corridor"], "unexpected argument 'corridor'"),
    (["train", "cartpole", "--sed", "3"], "unknown option '--sed'; did you mean '--seed'?"),
    (["train", "cartpole", "--seed"], "missing value for '--seed <number>'"),
    (["train", "cartpole", "--seed", ""], "--seed is \"\", but must be"),
    (["train", "cartpole", "--seed", "-1"], "--seed is -1, but must be a whole number from 0"),
    (["train", "cartpole", "--seed", "1 2"], "--seed is \"1 2\", but must be"),
    (["train", "cartpole", "--learning-rate", "nan"], "--learning-rate is nan, but must be"),
    (["train", "cartpole", "--learning-rate", "inf"], "--learning-rate is inf, but must be"),
    (["train", "cartpole", "--learning-rate", "0x1p-3"], "--learning-rate is 0x1p-3, but must be"),
    (["train", "cartpole", "--learning-rate", "0.1x"], "--learning-rate is 0.1x, but must be"),
    (["train", "cartpole", "--learning-rate", "-1"], "--learning-rate is -1.0, but must be 0 to"),
    (["train", "cartpole", "--learning-rate", "--seed", "1"], "'--seed' is invalid for"),
    (["train", "cartpole", "--discount", "1.01"], "--discount is 1.01, but must be 0 to 1"),
    (["train", "cartpole", "--hidden", "64,,64"], "--hidden is 64,,64, but must be layer sizes"),
    (["train", "cartpole", "--hidden", "0"], "--hidden is 0, but must be layer sizes"),
    (["train", "cartpole", "--hidden", "64 64"], "--hidden is \"64 64\", but must be"),
    (["train", "cartpole", "--episodes-per-update", "0"], "--episodes-per-update is 0, but must"),
    (["train", "cartpole", "--episodes-per-update", "1"], "at least 2 with baseline"),
    (["train", "cartpole", "--estimator", "magic"], "--estimator is magic, but must be"),
    (["train", "cartpole", "--schedule", "linear"], "schedule-updates is"),
    (["train", "cartpole", "--reward-scale", "0"], "--reward-scale is 0.0, but must be"),
    (["train", "cartpole", "--gradient-norm-limit", "0"], "--gradient-norm-limit is 0.0"),
    (["train", "cartpole", "--gae-lambda", "1.5"], "--gae-lambda is 1.5, but must be 0 to 1"),
    (["train", "cartpole", "--value-hidden", "0"], "--value-hidden is 0, but must be layer sizes"),
    (
      ["train", "cartpole", "--value-learning-rate", "-1"],
      "--value-learning-rate is -1.0, but must"
    ),
    (
      ["train", "cartpole", "--value-passes", "0"],
      "--value-passes is 0, but must be a whole number"
    ),
    (
      ["train", "cartpole", "--baseline", "value", "--estimator", "total-return"],
      "baseline is value, but must be none, mean or leave-one-out with estimator total-return"
    ),
    (["train", "cartpole", "--updates", "0"], "--updates is 0, but must be a whole number from 1"),
    (["train", "cartpole", "--updates", "1e3"], "--updates is 1e3, but must be a whole number"),
    (["train", "cartpole", "--updates", "4294967296"], "--updates is 4294967296, but must be"),
    (["train", "cartpole", "--evaluate-every", "none"], "until-return needs evaluations"),
    (["train", "cartpole", "--actors", "0"], "--actors is 0, but must be a whole number from 1"),
    (["train", "cartpole", "--lanes", "many"], "--lanes is many, but must be"),
    (["train", "cartpole", "--threads", "-1"], "--threads is -1, but must be"),
    (["train", "cartpole", "--preset", "cartpoll"], "--preset is cartpoll, but must be none or"),
    (["train", "cartpole", "--bind", "nowhere"], "--bind is nowhere, but must be tcp://HOST:PORT"),
    (["train", "cartpole", "--bind", "tcp://127.0.0.1:99999"], "--bind is tcp://127.0.0.1:99999"),
    (["train", "cartpole", "--json=3"], "'--json' does not take any value"),
    (["learner", "cartpole", "--actors", "3"], "unknown option '--actors'"),
    (["actor"], "no learner is given; write --connect tcp://127.0.0.1:5555"),
    (["actor", "--connect", "tcp://*:5555"], "--connect is tcp://*:5555, but must be one host"),
    (["actor", "--connect", "x"], "--connect is x, but must be"),
    (["actor", "--connect", "tcp://h:1", "--patience", "soon"], "--patience is soon, but must be"),
    (["evaluate"], "missing expected argument '<run>'"),
    (["evaluate", "x", "--policy", "last"], "--policy is last, but must be newest, best, or a"),
    (["compare", "x", "--policy", "4e2"], "--policy is 4e2, but must be newest, best, or a"),
    (["evaluate", "nothing-here"], "nothing-here is no run: there is no config.yaml in it or in"),
    (["compare"], "missing expected argument '<run>"),
    (["export", "nothing-here"], "missing expected argument '--to <directory>'"),
    (
      ["export", "nothing-here", "--to", "x"],
      "nothing-here is no run: there is no config.yaml in it or in"
    ),
    (["import"], "missing expected argument '<file>'"),
    (["plot", "x", "--x", "hours"], "'--x <progress>', but must be one of 'updates', 'steps'"),
    (["environments", "cartpol"], "unknown environment cartpol; did you mean cartpole?"),
  ]

  @Test("wrong usage is one sentence and exit code 64, and nothing is made", arguments: usage)
  func wrongUsage(arguments: [String], says: String) throws {
    let place = try Workplace()
    let outcome = place.run(arguments)
    #expect(outcome.code == 64)
    #expect(outcome.output.isEmpty)
    #expect(outcome.error.hasPrefix("troupe: error: "), "\(outcome.error)")
    #expect(outcome.error.contains(says), "\(outcome.error)")
    #expect(outcome.error.split(separator: "\n").count == 1, "\(outcome.error)")
    #expect(!place.exists("runs"))
  }

  @Test("a bad value in a variable names the variable")
  func variable() throws {
    let outcome = try Workplace().troupe(
      "train", "cartpole", variables: ["TROUPE_DISCOUNT": "2"])
    #expect(outcome.code == 64)
    #expect(outcome.error == "troupe: error: TROUPE_DISCOUNT is 2.0, but must be 0 to 1\n")
  }

  static let reachable = [
    "tcp://0.0.0.0:5555", "tcp://*:5555", "tcp://192.168.1.5:5555", "tcp://[::]:5555",
    "tcp://eth0:5555", "tcp://128.0.0.1:5555",
  ]

  @Test("where other machines reach it, nothing starts without keys", arguments: reachable)
  func notLoopback(address: String) throws {
    var commands = [["learner", "cartpole", "--bind"], ["train", "cartpole", "--bind"]]
    if !address.contains("*") { commands.append(["actor", "--connect"]) }
    for command in commands {
      let place = try Workplace()
      let outcome = place.run(command + [address])
      #expect(outcome.code == 64)
      #expect(
        outcome.error.contains("so it needs keys: run troupe keygen DIR once and add --keys DIR"),
        "\(outcome.error)")
      #expect(!place.exists("runs"))
      #expect(place.run(command + [address, "--keys", "keys"]).code == 0)
      #expect(place.run(command + [address], variables: ["TROUPE_KEYS": "keys"]).code == 0)
      #expect(place.run(command + [address, "--insecure"]).code == 0)
      let both = place.run(command + [address, "--insecure", "--keys", "keys"])
      #expect(both.code == 64)
      #expect(both.error.contains("--insecure means no keys, but --keys"), "\(both.error)")
    }
  }

  @Test(
    "loopback and ipc are listened on",
    arguments: ["tcp://127.0.0.1:5555", "tcp://127.1.2.3:65534", "tcp://[::1]:1", "ipc:///tmp/a"])
  func loopback(address: String) throws {
    let outcome = try Workplace().troupe("learner", "cartpole", "--bind", address)
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.learner?.learner.bind == address)
  }

  @Test(
    "help comes with an example and exit code 0",
    arguments: [
      ("train", "troupe train cartpole"), ("learner", "troupe learner cartpole --bind"),
      ("actor", "troupe actor --connect"), ("evaluate", "troupe evaluate runs/"),
      ("environments", "troupe environments cartpole"), ("keygen", "troupe keygen keys"),
      ("init", "troupe init my-environment"),
      ("doctor", "troupe doctor gymnasium:LunarLander-v3"),
      ("compare", "troupe compare runs/"), ("export", "troupe export runs/"),
      ("import", "troupe import exported/"), ("launch", "troupe launch cluster/"),
      ("relay", "troupe relay --connect"),
    ])
  func help(command: String, example: String) throws {
    let place = try Workplace()
    for arguments in [[command, "--help"], ["help", command], [command, "-h"]] {
      let outcome = place.run(arguments)
      #expect(outcome.code == 0)
      #expect(outcome.error.isEmpty)
      #expect(outcome.output.contains("Example: \(example)"), "\(outcome.output)")
      let usage = outcome.output.split(separator: "\n").first { $0.hasPrefix("USAGE: ") }
      #expect(try #require(usage).count <= 80, "\(usage ?? "")")
      #expect(!outcome.output.contains("  Tcp://"))
    }
    #expect(place.run([]).output.contains("Start here: troupe train cartpole"))
  }

  /// The release is that of the Python package, which is read here from where the tests lie.
  @Test func theVersionIsThatOfThePythonPackage() throws {
    let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "python/pyproject.toml")
    let line = try String(contentsOf: project, encoding: .utf8).split(separator: "\n")
      .first { $0.hasPrefix("version = ") }
    let version = try #require(line).split(separator: "\"")[1]
    let outcome = try Workplace().run(["--version"])
    #expect(outcome.code == 0)
    #expect(outcome.output == "troupe \(version), protocol 1\n")
  }
}

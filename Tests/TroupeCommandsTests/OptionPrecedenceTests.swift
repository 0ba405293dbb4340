import Testing

@Suite struct OptionPrecedenceTests {
  @Test("flags win over variables, variables over the file, the file over the preset")
  func order() throws {
    let place = try Workplace()
    let file = try place.file(
      "a.yaml", "discount: 0.5\nlearning-rate: 0.5\nepisodes-per-update: 5\n")
    let variables = ["TROUPE_DISCOUNT": "0.6", "TROUPE_LEARNING_RATE": "0.6"]
    let outcome = place.troupe(
      "train", "cartpole", "--print-config", "--config", file, "--discount", "0.7",
      variables: variables)
    #expect(outcome.code == 0)
    #expect(outcome.printed("discount") == "0.7")
    #expect(outcome.printed("learning-rate") == "0.6")
    #expect(outcome.printed("episodes-per-update") == "5")
    #expect(outcome.printed("until-return") == "475")
    #expect(outcome.printed("seed") == "1")
    #expect(outcome.output.contains("discount: 0.7                     # command line\n"))
    #expect(outcome.output.contains("# TROUPE_LEARNING_RATE\n"))
    #expect(outcome.output.contains("# \(file), line 3\n"))
    #expect(outcome.output.contains("# preset cartpole\n"))
    #expect(outcome.output.contains("# default\n"))
  }

  @Test("CartPole's default is the preset that solves it")
  func preset() throws {
    let outcome = try Workplace().troupe("train", "cartpole", "--print-config")
    let expected = [
      "hidden": "[16]", "activation": "tanh", "episodes-per-update": "32", "learning-rate": "0.03",
      "discount": "0.99", "baseline": "leave-one-out-per-step", "normalize-advantages": "true",
      "optimizer": "adam", "until-return": "475", "evaluate-every": "5",
      "evaluation-episodes": "100", "updates": "1000", "estimator": "reward-to-go",
    ]
    for (name, value) in expected { #expect(outcome.printed(name) == value, "\(name)") }
  }

  @Test("an environment without a preset starts from the defaults")
  func noPreset() throws {
    let outcome = try Workplace().troupe("train", "corridor", "--print-config")
    #expect(outcome.printed("until-return") == "none")
    #expect(outcome.printed("baseline") == "mean")
    let none = try Workplace().troupe("train", "cartpole", "--preset", "none", "--print-config")
    #expect(none.printed("baseline") == "mean")
  }

  @Test("a preset names its environment, and serves another one")
  func presetChoice() throws {
    let alone = try Workplace().troupe("train", "--preset", "cartpole", "--print-config")
    #expect(alone.printed("environment") == "cartpole")
    let other = try Workplace().troupe(
      "train", "corridor", "--preset", "cartpole", "--print-config")
    #expect(other.printed("environment") == "corridor")
    #expect(other.printed("discount") == "0.99")
  }

  @Test("updates alone replace the preset's until-return, wherever they are given")
  func exactUpdates() throws {
    let place = try Workplace()
    let flag = place.troupe("train", "cartpole", "--updates", "50", "--print-config")
    #expect(flag.printed("updates") == "50")
    #expect(flag.printed("until-return") == "none")
    #expect(flag.output.contains("# because updates was given\n"))
    let variable = place.troupe(
      "train", "cartpole", "--print-config", variables: ["TROUPE_UPDATES": "50"])
    #expect(variable.printed("until-return") == "none")
    let both = place.troupe(
      "train", "cartpole", "--updates", "50", "--until-return", "400", "--print-config")
    #expect(both.printed("until-return") == "400")
  }

  @Test("a value may start with a dash")
  func negative() throws {
    let outcome = try Workplace().troupe(
      "train", "cartpole", "--until-return", "-150", "--print-config")
    #expect(outcome.printed("until-return") == "-150")
  }

  @Test("a switch can be turned off and on, and the last one counts")
  func toggle() throws {
    let place = try Workplace()
    let off = place.troupe("train", "cartpole", "--no-normalize-advantages", "--print-config")
    #expect(off.printed("normalize-advantages") == "false")
    let on = place.troupe(
      "train", "cartpole", "--no-normalize-advantages", "--normalize-advantages", "--print-config",
      variables: ["TROUPE_NORMALIZE_ADVANTAGES": "false"])
    #expect(on.printed("normalize-advantages") == "true")
  }

  @Test("an empty variable counts as unset")
  func emptyVariable() throws {
    let outcome = try Workplace().troupe(
      "train", "cartpole", "--print-config", variables: ["TROUPE_SEED": ""])
    #expect(outcome.code == 0)
    #expect(outcome.printed("seed") == "1")
  }

  @Test("the environment can come from anywhere")
  func environment() throws {
    let place = try Workplace()
    let variable = place.troupe(
      "train", "--print-config", variables: ["TROUPE_ENVIRONMENT": "corridor"])
    #expect(variable.printed("environment") == "corridor")
    let file = try place.file("a.yaml", "environment: cartpole\n")
    let fromFile = place.troupe(
      "train", "--print-config", variables: ["TROUPE_CONFIG": file])
    #expect(fromFile.printed("environment") == "cartpole")
    #expect(fromFile.printed("until-return") == "475")
  }

  @Test("a variable that is nearly an option is pointed out, and others are left alone")
  func unknownVariable() throws {
    let outcome = try Workplace().troupe(
      "train", "cartpole", "--print-config",
      variables: ["TROUPE_LEARNING_RAT": "1", "TROUPE_SOMETHING_ELSE": "1", "TROUPE_ISA": "avx2"])
    #expect(outcome.code == 0)
    #expect(
      outcome.error
        == "troupe: warning: TROUPE_LEARNING_RAT is no option and is ignored; did you mean "
        + "TROUPE_LEARNING_RATE?\n")
  }
}

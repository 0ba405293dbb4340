/// Named values that were seen to solve an environment.
struct Preset: Hashable, Sendable {
  let name: String
  let environment: String
  /// Option names and the texts a user would write.
  let values: [String: String]
}

extension Preset {
  /// All presets. One that is named like its environment is that environment's default.
  static let all = [
    // 100 of 100 seeds reached 475 after 20 updates (median), 28 at most.
    Preset(
      name: "cartpole", environment: "cartpole",
      values: returns([
        "hidden": "16", "learning-rate": "0.03", "episodes-per-update": "32", "updates": "1000",
        "until-return": "475", "evaluate-every": "5",
      ])),
    // Reaches 475 and loses it again now and then.
    Preset(
      name: "course", environment: "cartpole",
      values: course([
        "hidden": "16", "discount": "1", "learning-rate": "0.01", "updates": "1000",
        "until-return": "475", "evaluate-every": "25",
      ])),
    // Linear policies, searched without a gradient. Of seeds 1001 to 1010 all were solved, in 936 (hill
    // climbing), 504 (annealing) and 1,472 episodes (evolution) at most.
    Preset(
      name: "cartpole-hill-climbing", environment: "cartpole",
      values: search(["method": "hill-climbing"])),
    // Many candidates of two episodes each: of seeds 601 to 800, 179 of 180 within 3,000 episodes; eight
    // candidates of four episodes lost one of twenty-five.
    Preset(
      name: "cartpole-annealing", environment: "cartpole",
      values: search([
        "method": "annealing", "episodes-per-update": "72", "episodes-per-candidate": "2",
        "temperature": "20", "cooling": "0.8",
      ])),
    Preset(
      name: "cartpole-evolution", environment: "cartpole",
      values: evolution(["episodes-per-update": "16"])),
    // A linear policy, searched without a gradient: seeds 2001 to 2010 were all solved, after 128 episodes and
    // 94,407 steps at most. The factors make position and velocity alike; nothing was learned without.
    Preset(
      name: "mountaincar-evolution", environment: "mountaincar-continuous",
      values: evolution([
        "observation-scale": "1,30", "episodes-per-update": "32", "updates": "60",
        "until-return": "90",
      ])),
    // The learning rate goes to 0, because the return is flat around the best policy.
    Preset(
      name: "hamster", environment: "hamster",
      values: returns([
        "hidden": "16", "baseline": "leave-one-out", "learning-rate": "0.03", "schedule": "linear",
        "schedule-updates": "300", "episodes-per-update": "32", "updates": "300",
        "evaluate-every": "100", "evaluation-episodes": "1000",
      ])),
    Preset(
      name: "acrobot", environment: "acrobot",
      values: returns([
        "hidden": "32,32", "reward-scale": "0.1", "learning-rate": "0.01",
        "episodes-per-update": "16", "updates": "1000", "until-return": "-85",
        "evaluate-every": "1",
      ])),
    Preset(
      name: "lanekeep", environment: "lanekeep",
      values: returns([
        "hidden": "32,32", "initial-log-std": "-0.7", "learning-rate": "0.01",
        "episodes-per-update": "16", "updates": "1000", "until-return": "398",
        "evaluate-every": "2",
      ])),
    // Seeds 1001 to 1010: 10 of 10, in 0.72 million steps at most; learning rate 0.01 lost one of three.
    Preset(
      name: "pendulum", environment: "pendulum",
      values: value([
        "hidden": "64,64", "initial-log-std": "0", "discount": "0.95", "reward-scale": "0.1",
        "learning-rate": "0.005", "value-hidden": "64,64",
        "value-learning-rate": "0.01", "value-passes": "5", "updates": "400",
        "until-return": "-170", "evaluate-every": "2",
      ])),
    // Seeds 1001 to 1010: 10 of 10, in 0.22 to 0.35 million steps. Without centred observations the same
    // takes 1.3 to 2 million. Less noise at first, or a smaller learning rate, finds the goal too late.
    Preset(
      name: "mountaincar-continuous", environment: "mountaincar-continuous",
      values: value([
        "hidden": "32", "initial-log-std": "-0.2", "normalize-observations": "true",
        "discount": "0.999", "reward-scale": "0.1", "learning-rate": "0.03",
        "value-hidden": "32", "value-learning-rate": "0.01", "value-passes": "5",
        "updates": "300", "until-return": "93", "evaluate-every": "1",
      ])),
    // The course's network, with a learned value function and centred observations. An orthogonal V, large
    // at first where observations are, sent one of two seeds into always the same action.
    Preset(
      name: "pixelcopter", environment: "pixelcopter",
      values: pixelcopter(["updates": "2000", "until-return": "100"])),
    // The same for 50,000 episodes: 301, 332, 267 and 365 with seeds 1001 to 1004, never below 139 once
    // 130 was passed.
    Preset(
      name: "pixelcopter-long", environment: "pixelcopter",
      values: pixelcopter(["updates": "3125", "evaluate-every": "125"])),
    // Seeds 1001 to 1010 end at 9, 31, 61, 38, 47, 46, 34, 68, 58 and 55: a single version may be in a dip, so
    // the best is looked for often.
    Preset(
      name: "pixelcopter-course", environment: "pixelcopter",
      values: course([
        "hidden": "64,128", "learning-rate": "0.0001", "updates": "50000", "evaluate-every": "1000",
        "checkpoint-every": "1000",
      ])),
    // One seed in four or five stays on a plateau: docs/gymnasium.md has the cause and what else was tried.
    Preset(
      name: "gymnasium:LunarLander-v3", environment: "gymnasium:LunarLander-v3",
      values: value([
        "hidden": "64,64", "discount": "0.999", "gae-lambda": "0.98", "reward-scale": "0.1",
        "entropy": "0.01", "gradient-norm-limit": "1", "learning-rate": "0.005",
        "value-hidden": "64,64", "value-learning-rate": "0.01", "value-passes": "5",
        "updates": "600", "until-return": "200",
      ])),
    // Learns the long arm within 20 updates. With `--collection first-come` it learns the short one.
    Preset(
      name: "two-arms", environment: "two-arms",
      values: returns([
        "hidden": "none", "baseline": "none", "discount": "1", "normalize-advantages": "false",
        "learning-rate": "0.05", "episodes-per-update": "16", "updates": "100",
        "evaluate-every": "50",
      ])),
  ]

  /// These values on top of what the searches of a linear policy have in common.
  private static func search(_ values: [String: String]) -> [String: String] {
    let common = [
      "hidden": "none", "initialization": "orthogonal", "noise": "0.5", "noise-low": "0.3",
      "noise-high": "2", "episodes-per-update": "36", "episodes-per-candidate": "4",
      "updates": "200", "until-return": "475", "evaluate-every": "1", "evaluation-episodes": "100",
    ]
    return common.merging(values) { $1 }
  }

  /// The same for evolution strategies.
  private static func evolution(_ values: [String: String]) -> [String: String] {
    search([
      "method": "evolution-strategies", "episodes-per-candidate": "1", "optimizer": "adam",
      "learning-rate": "0.1",
    ]).merging(values) { $1 }
  }

  /// The values of `preset` for an environment that follows the same rules elsewhere.
  private static func same(as preset: Preset, for environment: String) -> Preset {
    Preset(name: environment, environment: environment, values: preset.values)
  }

  /// What the presets of policy gradients have in common.
  private static let common = [
    "activation": "tanh", "initialization": "orthogonal", "estimator": "reward-to-go",
    "normalize-advantages": "true", "optimizer": "adam", "evaluation-episodes": "100",
  ]

  /// These values on top of what is common to the presets whose weights come from returns alone.
  private static func returns(_ values: [String: String]) -> [String: String] {
    common.merging(["baseline": "leave-one-out-per-step", "discount": "0.99"]) { $1 }
      .merging(values) { $1 }
  }

  /// The hyper-parameters of the Hugging Face course (deep RL, unit 4): one episode an update,
  /// standardised by itself.
  private static func course(_ values: [String: String]) -> [String: String] {
    returns([
      "activation": "relu", "initialization": "pytorch", "baseline": "standardize",
      "normalize-advantages": "false", "episodes-per-update": "1",
    ]).merging(values) { $1 }
  }

  /// The same for those that learn a value function.
  private static func value(_ values: [String: String]) -> [String: String] {
    let learned = [
      "baseline": "value", "gae-lambda": "0.95", "episodes-per-update": "16", "evaluate-every": "5",
    ]
    return common.merging(learned) { $1 }.merging(values) { $1 }
  }

  private static func pixelcopter(_ goal: [String: String]) -> [String: String] {
    value([
      "hidden": "64,128", "activation": "relu", "initialization": "pytorch",
      "normalize-observations": "true", "discount": "0.98", "gae-lambda": "0.9",
      "entropy": "0.01", "gradient-norm-limit": "1", "learning-rate": "0.001",
      "value-hidden": "64,64", "value-learning-rate": "0.001", "value-passes": "4",
    ]).merging(goal) { $1 }
  }

  /// Of Gymnasium's own version of an environment the values are the same.
  private static let gymnasiumNames = [
    "cartpole": "CartPole-v1", "acrobot": "Acrobot-v1", "pendulum": "Pendulum-v1",
    "mountaincar-continuous": "MountainCarContinuous-v0",
  ]

  static func named(_ name: String) -> Preset? {
    if let preset = all.first(where: { $0.name == name }) { return preset }
    return all.lazy.compactMap { preset in
      gymnasiumNames[preset.name].map { same(as: preset, for: "gymnasium:\($0)") }
    }.first { $0.name == name }
  }
}

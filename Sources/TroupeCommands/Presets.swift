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
      values: [
        "hidden": "16", "activation": "tanh", "initialization": "orthogonal",
        "estimator": "reward-to-go", "baseline": "leave-one-out-per-step", "discount": "0.99",
        "normalize-advantages": "true", "optimizer": "adam", "learning-rate": "0.03",
        "episodes-per-update": "32", "updates": "1000", "until-return": "475",
        "evaluate-every": "5", "evaluation-episodes": "100",
      ])
  ]

  static func named(_ name: String) -> Preset? { all.first { $0.name == name } }
}

import RL

/// A decision process small enough to enumerate: three states of which two look alike, two actions,
/// stochastic transitions, episodes of one to three steps.
struct AliasedProcess {
  struct Trajectory {
    var states: [Int] = []
    var actions: [Int] = []
    var rewards: [Float] = []
    var end = EpisodeEnd.truncated
    /// Probability of the environment's part; the policy's comes on top.
    var dynamics = 1.0
  }

  static let horizon = 3
  /// Features that the policy sees; the states 1 and 2 are aliased.
  static func observation(of state: Int) -> [Float] { state == 0 ? [1, 0.5] : [-0.5, 1] }
  static func reward(state: Int, action: Int) -> Float {
    [[0.5, -1], [2, 0.25], [-1, 3]][state][action]
  }
  /// Successors with their probabilities; nil ends the episode.
  static func successors(state: Int, action: Int) -> [(state: Int?, probability: Double)] {
    switch (state, action) {
    case (0, 0): [(1, 0.7), (2, 0.3)]
    case (0, 1): [(2, 0.6), (nil, 0.4)]
    case (1, 0): [(0, 0.5), (2, 0.5)]
    case (1, 1): [(nil, 1)]
    case (2, 0): [(0, 1)]
    default: [(1, 0.25), (2, 0.75)]
    }
  }

  /// Every trajectory from state 0.
  static func trajectories() -> [Trajectory] {
    var finished: [Trajectory] = []
    func extend(_ trajectory: Trajectory, state: Int) {
      for action in 0..<2 {
        var next = trajectory
        next.states.append(state)
        next.actions.append(action)
        next.rewards.append(reward(state: state, action: action))
        for successor in successors(state: state, action: action) {
          var branch = next
          branch.dynamics *= successor.probability
          if let state = successor.state, branch.states.count < horizon {
            extend(branch, state: state)
          } else {
            if successor.state == nil { branch.end = .terminated }
            finished.append(branch)
          }
        }
      }
    }
    extend(Trajectory(), state: 0)
    return finished
  }

  /// J(θ) of a linear softmax policy by dynamic programming, in double precision.
  static func value(_ parameters: [Double], discount: Double) -> Double {
    func value(_ state: Int, _ step: Int) -> Double {
      let features = observation(of: state).map(Double.init)
      let probabilities = probabilities(parameters, features)
      return (0..<2).reduce(0.0) { sum, action in
        var total = Double(reward(state: state, action: action))
        if step + 1 < horizon {
          for successor in successors(state: state, action: action) {
            if let state = successor.state {
              total += discount * successor.probability * value(state, step + 1)
            }
          }
        }
        return sum + probabilities[action] * total
      }
    }
    return value(0, 0)
  }

  static func probabilities(_ parameters: [Double], _ features: [Double]) -> [Double] {
    let logits = (0..<2).map { action in
      parameters[4 + action] + parameters[2 * action] * features[0]
        + parameters[2 * action + 1] * features[1]
    }
    // e^z without libm: the difference decides.
    let ratio = exponential(logits[1] - logits[0])
    return [1 / (1 + ratio), ratio / (1 + ratio)]
  }

  /// eˣ by halving the argument twenty times; 1e-15 for the small arguments here.
  private static func exponential(_ x: Double) -> Double {
    let small = x / 1_048_576
    var result = small + small * small / 2 + small * small * small / 6
    for _ in 0..<20 { result = result * (2 + result) }
    return 1 + result
  }
}

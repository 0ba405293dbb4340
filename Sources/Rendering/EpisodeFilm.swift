package import Drawing
package import RL

/// One episode, played again, with all that is shown of it: pictures, what the policy saw, what it made of
/// that, what it did and what it got.
package struct EpisodeFilm: Sendable {
  package struct Step: Sendable {
    package let observation: [Float]
    package let action: [Float]
    package let distribution: ActionDistribution
    package let reward: Double

    package init(
      observation: [Float], action: [Float], distribution: ActionDistribution, reward: Double
    ) {
      self.observation = observation
      self.action = action
      self.distribution = distribution
      self.reward = reward
    }
  }

  /// Of the environment.
  package let title: String
  /// Which episode of its run it is.
  package let subtitle: String
  /// One for each entry of an observation.
  package let observationNames: [String]
  /// One for each alternative of a discrete space, otherwise one for each entry of an action.
  package let actionNames: [String]
  package let steps: [Step]
  /// How it ended, in a word or a few.
  package let ending: String
  /// Before each step and after the last. Without a picture of the environment, curves of what was observed.
  package let scenes: [Scene]
  /// Sum of the rewards before each step and after the last.
  package let returns: [Double]

  /// The whole episode; `type` is that of an environment in Swift, which may be drawable. Version and slot
  /// are its subtitle unless another is given.
  package init<P: Policy>(
    _ replay: EpisodeReplay<P>, environment name: String, type: (any Environment.Type)?,
    subtitle: String? = nil, seed: UInt64, transform: ActionTransform
  ) {
    let description = type?.description ?? EnvironmentDescription()
    title = name
    self.subtitle = subtitle ?? "\(replay.round), slot \(replay.slot)"
    let steps = replay.map { step in
      Step(
        observation: step.observation, action: step.action, distribution: step.distribution,
        reward: Double(step.reward))
    }
    self.steps = steps
    ending =
      replay.fault.map { "stopped: the environment \($0.problem)" }
      ?? (replay.header.end == .terminated ? "terminated" : "truncated")
    observationNames = Self.names(
      description.observationNames, count: replay.block.observationSize, otherwise: "entry")
    actionNames = Self.actionNames(description.actionNames, of: replay.actionSpace)
    let drawn = type.flatMap { type in
      EpisodePictures.scenes(
        of: type, seed: seed, round: replay.round, slot: replay.slot, actions: steps.map(\.action),
        transform: transform)
    }
    scenes = drawn ?? ObservationCurves(of: steps.map(\.observation)).scenes
    returns = steps.reduce(into: [0]) { sums, step in
      sums.append((sums.last ?? 0) + step.reward)
    }
  }

  /// The names if they are one for each entry, or numbers.
  private static func names(_ names: [String], count: Int, otherwise word: String) -> [String] {
    names.count == count ? names : (0..<count).map { "\(word) \($0)" }
  }

  private static func actionNames(_ names: [String], of space: ActionSpace) -> [String] {
    if case .discrete(let count) = space {
      return Self.names(names, count: count, otherwise: "action")
    }
    return Self.names(names, count: space.actionSize, otherwise: "entry")
  }

  /// Numbers of the scenes that are shown where at most `limit` are: each, or every second, third and so on,
  /// and always the last.
  ///
  /// - Precondition: at least two are shown.
  package func frames(limit: Int) -> [Int] {
    precondition(limit >= 2, "a film has a beginning and an end")
    let last = scenes.count - 1
    let stride = max(1, (last + limit - 2) / (limit - 1))
    return Array(Swift.stride(from: 0, to: last, by: stride)) + [last]
  }

  /// The step that a scene's panel shows: the one that follows it, and after the end the last.
  func step(at frame: Int) -> Step? {
    steps.isEmpty ? nil : steps[min(frame, steps.count - 1)]
  }

  /// For each entry of an observation the greatest magnitude in the episode.
  var observationScales: [Double] {
    observationNames.indices.map { entry in
      steps.reduce(0.0) { max($0, abs(Double($1.observation[entry]))) }
    }
  }

  /// For each entry of a continuous action what its samples and its distribution span in the episode.
  var actionRanges: [ClosedRange<Double>] {
    guard case .gaussian = steps.first?.distribution else { return [] }
    return actionNames.indices.map { entry in
      var (low, high) = (Double.infinity, -Double.infinity)
      for step in steps {
        guard case .gaussian(let means, let deviations) = step.distribution else { continue }
        let (mean, deviation) = (Double(means[entry]), Double(deviations[entry]))
        low = min(low, mean - deviation, Double(step.action[entry]))
        high = max(high, mean + deviation, Double(step.action[entry]))
      }
      return low < high ? low...high : low - 1...low + 1
    }
  }
}

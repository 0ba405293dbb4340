package import Drawing
package import Monitoring
package import RL

/// An episode that was played again, as the dashboard draws it: one scene a step, and what the policy saw
/// and did.
package enum EpisodePictures {
  /// Longer episodes are shown up to here.
  package static let frameLimit = 600

  /// The scenes before each step and after the last, of the same environment fed with the actions of an
  /// episode; nil for an environment that says nothing of how it looks.
  ///
  /// Shape: `actions` `[stepCount]`, each of the action space's entries, as sampled.
  package static func scenes(
    of environment: any Environment.Type, seed: UInt64, round: RoundID, slot: Int,
    actions: [[Float]], transform: ActionTransform = .none
  ) -> [Scene]? {
    func play<E: Environment>(_ type: E.Type) -> [Scene]? {
      var environment = E()
      guard environment is any Drawable else { return nil }
      func stream(_ purpose: StreamPurpose, step: Int) -> RandomStream {
        RandomStream(
          seed: seed, version: round.version, slot: slot, kind: round.kind, purpose: purpose,
          step: step)
      }
      func scene() -> [Scene] { (environment as? any Drawable).map { [$0.scene] } ?? [] }
      var values = [Float](repeating: 0, count: environment.observationSize)
      var observation = values.mutableSpan
      var random = stream(.reset, step: 0)
      environment.reset(using: &random, observation: &observation)
      var scenes = scene()
      for (step, sampled) in actions.enumerated() {
        let action = transform.applied(to: sampled, in: environment.actionSpace)
        random = stream(.dynamics, step: step)
        _ = environment.step(
          E.Action.read(action.span, actionSize: action.count, lane: 0, stride: 1),
          using: &random, observation: &observation)
        scenes += scene()
      }
      return scenes
    }
    return play(environment)
  }

  /// The episode as the page takes it; `scenes` is absent where there is no picture.
  package static func json<P: Policy>(
    of replay: EpisodeReplay<P>, environment: any Environment.Type, seed: UInt64,
    transform: ActionTransform
  ) -> JSONValue {
    let steps = Array(replay.prefix(frameLimit))
    let description = environment.description
    var fields: [JSONValue.Field] = [
      .init("version", .unsigned(UInt64(replay.round.version.rawValue))),
      .init("slot", .integer(replay.slot)), .init("steps", .integer(replay.stepCount)),
      .init("return", .number(replay.episodeReturn)),
      .init("action_names", .array(description.actionNames.map { .string($0) })),
      .init("actions", .array(steps.map { .array($0.action.map(rounded)) })),
      .init("rewards", .array(steps.map { rounded($0.reward) })),
    ]
    let scenes = scenes(
      of: environment, seed: seed, round: replay.round, slot: replay.slot,
      actions: steps.map(\.action), transform: transform)
    if let scenes, let first = scenes.first {
      fields += [
        .init(
          "world",
          .array(
            [
              first.horizontal.lowerBound, first.horizontal.upperBound, first.vertical.lowerBound,
              first.vertical.upperBound,
            ].map { .number($0) })),
        .init("scenes", .array(scenes.map { .array($0.shapes.map(json)) })),
      ]
    }
    return .object(fields)
  }

  /// `["line", colour, width, x, y, x, y, …]`, `["area", colour, x, y, …]`,
  /// `["disc", colour, x, y, radius]` or `["text", colour, x, y, height, alignment, text]`.
  package static func json(_ shape: Shape) -> JSONValue {
    func numbers(_ points: [Point]) -> [JSONValue] {
      points.flatMap { [rounded($0.x), rounded($0.y)] }
    }
    switch shape {
    case .polyline(let points, let color, let width):
      return .array([.string("line"), .string(color.rawValue), rounded(width)] + numbers(points))
    case .polygon(let points, let color):
      return .array([.string("area"), .string(color.rawValue)] + numbers(points))
    case .circle(let center, let radius, let color):
      return .array(
        [.string("disc"), .string(color.rawValue)] + numbers([center]) + [rounded(radius)])
    case .text(let text, let place, let height, let color, let alignment):
      return .array(
        [.string("text"), .string(color.rawValue)] + numbers([place]) + [
          rounded(height), .string(alignment.rawValue), .string(text),
        ])
    }
  }

  private static func rounded(_ value: Double) -> JSONValue {
    let thousandths = (value * 1000).rounded()
    return abs(thousandths) < 1e9 && thousandths == (thousandths / 1000).rounded() * 1000
      ? .integer(Int(thousandths / 1000)) : .number(thousandths / 1000)
  }

  private static func rounded(_ value: Float) -> JSONValue { rounded(Double(value)) }
}

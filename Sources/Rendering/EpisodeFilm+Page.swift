internal import Drawing
internal import Monitoring
internal import RL

extension EpisodeFilm {
  /// A page that plays the episode, with all that it needs in itself: it can be mailed, and opened without a
  /// network.
  package var page: String {
    let template = String(decoding: PackageResources.replay_html, as: UTF8.self)
    // Inside of a script element nothing but its end has a meaning.
    let content = json.text.replacing("</", with: "<\\/")
    let heading = "\(title), \(subtitle)".replacing("&", with: "&amp;").replacing("<", with: "&lt;")
    return template.replacing("{{title}}", with: heading).replacing("{{episode}}", with: content)
  }

  /// What the page's script reads.
  private var json: JSONValue {
    let world = scenes[0]
    return .object([
      .init("title", .string(title)), .init("subtitle", .string(subtitle)),
      .init("ending", .string(ending)),
      .init(
        "world",
        .array(
          [
            world.horizontal.lowerBound, world.horizontal.upperBound, world.vertical.lowerBound,
            world.vertical.upperBound,
          ].map { .number($0) })),
      .init("scenes", .array(scenes.map { .array($0.shapes.map(EpisodePictures.json)) })),
      .init("observation_names", .array(observationNames.map { .string($0) })),
      .init("action_names", .array(actionNames.map { .string($0) })),
      .init("observation_scales", .array(observationScales.map(Self.rounded))),
      .init(
        "action_ranges",
        .array(actionRanges.map { .array([$0.lowerBound, $0.upperBound].map(Self.rounded)) })),
      .init("kind", .string(kind)),
      .init("steps", .array(steps.map(Self.json))),
    ])
  }

  private var kind: String {
    switch steps.first?.distribution {
    case .categorical: "categorical"
    case .bernoulli: "bernoulli"
    case .gaussian: "gaussian"
    case nil: "none"
    }
  }

  /// `[observation, action, distribution, reward]`; a distribution is probabilities, choice by choice, or
  /// means and deviations.
  private static func json(_ step: Step) -> JSONValue {
    func list(_ values: [Float]) -> JSONValue { .array(values.map { rounded(Double($0)) }) }
    let distribution: JSONValue =
      switch step.distribution {
      case .categorical(let choices): .array(choices.map(list))
      case .bernoulli(let switches): list(switches)
      case .gaussian(let means, let deviations): .array([list(means), list(deviations)])
      }
    return .array([
      list(step.observation), list(step.action), distribution, rounded(step.reward),
    ])
  }

  /// Five significant digits are more than a picture shows.
  private static func rounded(_ value: Double) -> JSONValue {
    guard value.isFinite, value != 0 else { return .number(value) }
    var scale = 1.0
    while value.magnitude * scale < 10_000, scale < 1e12 { scale *= 10 }
    let rounded = (value * scale).rounded() / scale
    if rounded == rounded.rounded(), rounded.magnitude < 1e9 { return .integer(Int(rounded)) }
    return .number(rounded)
  }
}

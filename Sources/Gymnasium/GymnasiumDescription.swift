internal import RL
internal import Wire

/// What the Python process says of an environment.
struct GymnasiumDescription: Hashable, Sendable {
  let observationSize: Int
  let actionSpace: ActionSpace
  let stepLimit: Int
  let rewardThreshold: Double?
  let isReproducible: Bool

  /// - Throws: ``GymnasiumError/unsupported(_:)`` for what Troupe cannot train.
  init(parsing bytes: [UInt8], of environment: GymnasiumEnvironment) throws(GymnasiumError) {
    let fields: JSONFields
    do {
      fields = JSONFields(try JSONValue(parsing: bytes))
    } catch {
      throw .unsupported("the description of \(environment.name) cannot be read: \(error)")
    }
    observationSize = fields.integer("observation_size") ?? 0
    let counts = fields.numbers("counts").map { Int($0) }
    switch fields.text("kind") {
    case "discrete": actionSpace = .discrete(count: counts.first ?? 0)
    case "multi-discrete": actionSpace = .multiDiscrete(counts: counts)
    case "multi-binary": actionSpace = .multiBinary(count: counts.count)
    default:
      actionSpace = .box(
        low: fields.numbers("low").map { Float($0) }, high: fields.numbers("high").map { Float($0) }
      )
    }
    if let problem = actionSpace.problem {
      throw .unsupported("the action space of \(environment.name) \(problem)")
    }
    guard let limit = fields.integer("step_limit") else {
      throw .unsupported(
        "\(environment.name) has no step limit; give it one, such as "
          + "--env-arg max_episode_steps=1000")
    }
    guard (1...RandomStream.maximumStepCount).contains(limit) else {
      throw .unsupported("the step limit of \(environment.name) is \(limit), not 1 to 2^24")
    }
    stepLimit = limit
    rewardThreshold = fields.number("reward_threshold")
    isReproducible = !fields.isTrue("nondeterministic")
  }
}

/// The fields of a JSON object, where a field of another type counts as absent.
struct JSONFields {
  private let object: [String: JSONValue]

  init(_ value: JSONValue) {
    if case .object(let object) = value { self.object = object } else { object = [:] }
  }

  func text(_ name: String) -> String? {
    if case .string(let text) = object[name] { text } else { nil }
  }

  func integer(_ name: String) -> Int? {
    if case .integer(let value) = object[name] { Int(value) } else { nil }
  }

  func isTrue(_ name: String) -> Bool { object[name] == .bool(true) }

  func number(_ name: String) -> Double? { object[name].flatMap(Self.number) }

  func numbers(_ name: String) -> [Double] {
    if case .array(let values) = object[name] { values.compactMap(Self.number) } else { [] }
  }

  private static func number(_ value: JSONValue) -> Double? {
    switch value {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .string("inf"): .infinity
    case .string("-inf"): -.infinity
    default: nil
    }
  }
}

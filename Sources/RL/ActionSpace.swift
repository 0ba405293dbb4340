/// What a policy may choose from.
///
/// Actions travel as rows of Float, `[actionSize][lane]` or `[actionSize][stepCount]`: an index is
/// exact in a Float up to 2²⁴.
public enum ActionSpace: Hashable, Sendable {
  /// One of `0..<count`.
  case discrete(count: Int)
  /// One of `0..<counts[i]` for each i, chosen together.
  case multiDiscrete(counts: [Int])
  /// `count` switches, each 0 or 1.
  case multiBinary(count: Int)
  /// A vector of numbers. The bounds are what the environment acts on: it takes any number and clips,
  /// so that a policy may sample beyond them and the log-probability is that of what it sampled.
  case box(low: [Float], high: [Float])

  /// The largest number of choices that one index can name, and of rows that one action can have.
  public static let maximumCount = 1 << 24

  /// Rows that one action occupies.
  public var actionSize: Int {
    switch self {
    case .discrete: 1
    case .multiDiscrete(let counts): counts.count
    case .multiBinary(let count): count
    case .box(let low, _): low.count
    }
  }

  /// What makes this space unusable, or nil: without choices, with indices beyond 2²⁴, or with bounds
  /// that are missing, not numbers or in the wrong order.
  public var problem: String? {
    let counts = 1...Self.maximumCount
    switch self {
    case .discrete(let count):
      return counts.contains(count) ? nil : "has \(count) actions, not 1 to 2^24"
    case .multiDiscrete(let choices):
      if !counts.contains(choices.count) { return "has \(choices.count) choices, not 1 to 2^24" }
      return choices.first { !counts.contains($0) }.map {
        "has a choice among \($0) actions, not 1 to 2^24"
      }
    case .multiBinary(let count):
      return counts.contains(count) ? nil : "has \(count) switches, not 1 to 2^24"
    case .box(let low, let high):
      if low.count != high.count {
        return "has \(low.count) lower and \(high.count) upper bounds"
      }
      if !counts.contains(low.count) { return "has \(low.count) numbers, not 1 to 2^24" }
      return zip(low, high).first { !($0 < $1) }.map { "has the bounds \($0) to \($1)" }
    }
  }

  /// Whether an action can be chosen from it.
  public var isValid: Bool { problem == nil }
}

extension ActionSpace: CustomStringConvertible {
  public var description: String {
    switch self {
    case .discrete(let count): return "\(count) actions"
    case .multiDiscrete(let counts):
      return counts.map(String.init).joined(separator: " × ") + " actions"
    case .multiBinary(let count): return "\(count) switches"
    case .box(let low, let high):
      guard let first = low.first, let last = high.first else { return "0 numbers" }
      let numbers = low.count == 1 ? "1 number" : "\(low.count) numbers"
      let isCube = low.allSatisfy { $0 == first } && high.allSatisfy { $0 == last }
      return isCube
        ? "\(numbers) in \(Self.text(first))...\(Self.text(last))" : "\(numbers), each in its range"
    }
  }

  private static func text(_ bound: Float) -> String {
    bound == bound.rounded() && abs(bound) < 1e6 ? "\(Int(bound))" : "\(bound)"
  }
}

/// An action as an environment takes it, made from the numbers that the policy chose.
public protocol EnvironmentAction: Sendable {
  /// Reads the action of one lane. Shape: `actions` `[actionSize][stride]`.
  static func read(_ actions: Span<Float>, actionSize: Int, lane: Int, stride: Int) -> Self
}

extension Int: EnvironmentAction {
  @inlinable
  public static func read(
    _ actions: Span<Float>, actionSize: Int, lane: Int, stride: Int
  ) -> Int { Int(actions[lane]) }
}

extension Float: EnvironmentAction {
  @inlinable
  public static func read(
    _ actions: Span<Float>, actionSize: Int, lane: Int, stride: Int
  ) -> Float { actions[lane] }
}

extension [Float]: EnvironmentAction {
  @inlinable
  public static func read(
    _ actions: Span<Float>, actionSize: Int, lane: Int, stride: Int
  ) -> [Float] { (0..<actionSize).map { actions[$0 * stride + lane] } }
}

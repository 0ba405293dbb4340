/// What a policy may choose from.
///
/// Actions travel as rows of Float, `[actionSize][lane]` or `[actionSize][stepCount]`: a discrete
/// action is its index, exact in a Float up to 2²⁴.
public enum ActionSpace: Hashable, Sendable {
  /// One of `0..<count`.
  case discrete(count: Int)

  /// Rows that one action occupies.
  public var actionSize: Int {
    switch self {
    case .discrete: 1
    }
  }
}

extension ActionSpace: CustomStringConvertible {
  public var description: String {
    switch self {
    case .discrete(let count): "\(count) actions"
    }
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

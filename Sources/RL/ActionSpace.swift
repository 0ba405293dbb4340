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

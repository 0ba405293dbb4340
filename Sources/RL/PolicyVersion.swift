/// The number of updates applied to the parameters so far; a run starts at version 0.
///
/// Range: below 2³², because the version is one 32-bit word of every random counter.
public struct PolicyVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let rawValue: UInt32

  public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  public static let initial = PolicyVersion(0)

  /// The version after one more update.
  ///
  /// - Precondition: fewer than 2³² − 1 updates were applied; a run is refused beyond, never wrapped.
  public var next: PolicyVersion { PolicyVersion(rawValue + 1) }

  public static func < (left: PolicyVersion, right: PolicyVersion) -> Bool {
    left.rawValue < right.rawValue
  }

  public var description: String { "\(rawValue)" }
}

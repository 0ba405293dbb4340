/// Identifies a round: everything that happens at one policy version for one family of episodes.
public struct RoundID: Hashable, Sendable, CustomStringConvertible {
  public let version: PolicyVersion
  /// `.training` or `.evaluation`.
  public let kind: StreamKind

  public init(version: PolicyVersion, kind: StreamKind) {
    self.version = version
    self.kind = kind
  }

  public var description: String {
    kind == .training ? "version \(version)" : "\(kind) at version \(version)"
  }
}

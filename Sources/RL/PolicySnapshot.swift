public import Kernels

/// Parameters and their version: what actors receive.
public struct PolicySnapshot: Sendable, Equatable {
  public let version: PolicyVersion
  /// θ, flat, in the order of ``Policy/parameterLayout``.
  public let parameters: [Float]
  /// Hash of everything that decides an action: the parameters (later also normaliser and noise).
  public let digest: Digest128

  /// - Precondition: every parameter is finite.
  public init(version: PolicyVersion, parameters: [Float]) {
    self.version = version
    self.parameters = parameters
    digest = Digest128.hash(of: parameters.span)
  }
}

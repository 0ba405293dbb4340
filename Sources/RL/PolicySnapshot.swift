public import Kernels

/// Parameters and their version: what actors receive.
public struct PolicySnapshot: Sendable, Equatable {
  public let version: PolicyVersion
  /// θ, flat, in the order of ``Policy/parameterLayout``.
  public let parameters: [Float]
  /// How the policy sees observations; nil for as they are.
  public let normalization: ObservationNormalization?
  /// How the slots of a training round depart from the parameters, in a search; nil for a policy gradient,
  /// whose slots all play the parameters as they are.
  public let perturbation: Perturbation?
  /// Hash of everything that decides an action: the parameters, followed by means and inverse deviations
  /// of the normalisation if there is one, and the scale of the noise in a search.
  public let digest: Digest128

  /// - Precondition: every number is finite.
  public init(
    version: PolicyVersion, parameters: [Float], normalization: ObservationNormalization? = nil,
    perturbation: Perturbation? = nil
  ) {
    self.version = version
    self.parameters = parameters
    self.normalization = normalization
    self.perturbation = perturbation
    var hash = MixingHash()
    if let normalization {
      let numbers = parameters + normalization.means + normalization.inverseDeviations
      hash.combine(numbers.span)
    } else {
      hash.combine(parameters.span)
    }
    if let perturbation { hash.combine([perturbation.scale].span) }
    digest = hash.finalize()
  }

  /// What slot `slot` of a round of this version plays with.
  func parameters(of slot: Int, kind: StreamKind, seed: UInt64) -> [Float] {
    guard let perturbation, kind == .training else { return parameters }
    return perturbation.parameters(
      of: perturbation.candidate(ofSlot: slot), around: parameters, seed: seed, version: version)
  }
}

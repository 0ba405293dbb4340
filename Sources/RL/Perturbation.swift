internal import Kernels

/// How the slots of a search round differ from each other: each plays a candidate, the broadcast
/// parameters plus noise that both sides make from the run's seed, so that it never travels.
///
/// Slot s plays candidate s / `episodesPerCandidate`. Without antithetic pairs candidate 0 is the
/// incumbent, the parameters as they are, and candidate c > 0 is θ + scale × ε(c). With them the
/// candidates 2j and 2j + 1 are θ + scale × ε(j) and θ − scale × ε(j).
public struct Perturbation: Hashable, Sendable {
  /// σ, the standard deviation of the noise on each parameter; finite and at least 0.
  public let scale: Float
  /// At least 1.
  public let episodesPerCandidate: Int
  public let isAntithetic: Bool

  /// - Precondition: `scale` and `episodesPerCandidate` are in range.
  public init(scale: Float, episodesPerCandidate: Int, isAntithetic: Bool) {
    precondition(scale.isFinite && scale >= 0, "noise has a finite standard deviation")
    precondition(episodesPerCandidate >= 1, "a candidate plays an episode")
    self.scale = scale
    self.episodesPerCandidate = episodesPerCandidate
    self.isAntithetic = isAntithetic
  }

  public func candidate(ofSlot slot: Int) -> Int { slot / episodesPerCandidate }

  /// The parameters that a candidate plays with.
  ///
  /// Determinism: θ + σ ε, one multiplication and one addition for each parameter.
  public func parameters(
    of candidate: Int, around center: [Float], seed: UInt64, version: PolicyVersion
  ) -> [Float] {
    if !isAntithetic, candidate == 0 { return center }
    let noise = Self.noise(
      isAntithetic ? candidate / 2 : candidate, seed: seed, version: version, count: center.count)
    let signed = isAntithetic && candidate % 2 == 1 ? -scale : scale
    var parameters = center
    for index in parameters.indices { parameters[index] += signed * noise[index] }
    return parameters
  }

  /// ε: standard normal numbers, one for each parameter, from the stream (version, `index`, training,
  /// perturbation). Each block of four words gives four: of the words (a, b) radius × cos and radius ×
  /// sin with radius = √(−2 log(1 − u(a))) and angle 2π u(b), then the same of (c, d).
  ///
  /// Source: Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958.
  public static func noise(
    _ index: Int, seed: UInt64, version: PolicyVersion, count: Int
  ) -> [Float] {
    precondition(
      count <= 4 * RandomStream.maximumBlockCount * RandomStream.maximumStepCount,
      "a stream has 2^30 words")
    var random = RandomStream(
      seed: seed, version: version, slot: index, kind: .training, purpose: .perturbation)
    let wordsPerStep = 4 * RandomStream.maximumBlockCount
    var noise: [Float] = []
    noise.reserveCapacity(count + 1)
    while noise.count < count {
      if noise.count % wordsPerStep == 0 { random.advance(toStep: noise.count / wordsPerStep) }
      let radius = (-2 * Elementary.log(1 - random.uniform())).squareRoot()
      let angle = 2 * Float.pi * random.uniform()
      noise.append(radius * Elementary.cos(angle))
      noise.append(radius * Elementary.sin(angle))
    }
    if noise.count > count { noise.removeLast() }
    return noise
  }
}

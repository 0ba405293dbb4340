package import RL

/// What makes new parameters of a round's episodes.
public enum TrainingMethod: String, Hashable, Sendable, CaseIterable {
  /// Ascent along an estimate of ∇J.
  case policyGradient = "policy-gradient"
  /// The best candidate replaces the incumbent if it is no worse; the noise adapts.
  case hillClimbing = "hill-climbing"
  /// As hill climbing, but a worse candidate may win, the more rarely the lower the temperature.
  case annealing
  /// Ascent along the mean of the noise weighted by the ranks of what it led to.
  case evolutionStrategies = "evolution-strategies"

  /// Whether it looks at nothing but returns: its slots play candidates, and no trajectory travels.
  public var isSearch: Bool { self != .policyGradient }
}

/// What search methods need besides episodes per update, optimizer and learning rate (evolution
/// strategies have those in common with the policy gradient).
public struct SearchConfiguration: Hashable, Sendable {
  /// Episodes that each candidate plays, a divisor of the episodes per update.
  public var episodesPerCandidate: Int
  /// σ of the first round, above 0.
  public var noise: Double
  /// Bounds of σ in hill climbing, which halves it after a success and doubles it after a failure.
  public var lowestNoise: Double
  public var highestNoise: Double
  /// T of the first round of annealing, at least 0.
  public var temperature: Double
  /// Factor on T after each round, 0 to 1.
  public var cooling: Double

  public init(
    episodesPerCandidate: Int = 1, noise: Double = 0.5, lowestNoise: Double = 0.3,
    highestNoise: Double = 2, temperature: Double = 20, cooling: Double = 0.9
  ) {
    self.episodesPerCandidate = episodesPerCandidate
    self.noise = noise
    self.lowestNoise = lowestNoise
    self.highestNoise = highestNoise
    self.temperature = temperature
    self.cooling = cooling
  }
}

extension LearnerConfiguration {
  /// - Throws: ``ConfigurationError`` naming the first value of a search that is out of range.
  func validateSearch() throws(ConfigurationError) {
    guard method.isSearch else { return }
    func require(
      _ condition: Bool, _ key: String, _ found: some CustomStringConvertible, _ allowed: String
    ) throws(ConfigurationError) {
      if !condition { throw ConfigurationError(key: key, found: "\(found)", allowed: allowed) }
    }
    let (m, k) = (episodesPerUpdate, search.episodesPerCandidate)
    try require(k >= 1 && k <= m, "episodes-per-candidate", k, "1 to the episodes per update")
    let isPaired = method == .evolutionStrategies
    try require(
      m % k == 0 && m / k >= 2 && (!isPaired || m / k % 2 == 0), "episodes-per-update", m,
      "a multiple of the \(k) episodes per candidate, with "
        + (isPaired
          ? "an even number of candidates" : "at least one candidate beside the incumbent"))
    try require(
      collection == .everySlot, "collection", collection.rawValue,
      "every-slot with method \(method.rawValue), whose slots play different candidates")
    let noise = 1e-6...1e6
    try require(noise.contains(search.noise), "noise", search.noise, "0.000001 to 1000000")
    try require(
      noise.contains(search.lowestNoise) && search.lowestNoise <= search.highestNoise, "noise-low",
      search.lowestNoise, "0.000001 to noise-high")
    try require(
      noise.contains(search.highestNoise), "noise-high", search.highestNoise,
      "noise-low to 1000000")
    try require(
      (0...1e12).contains(search.temperature), "temperature", search.temperature, "0 to 1e12")
    try require((0...1).contains(search.cooling), "cooling", search.cooling, "0 to 1")
  }
}

extension LearnerConfiguration {
  /// How the slots of a training round depart from the parameters at this scale of the noise; nil where
  /// the method is no search, or no scale was given.
  package func perturbation(scale: Float?) -> Perturbation? {
    guard method.isSearch, let scale else { return nil }
    return Perturbation(
      scale: scale, episodesPerCandidate: search.episodesPerCandidate,
      isAntithetic: method == .evolutionStrategies)
  }
}

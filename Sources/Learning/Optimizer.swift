internal import Kernels

/// The rule that turns a gradient (of ascent) into new parameters, with its moments.
public struct Optimizer: Sendable, Equatable {
  private let rule: OptimizerRule
  private let learningRate: Double
  private let schedule: LearningRateSchedule
  private let scheduleUpdates: Int
  /// Updates applied so far.
  package private(set) var updateCount: Int
  /// Adam's first moment; empty for the other rules.
  package private(set) var firstMoment: [Float]
  /// Adam's second moment, RMSprop's mean square; empty for plain ascent.
  package private(set) var secondMoment: [Float]
  /// Powers of Adam's decay rates, by recursion: no `pow` decides a bit.
  package private(set) var firstDecayPower: Double
  package private(set) var secondDecayPower: Double

  // As the kernels see them, so that the corrections belong to the moments bit for bit.
  private static let firstDecay = Double(Float(0.9))
  private static let secondDecay = Double(Float(0.999))
  private static let adamEpsilon = 1e-8
  private static let rmspropDecay = 0.99
  private static let rmspropEpsilon = 1e-5

  public init(configuration: LearnerConfiguration, parameterCount: Int) {
    rule = configuration.optimizer
    learningRate = configuration.learningRate
    schedule = configuration.schedule
    scheduleUpdates = configuration.scheduleUpdates ?? 1
    updateCount = 0
    firstDecayPower = 1
    secondDecayPower = 1
    let zeros = [Float](repeating: 0, count: parameterCount)
    firstMoment = rule == .adam ? zeros : []
    secondMoment = rule == .sgd ? [] : zeros
  }

  /// The optimizer as it was when a checkpoint was written.
  ///
  /// - Precondition: the moments have the sizes that the rule needs.
  package init(
    configuration: LearnerConfiguration, updateCount: Int, firstMoment: [Float],
    secondMoment: [Float]
  ) {
    self.init(
      configuration: configuration, parameterCount: max(firstMoment.count, secondMoment.count))
    precondition(
      self.firstMoment.count == firstMoment.count && self.secondMoment.count == secondMoment.count,
      "moments belong to the rule \(rule)")
    self.firstMoment = firstMoment
    self.secondMoment = secondMoment
    self.updateCount = updateCount
    for _ in 0..<updateCount {
      firstDecayPower *= Self.firstDecay
      secondDecayPower *= Self.secondDecay
    }
  }

  /// α of the next update.
  package var scheduledLearningRate: Double {
    let progress = min(1, Double(updateCount) / Double(scheduleUpdates))
    return switch schedule {
    case .constant: learningRate
    case .linear: learningRate * (1 - progress)
    case .cosine: learningRate * 0.5 * (1 + Elementary.cos(Double.pi * progress))
    }
  }

  /// Moves the parameters along the gradient.
  ///
  /// Source: Kingma and Ba, "Adam", 2015, algorithm 1; Tieleman and Hinton, lecture 6.5, 2012; the
  /// epsilons stand where PyTorch has them.
  public mutating func update(_ parameters: inout [Float], along gradient: [Float]) {
    let rate = scheduledLearningRate
    updateCount += 1
    var view = parameters.mutableSpan
    var (first, second): ([Float], [Float]) = ([], [])
    swap(&first, &firstMoment)
    swap(&second, &secondMoment)
    var firstView = first.mutableSpan
    var secondView = second.mutableSpan
    switch rule {
    case .sgd:
      VectorUpdates.ascend(along: gradient.span, learningRate: Float(rate), parameters: &view)
    case .rmsprop:
      VectorUpdates.rmsprop(
        gradient: gradient.span, learningRate: Float(rate), alpha: Float(Self.rmspropDecay),
        epsilon: Float(Self.rmspropEpsilon), meanSquare: &secondView, parameters: &view)
    case .adam:
      firstDecayPower *= Self.firstDecay
      secondDecayPower *= Self.secondDecay
      VectorUpdates.adam(
        gradient: gradient.span, learningRate: Float(rate), beta1: Float(Self.firstDecay),
        beta2: Float(Self.secondDecay), epsilon: Float(Self.adamEpsilon),
        firstCorrection: Float(1 - firstDecayPower), secondCorrection: Float(1 - secondDecayPower),
        firstMoment: &firstView, secondMoment: &secondView, parameters: &view)
    }
    swap(&first, &firstMoment)
    swap(&second, &secondMoment)
  }
}

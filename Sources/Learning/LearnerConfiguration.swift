/// Ψ, the weight of each step's score, before a baseline is subtracted.
public enum Estimator: String, Hashable, Sendable, CaseIterable {
  /// The discounted return R(τ) of the whole episode at every step: the textbook formula.
  case totalReturn = "total-return"
  /// The discounted return from the step on.
  case rewardToGo = "reward-to-go"
}

/// What is subtracted from the estimator's weight to reduce its variance.
public enum Baseline: String, Hashable, Sendable, CaseIterable {
  case none
  /// The mean of the m discounted returns.
  case mean
  /// The mean discounted return of the other m − 1 episodes.
  case leaveOneOut = "leave-one-out"
  /// The mean reward-to-go at step t of the other episodes still running at t; 0 if there is none.
  case leaveOneOutPerStep = "leave-one-out-per-step"
  /// Not a baseline but a scaling: each episode's rewards-to-go are standardised by their own mean and
  /// standard deviation, as the Hugging Face course does. Biased.
  case standardize
  /// A learned state-value function, with GAE(λ).
  case value

  /// Whether the weight of a step needs other episodes than its own, and so the whole round.
  package var needsRound: Bool {
    switch self {
    case .none, .standardize, .value: false
    case .mean, .leaveOneOut, .leaveOneOutPerStep: true
    }
  }
}

/// Which episodes of a policy version make its update.
public enum Collection: String, Hashable, Sendable, CaseIterable {
  /// Those of the slots 0..<m, however long they take: decided before anyone plays.
  case everySlot = "every-slot"
  /// The first m that arrive, whatever they are: what not to do. Episodes that take long are left out
  /// more often than others, so the estimate is biased, and it depends on who is fast. For teaching.
  case firstCome = "first-come"
}

/// The rule that turns a gradient into new parameters.
public enum OptimizerRule: String, Hashable, Sendable, CaseIterable {
  case sgd
  case rmsprop
  case adam
}

/// How the learning rate changes from update to update.
public enum LearningRateSchedule: String, Hashable, Sendable, CaseIterable {
  case constant
  case linear
  case cosine
}

/// The state-value function that the baseline `value` learns beside the policy.
public struct ValueConfiguration: Hashable, Sendable {
  /// Units of each hidden layer; empty for a linear function.
  public var hidden: [Int]
  /// λ of GAE, in 0...1: 0 trusts V after one step, 1 uses the whole reward-to-go.
  public var lambda: Double
  /// Of its own Adam, at least 0, the same at every update.
  public var learningRate: Double
  /// Full-batch steps of each update, at least 1.
  public var passes: Int

  public init(
    hidden: [Int] = [64, 64], lambda: Double = 0.95, learningRate: Double = 0.01, passes: Int = 5
  ) {
    self.hidden = hidden
    self.lambda = lambda
    self.learningRate = learningRate
    self.passes = passes
  }
}

/// Everything that decides how a batch of trajectories becomes new parameters.
public struct LearnerConfiguration: Hashable, Sendable {
  /// Search methods use nothing of the rest but episodes per update, and evolution strategies the
  /// optimizer, too.
  public var method: TrainingMethod
  /// Without effect unless the method is a search.
  public var search: SearchConfiguration
  /// m, the number of slots of a training round.
  public var episodesPerUpdate: Int
  public var estimator: Estimator
  public var baseline: Baseline
  /// γ, in 0...1.
  public var discount: Double
  /// Multiplies the weight of step t by γᵗ, as the gradient of the discounted return asks.
  public var weighsByDiscount: Bool
  /// Divides every weight by the standard deviation of all weights of the round. Biased.
  public var normalizeAdvantages: Bool
  /// β, the weight of the mean entropy over all steps, at least 0.
  public var entropyCoefficient: Double
  /// Largest Euclidean norm of the gradient; nil leaves it alone.
  public var gradientNormLimit: Double?
  /// Factor on every reward before it enters the estimate.
  public var rewardScale: Double
  public var optimizer: OptimizerRule
  /// α, at least 0.
  public var learningRate: Double
  public var schedule: LearningRateSchedule
  /// Updates after which a schedule that is not constant has reached 0.
  public var scheduleUpdates: Int?
  /// Without effect unless the baseline is `value`.
  public var value: ValueConfiguration
  public var collection: Collection

  public init(
    episodesPerUpdate: Int = 32, estimator: Estimator = .rewardToGo, baseline: Baseline = .mean,
    discount: Double = 1, weighsByDiscount: Bool = false, normalizeAdvantages: Bool = true,
    entropyCoefficient: Double = 0,
    gradientNormLimit: Double? = nil, rewardScale: Double = 1, optimizer: OptimizerRule = .adam,
    learningRate: Double = 0.03, schedule: LearningRateSchedule = .constant,
    scheduleUpdates: Int? = nil, value: ValueConfiguration = ValueConfiguration(),
    method: TrainingMethod = .policyGradient, search: SearchConfiguration = SearchConfiguration(),
    collection: Collection = .everySlot
  ) {
    self.method = method
    self.search = search
    self.episodesPerUpdate = episodesPerUpdate
    self.estimator = estimator
    self.baseline = baseline
    self.discount = discount
    self.weighsByDiscount = weighsByDiscount
    self.normalizeAdvantages = normalizeAdvantages
    self.entropyCoefficient = entropyCoefficient
    self.gradientNormLimit = gradientNormLimit
    self.rewardScale = rewardScale
    self.optimizer = optimizer
    self.learningRate = learningRate
    self.schedule = schedule
    self.scheduleUpdates = scheduleUpdates
    self.value = value
    self.collection = collection
  }

  /// Whether the backward pass of an episode has to wait for the round's last slot.
  package var needsRound: Bool {
    baseline.needsRound || normalizeAdvantages || entropyCoefficient > 0
  }
}

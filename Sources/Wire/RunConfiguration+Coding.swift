internal import Learning
internal import RL

extension ProtoRunConfiguration {
  init(_ configuration: RunConfiguration) {
    self.init()
    environment = configuration.environment
    seed = configuration.seed
    policy = ProtoPolicyConfiguration(configuration.policy)
    learner = ProtoLearnerConfiguration(configuration.learner)
    if configuration.wrappers != EnvironmentWrappers() {
      wrappers = ProtoWrappers(configuration.wrappers)
    }
  }

  /// - Throws: ``WireError/configuration(_:)`` for values that no run can have, other errors for
  ///   values that this version does not know.
  func value() throws(WireError) -> RunConfiguration {
    guard hasPolicy else { throw .missing(field: "configuration.policy") }
    guard hasLearner else { throw .missing(field: "configuration.learner") }
    let (policy, learner) = (try policy.value(), try learner.value())
    let wrappers = hasWrappers ? try wrappers.value() : EnvironmentWrappers()
    do {
      return try RunConfiguration(
        environment: environment, seed: seed, policy: policy, learner: learner,
        wrappers: wrappers)
    } catch {
      throw .configuration(error)
    }
  }
}

extension ProtoWrappers {
  fileprivate init(_ wrappers: EnvironmentWrappers) {
    self.init()
    if let limit = wrappers.stepLimit { stepLimit = UInt32(limit) }
    frameStack = UInt32(wrappers.frameStack)
    observationScale = wrappers.observationScale
    normalizesObservations = wrappers.normalizesObservations
    actionTransform =
      switch wrappers.actionTransform {
      case .none: .none
      case .clip: .clip
      case .tanh: .tanh
      }
  }

  fileprivate func value() throws(WireError) -> EnvironmentWrappers {
    var result = EnvironmentWrappers(
      stepLimit: hasStepLimit ? Int(stepLimit) : nil, frameStack: Int(frameStack),
      observationScale: observationScale, normalizesObservations: normalizesObservations)
    switch actionTransform {
    case .none: result.actionTransform = .none
    case .clip: result.actionTransform = .clip
    case .tanh: result.actionTransform = .tanh
    case .unspecified, .UNRECOGNIZED:
      throw unknownValue("configuration.wrappers.action_transform", actionTransform)
    }
    return result
  }
}

extension ProtoPolicyConfiguration {
  fileprivate init(_ policy: PolicyConfiguration) {
    self.init()
    hidden = policy.hidden.map { UInt32($0) }
    activation =
      switch policy.activation {
      case .tanh: .tanh
      case .relu: .relu
      }
    initialization =
      switch policy.initialization {
      case .orthogonal: .orthogonal
      case .pytorch: .pytorch
      }
    initialLogDeviation = policy.initialLogDeviation
  }

  fileprivate func value() throws(WireError) -> PolicyConfiguration {
    var result = PolicyConfiguration()
    result.hidden = hidden.map { Int($0) }
    switch activation {
    case .tanh: result.activation = .tanh
    case .relu: result.activation = .relu
    case .unspecified, .UNRECOGNIZED: throw unknownValue("configuration.activation", activation)
    }
    switch initialization {
    case .orthogonal: result.initialization = .orthogonal
    case .pytorch: result.initialization = .pytorch
    case .unspecified, .UNRECOGNIZED:
      throw unknownValue("configuration.initialization", initialization)
    }
    result.initialLogDeviation = initialLogDeviation
    return result
  }
}

extension ProtoLearnerConfiguration {
  fileprivate init(_ learner: LearnerConfiguration) {
    self.init()
    episodesPerUpdate = UInt32(learner.episodesPerUpdate)
    estimator =
      switch learner.estimator {
      case .totalReturn: .totalReturn
      case .rewardToGo: .rewardToGo
      }
    baseline =
      switch learner.baseline {
      case .none: .none
      case .mean: .mean
      case .leaveOneOut: .leaveOneOut
      case .leaveOneOutPerStep: .leaveOneOutPerStep
      case .standardize: .standardize
      case .value: .value
      }
    discount = learner.discount
    normalizeAdvantages = learner.normalizeAdvantages
    entropyCoefficient = learner.entropyCoefficient
    if let limit = learner.gradientNormLimit { gradientNormLimit = limit }
    rewardScale = learner.rewardScale
    optimizer =
      switch learner.optimizer {
      case .sgd: .sgd
      case .rmsprop: .rmsprop
      case .adam: .adam
      }
    learningRate = learner.learningRate
    schedule =
      switch learner.schedule {
      case .constant: .constant
      case .linear: .linear
      case .cosine: .cosine
      }
    if let updates = learner.scheduleUpdates { scheduleUpdates = UInt32(updates) }
    valueFunction = ProtoValueConfiguration(learner.value)
    method =
      switch learner.method {
      case .policyGradient: .policyGradient
      case .hillClimbing: .hillClimbing
      case .annealing: .annealing
      case .evolutionStrategies: .evolutionStrategies
      }
    if learner.method.isSearch { search = ProtoSearchConfiguration(learner.search) }
    weighsByDiscount = learner.weighsByDiscount
    collection =
      switch learner.collection {
      case .everySlot: .unspecified
      case .firstCome: .firstCome
      }
  }

  fileprivate func value() throws(WireError) -> LearnerConfiguration {
    guard hasValueFunction else {
      throw .missing(field: "configuration.learner.value_function")
    }
    var result = LearnerConfiguration(
      episodesPerUpdate: Int(episodesPerUpdate), discount: discount,
      weighsByDiscount: weighsByDiscount,
      normalizeAdvantages: normalizeAdvantages, entropyCoefficient: entropyCoefficient,
      gradientNormLimit: hasGradientNormLimit ? gradientNormLimit : nil, rewardScale: rewardScale,
      learningRate: learningRate, scheduleUpdates: hasScheduleUpdates ? Int(scheduleUpdates) : nil,
      value: valueFunction.value())
    switch collection {
    case .unspecified, .everySlot: result.collection = .everySlot
    case .firstCome: result.collection = .firstCome
    case .UNRECOGNIZED: throw unknownValue("configuration.collection", collection)
    }
    switch estimator {
    case .totalReturn: result.estimator = .totalReturn
    case .rewardToGo: result.estimator = .rewardToGo
    case .unspecified, .UNRECOGNIZED: throw unknownValue("configuration.estimator", estimator)
    }
    switch baseline {
    case .none: result.baseline = .none
    case .mean: result.baseline = .mean
    case .leaveOneOut: result.baseline = .leaveOneOut
    case .leaveOneOutPerStep: result.baseline = .leaveOneOutPerStep
    case .standardize: result.baseline = .standardize
    case .value: result.baseline = .value
    case .unspecified, .UNRECOGNIZED: throw unknownValue("configuration.baseline", baseline)
    }
    switch optimizer {
    case .sgd: result.optimizer = .sgd
    case .rmsprop: result.optimizer = .rmsprop
    case .adam: result.optimizer = .adam
    case .unspecified, .UNRECOGNIZED: throw unknownValue("configuration.optimizer", optimizer)
    }
    switch schedule {
    case .constant: result.schedule = .constant
    case .linear: result.schedule = .linear
    case .cosine: result.schedule = .cosine
    case .unspecified, .UNRECOGNIZED: throw unknownValue("configuration.schedule", schedule)
    }
    switch method {
    case .policyGradient: result.method = .policyGradient
    case .hillClimbing: result.method = .hillClimbing
    case .annealing: result.method = .annealing
    case .evolutionStrategies: result.method = .evolutionStrategies
    case .unspecified, .UNRECOGNIZED: throw unknownValue("configuration.method", method)
    }
    if result.method.isSearch {
      guard hasSearch else { throw .missing(field: "configuration.learner.search") }
      result.search = search.value()
    }
    return result
  }
}

extension ProtoSearchConfiguration {
  fileprivate init(_ search: SearchConfiguration) {
    self.init()
    episodesPerCandidate = UInt32(search.episodesPerCandidate)
    noise = search.noise
    lowestNoise = search.lowestNoise
    highestNoise = search.highestNoise
    temperature = search.temperature
    cooling = search.cooling
  }

  fileprivate func value() -> SearchConfiguration {
    SearchConfiguration(
      episodesPerCandidate: Int(episodesPerCandidate), noise: noise, lowestNoise: lowestNoise,
      highestNoise: highestNoise, temperature: temperature, cooling: cooling)
  }
}

extension ProtoValueConfiguration {
  fileprivate init(_ value: ValueConfiguration) {
    self.init()
    hidden = value.hidden.map { UInt32($0) }
    lambda = value.lambda
    learningRate = value.learningRate
    passes = UInt32(value.passes)
  }

  fileprivate func value() -> ValueConfiguration {
    ValueConfiguration(
      hidden: hidden.map { Int($0) }, lambda: lambda, learningRate: learningRate,
      passes: Int(passes))
  }
}

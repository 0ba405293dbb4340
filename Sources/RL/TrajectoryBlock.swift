public import Kernels

/// What identifies and describes one recorded episode, apart from its arrays.
public struct TrajectoryHeader: Hashable, Sendable {
  public var slot: Int
  public var stepCount: Int
  public var end: EpisodeEnd
  /// Hash of the log-probabilities of the actions taken, step by step.
  public var fingerprint: Digest128

  public init(slot: Int, stepCount: Int, end: EpisodeEnd, fingerprint: Digest128) {
    self.slot = slot
    self.stepCount = stepCount
    self.end = end
    self.fingerprint = fingerprint
  }
}

/// Several trajectories of one policy version, structure-of-arrays: what one push carries.
///
/// The arrays of the episodes follow each other in the order of `headers`; within an episode they are
/// feature-major.
public struct TrajectoryBlock: Sendable, Equatable {
  public let observationSize: Int
  public let actionSize: Int
  public package(set) var headers: [TrajectoryHeader] = []
  /// Shape: per episode `[observationSize][stepCount]`, concatenated.
  public package(set) var observations: [Float] = []
  /// Shape: per episode `[actionSize][stepCount]`, concatenated; discrete actions are indices.
  public package(set) var actions: [Float] = []
  /// Shape: per episode `[stepCount]`, concatenated.
  public package(set) var rewards: [Float] = []
  /// What followed the last step of each episode, which no action was chosen on.
  ///
  /// Shape: per episode `[observationSize]`, concatenated.
  public package(set) var finalObservations: [Float] = []
  /// Of the actions taken, as an actor computed them whose arithmetic is not Troupe's; empty in all others,
  /// whose fingerprints say it.
  ///
  /// Shape: per episode `[stepCount]`, concatenated.
  package private(set) var logProbabilities: [Float] = []

  public init(observationSize: Int, actionSize: Int) {
    self.observationSize = observationSize
    self.actionSize = actionSize
  }

  /// A block of arrays that were checked elsewhere, such as by a decoder.
  ///
  /// - Precondition: the arrays have exactly the lengths that the headers say.
  package init(
    observationSize: Int, actionSize: Int, headers: [TrajectoryHeader], observations: [Float],
    actions: [Float], rewards: [Float], finalObservations: [Float],
    logProbabilities: [Float] = []
  ) {
    self.observationSize = observationSize
    self.actionSize = actionSize
    self.headers = headers
    self.observations = observations
    self.actions = actions
    self.rewards = rewards
    self.finalObservations = finalObservations
    self.logProbabilities = logProbabilities
    let stepCount = self.stepCount
    precondition(rewards.count == stepCount, "one reward for each step")
    precondition(
      observations.count == stepCount * observationSize, "one observation for each step")
    precondition(actions.count == stepCount * actionSize, "one action for each step")
    precondition(
      finalObservations.count == headers.count * observationSize, "one final observation an episode"
    )
    precondition(
      logProbabilities.isEmpty || logProbabilities.count == stepCount,
      "a log-probability for each step, or none")
  }

  public var isEmpty: Bool { headers.isEmpty }
  /// Steps of all episodes together.
  public var stepCount: Int { headers.reduce(0) { $0 + $1.stepCount } }

  /// Bytes that the arrays take.
  package var byteCount: Int {
    4
      * (observations.count + actions.count + rewards.count + finalObservations.count
        + logProbabilities.count)
  }

  /// The first step of each episode within the block, counted over all episodes.
  public var stepOffsets: [Int] {
    var offsets: [Int] = []
    offsets.reserveCapacity(headers.count)
    var offset = 0
    for header in headers {
      offsets.append(offset)
      offset += header.stepCount
    }
    return offsets
  }

  /// Makes room for about so many bytes of steps.
  package mutating func reserve(byteCount: Int) {
    let steps = byteCount / (4 * (observationSize + actionSize + 1))
    observations.reserveCapacity(steps * observationSize)
    actions.reserveCapacity(steps * actionSize)
    rewards.reserveCapacity(steps)
  }

  /// Forgets the episodes, keeping the memory.
  package mutating func removeAll() {
    headers.removeAll(keepingCapacity: true)
    observations.removeAll(keepingCapacity: true)
    actions.removeAll(keepingCapacity: true)
    rewards.removeAll(keepingCapacity: true)
    finalObservations.removeAll(keepingCapacity: true)
    logProbabilities.removeAll(keepingCapacity: true)
  }
}

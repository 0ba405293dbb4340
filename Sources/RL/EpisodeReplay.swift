/// One step of an episode that was played again.
public struct ReplayedStep: Hashable, Sendable {
  /// Counted from 0.
  public let index: Int
  /// What the action was chosen on, as the environment gave it.
  public let observation: [Float]
  /// As sampled: an index, indices, switches or numbers before any clipping.
  public let action: [Float]
  /// log π(action|observation), with the bits that the episode's fingerprint is the hash of.
  public let logProbability: Float
  /// π(·|observation).
  public let distribution: ActionDistribution
  public let reward: Float
  /// Of the episode, at its last step.
  public let end: EpisodeEnd?
}

/// One episode of a run, played again bit for bit.
///
/// An episode is a function of run seed, policy version, kind, slot and parameters, so that it need
/// never be stored. It is played by the loop that actors run, ``Rollout``, on one lane; the sequence of
/// its steps is made on the way, a tile at a time.
///
/// ```swift
/// let replay = EpisodeReplay(
///   environment: CartPole.self, policy: policy, snapshot: snapshot, seed: 1, slot: 17)
/// for step in replay { print(step.index, step.observation, step.action, step.reward) }
/// ```
public struct EpisodeReplay<P: Policy>: Sequence, Sendable {
  public let round: RoundID
  public let slot: Int
  /// The one episode as an actor would push it.
  public let block: TrajectoryBlock
  /// What the environment did wrong, if it did; the steps end with the one at fault, and the
  /// fingerprint is zero.
  public let fault: RolloutFault?
  private let policy: P
  private let parameters: [Float]
  private let normalization: ObservationNormalization?

  /// Plays the episode.
  ///
  /// `kind` chooses the family of random numbers: training episodes, or those of an evaluation round.
  ///
  /// - Precondition: the snapshot's parameters belong to the policy, and the policy to the environment.
  public init(
    environment: any Environment.Type, policy: P, snapshot: PolicySnapshot, seed: UInt64,
    kind: StreamKind = .training, slot: Int, greedy: Bool = false
  ) {
    self.init(
      environment: EnvironmentSpecification(environment), policy: policy, snapshot: snapshot,
      seed: seed, kind: kind, slot: slot, greedy: greedy)
  }

  /// The same for an environment that need not be a Swift type.
  public init(
    environment: EnvironmentSpecification, policy: P, snapshot: PolicySnapshot, seed: UInt64,
    kind: StreamKind = .training, slot: Int, greedy: Bool = false
  ) {
    round = RoundID(version: snapshot.version, kind: kind)
    self.slot = slot
    self.policy = policy
    parameters = snapshot.parameters(of: slot, kind: kind, seed: seed)
    normalization = snapshot.normalization
    var rollout = Rollout(environment: environment, policy: policy, laneLimit: 1, seed: seed)
    rollout.begin(round, snapshot: snapshot, greedy: greedy)
    var block = TrajectoryBlock(
      observationSize: policy.observationSize, actionSize: policy.actionSpace.actionSize)
    var isStarted = false
    do throws(RolloutFault) {
      try rollout.advance(
        while: { _ in true },
        nextSlot: {
          defer { isStarted = true }
          return isStarted ? nil : slot
        }, finished: { _ in true }, into: &block)
      fault = nil
    } catch {
      rollout.appendUnfinished(slot: error.slot, to: &block)
      fault = error
    }
    self.block = block
  }

  public var actionSpace: ActionSpace { policy.actionSpace }
  /// Number of steps, end and fingerprint.
  public var header: TrajectoryHeader { block.headers[0] }
  public var stepCount: Int {
    guard let fault else { return header.stepCount }
    return fault.step.map { Swift.min(header.stepCount, $0 + 1) } ?? header.stepCount
  }
  /// Σ of the rewards as the environment gave them, with the bits that the run's metrics are made of.
  public var episodeReturn: Double { block.rewards.span.orderedSum }

  public func makeIterator() -> Iterator {
    Iterator(
      block: block, stepCount: stepCount, policy: policy, parameters: parameters,
      normalization: normalization)
  }

  /// Goes through the steps in their order.
  public struct Iterator: IteratorProtocol {
    private static var tileSize: Int { 64 }

    private let block: TrajectoryBlock
    private let stepCount: Int
    private let policy: P
    private let parameters: [Float]
    private let normalization: ObservationNormalization?
    private var workspace: P.Workspace
    private var position = 0
    private var firstOfTile = 0
    private var logProbabilities: [Float] = []
    private var distributions: [ActionDistribution] = []

    init(
      block: TrajectoryBlock, stepCount: Int, policy: P, parameters: [Float],
      normalization: ObservationNormalization?
    ) {
      self.block = block
      self.stepCount = stepCount
      self.policy = policy
      self.parameters = parameters
      self.normalization = normalization
      workspace = policy.makeWorkspace(laneCapacity: Self.tileSize)
    }

    public mutating func next() -> ReplayedStep? {
      let index = position
      guard index < stepCount else { return nil }
      position += 1
      if index == firstOfTile + distributions.count { computeTile(from: index) }
      let header = block.headers[0]
      return ReplayedStep(
        index: index,
        observation: (0..<block.observationSize).map {
          block.observations[$0 * header.stepCount + index]
        },
        action: (0..<block.actionSize).map { block.actions[$0 * header.stepCount + index] },
        logProbability: logProbabilities[index - firstOfTile],
        distribution: distributions[index - firstOfTile], reward: block.rewards[index],
        end: index == header.stepCount - 1 ? header.end : nil)
    }

    private mutating func computeTile(from first: Int) {
      let (stride, stepCount) = (Self.tileSize, block.headers[0].stepCount)
      let (policy, parameters) = (self.policy, self.parameters)
      let laneCount = Swift.min(stride, stepCount - first)
      func tile(_ source: [Float], rows: Int) -> [Float] {
        var tile = [Float](repeating: 0, count: rows * stride)
        for row in 0..<rows {
          for lane in 0..<laneCount {
            tile[row * stride + lane] = source[row * stepCount + first + lane]
          }
        }
        return tile
      }
      var observations = tile(block.observations, rows: block.observationSize)
      if let normalization {
        var view = observations.mutableSpan
        normalization.apply(to: &view, laneCount: laneCount, stride: stride)
      }
      let actions = tile(block.actions, rows: block.actionSize)
      var logProbabilities = [Float](repeating: 0, count: stride)
      var entropies = logProbabilities
      var logProbabilityView = logProbabilities.mutableSpan
      var entropyView = entropies.mutableSpan
      policy.evaluate(
        observations: observations.span, actions: actions.span, laneCount: laneCount,
        stride: stride, parameters: parameters.span, workspace: &workspace,
        into: &logProbabilityView, entropies: &entropyView)
      distributions = policy.distributions(
        at: observations.span, laneCount: laneCount, stride: stride, parameters: parameters.span,
        workspace: &workspace)
      self.logProbabilities = logProbabilities
      firstOfTile = first
    }
  }
}

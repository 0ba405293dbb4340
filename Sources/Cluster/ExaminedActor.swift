internal import Policies
internal import RL

/// What an actor does with an environment, without a learner: the policy of version 0 plays slots on lanes.
struct ExaminedActor {
  /// Two where steps take place elsewhere.
  private var rollouts: [Rollout<MLPPolicy>]
  private var block: TrajectoryBlock
  private let snapshot: PolicySnapshot

  init(
    _ environment: EnvironmentSpecification, policy configuration: PolicyConfiguration,
    lanes: Int, seed: UInt64
  ) {
    let policy = MLPPolicy(environment: environment, configuration: configuration)
    rollouts = Rollout.sharing(
      environment: environment, policy: policy, laneLimit: lanes, seed: seed)
    block = TrajectoryBlock(
      observationSize: policy.observationSize, actionSize: policy.actionSpace.actionSize)
    snapshot = PolicySnapshot(
      version: .initial, parameters: policy.initialParameters(seed: seed))
  }

  var stepCount: Int { rollouts.reduce(0) { $0 + $1.stepCount } }

  private mutating func begin() {
    block.removeAll()
    for i in rollouts.indices {
      rollouts[i].begin(RoundID(version: .initial, kind: .training), snapshot: snapshot)
    }
  }

  /// Plays these slots, which lanes take in their order.
  mutating func play(_ slots: [Int]) throws(RolloutFault) -> [Int: ExaminedEpisode] {
    begin()
    var (next, finishedCount) = (0, 0)
    while finishedCount < slots.count {
      for i in rollouts.indices {
        try rollouts[i].advance(
          takingTurns: true, while: { _ in true },
          nextSlot: {
            guard next < slots.count else { return nil }
            defer { next += 1 }
            return slots[next]
          },
          finished: { _ in
            finishedCount += 1
            return true
          }, into: &block)
      }
    }
    return ExaminedEpisode.bySlot(block)
  }

  /// Plays slot after slot, as long as `goOn` says so after each tick; what is finished is forgotten.
  mutating func play(while goOn: () -> Bool) throws(RolloutFault) {
    begin()
    var next = 0
    // A rollout of its own comes back after every tick.
    let takingTurns = rollouts.count > 1
    repeat {
      for i in rollouts.indices {
        try rollouts[i].advance(
          takingTurns: takingTurns, while: { _ in takingTurns },
          nextSlot: {
            defer { next += 1 }
            return next
          }, finished: { _ in false }, into: &block)
      }
    } while goOn()
  }
}

internal import RL

/// Whether an environment does the same again: the beginning of a slot is played twice on one lane, before anything
/// counts.
///
/// What an episode takes over from the one before, because its reset forgot it, and what it takes from
/// elsewhere than its random stream shows in the second playing. The trajectories of such an environment
/// would be those of no policy, and no run of it could be repeated. An environment that writes more than its
/// observation has room for is found first, because it would end the process without a word on where.
enum Rehearsal {
  /// Steps that are played at most, and for how long.
  private static let stepLimit = 64
  private static let timeLimit = Duration.milliseconds(250)

  /// - Precondition: a round was begun on the rollout, and nothing is played.
  /// - Throws: the fault, with slot and step, of an environment that does something else the second time,
  ///   and any fault that shows on the way.
  static func play<P: Policy>(
    _ slot: Int, of round: RoundID, seed: UInt64, on rollout: inout Rollout<P>,
    environment: EnvironmentSpecification
  ) throws(RolloutFault) {
    if let overrun = environment.observationOverrun(
      from: EpisodeStart(seed: seed, round: round, slot: slot))
    {
      throw RolloutFault(
        environment: environment.name, round: round, slot: slot, step: overrun.step,
        problem: "wrote entry \(overrun.entry) of an observation that ends before it,",
        detail: "Its observationSize says how many entries a reset and a step write, and that the "
          + "policy sees")
    }
    let clock = ContinuousClock()
    let deadline = clock.now + timeLimit
    var tickCount = 0
    let first = try rollout.opening(
      of: slot,
      while: {
        tickCount += 1
        return tickCount < stepLimit && clock.now < deadline
      })
    var ticksLeft = tickCount
    let second = try rollout.opening(
      of: slot,
      while: {
        ticksLeft -= 1
        return ticksLeft > 0
      })
    guard let difference = difference(first, second) else { return }
    throw RolloutFault(
      environment: environment.name, round: round, slot: slot,
      step: difference.step ?? min(first.stepCount, second.stepCount),
      problem: "did something else when it was played again",
      detail: "In the second playing, \(difference.what). A reset must forget everything of the "
        + "episode before, and all randomness must come from the random stream, or seed, that it "
        + "is handed; `troupe doctor ENVIRONMENT` plays more")
  }

  /// Leaves out what follows from one of them having been cut off.
  private static func difference(
    _ first: EpisodeOpening, _ second: EpisodeOpening
  ) -> ExaminedEpisode.Difference? {
    let difference = ExaminedEpisode(firstOf: first.block).difference(
      from: ExaminedEpisode(firstOf: second.block))
    guard let difference, difference.step == nil else { return difference }
    let shorter = first.stepCount <= second.stepCount ? first : second
    let isReal =
      first.stepCount == second.stepCount
      ? first.isComplete && second.isComplete : shorter.isComplete
    return isReal ? difference : nil
  }
}

extension EpisodeOpening {
  fileprivate var stepCount: Int { block.headers[0].stepCount }
}

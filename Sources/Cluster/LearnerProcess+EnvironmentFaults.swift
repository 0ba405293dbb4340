internal import Logging
internal import Monitoring
internal import RL
internal import Wire

// What becomes of a run whose environment breaks its contract.
extension LearnerProcess {
  /// Takes note that an actor left because the environment broke its contract.
  ///
  /// The slot goes to somebody else. If that fails, too, the run ends: nobody could play the round to its
  /// end. One attempt is enough where the episode is a function of its slot and nobody else is there.
  ///
  /// - Precondition: the actor has not been taken off the ledger.
  mutating func heedFault(
    _ leave: ActorMessage.Leave, from actor: ActorID, in round: RoundID
  ) {
    logger.error(
      "an actor found the environment at fault: \(leave.reason)", metadata: fields([.actor: actor]))
    // Only who takes part in this round is believed.
    guard let fault = leave.fault, leave.round == round,
      ledger.actors.contains(where: { $0.id == actor })
    else { return }
    faultCounts[fault.slot, default: 0] += 1
    let count = faultCounts[fault.slot, default: 0]
    let isAlone = actors == nil && ledger.liveActors.allSatisfy { $0 == actor }
    guard count >= 2 || isAlone && environment.isReproducible else { return }
    let attempts = count == 1 ? "the only actor" : "\(count) actors in turn"
    ending = .failure(
      RoleFailure(
        .badData,
        "\(attempts) failed on the environment: \(leave.reason); mend it, then go on with --resume")
    )
  }
}

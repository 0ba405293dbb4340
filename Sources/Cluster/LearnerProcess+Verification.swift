internal import Learning
internal import Logging
internal import Policies
internal import RL
internal import Wire

// What becomes of what the learner found out about the episodes it received.
extension LearnerProcess {
  mutating func heedVerifications(of collected: inout CollectedRound) {
    switch consume collected {
    case .trajectories(var estimation):
      heedVerifications(of: &estimation)
      collected = .trajectories(estimation)
    case .returns(var round, var checks):
      heedChecks(of: &round, &checks)
      collected = .returns(round, checks)
    }
  }

  private mutating func heedVerifications(of estimation: inout RoundEstimation) {
    for verification in estimation.takeVerifications(wake: wakeUp.call) {
      if verification.mismatches.isEmpty {
        monitor.verified(verification.deviations)
        for place in estimation.slots(of: verification.group) {
          ledger.verified(arrivals?.slot(at: place) ?? place)
        }
        continue
      }
      for place in verification.mismatches {
        var reason = "its log-probabilities are not those of the policy"
        if let deviation = verification.deviations[place], let step = deviation.step {
          reason =
            "its log-probability at step \(step) is \(deviation.actor), and the policy's \(deviation.learner)"
        }
        refuse(
          arrivals?.reopen(place) ?? place, of: estimation.round, "refused a trajectory: \(reason)")
      }
    }
  }

  private mutating func heedChecks(
    of round: inout SearchRound<MLPPolicy>, _ checks: inout ReturnChecks
  ) {
    for check in round.takeChecks() where !check.matches {
      let actor = ledger.sender(of: check.slot)
      refuse(
        check.slot, of: round.round, "refused a return: the episode, played again, is another")
      for slot in checks.failed(check.slot, of: actor, others: ledger.receivedSlots(from: actor)) {
        round.check(slot, wake: wakeUp.call)
      }
    }
  }

  private mutating func refuse(_ slot: Int, of round: RoundID, _ reason: String) {
    let refusal = ledger.refused(slot)
    var metadata: Logger.Metadata = [
      "version": "\(round.version)", "slot": "\(slot)", "refusals": "\(refusal.refusalCount)",
    ]
    if let actor = refusal.actor { metadata["actor"] = "\(actor)" }
    if let peer = refusal.actor.flatMap({ peerText(of: $0) }) { metadata["key"] = "\(peer)" }
    // Version and slot alone name a training episode.
    if round.kind != .training { metadata["kind"] = "\(round.kind)" }
    logger.error("\(reason)", metadata: metadata)
    note(refusal)
  }
}

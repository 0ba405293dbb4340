internal import Learning
internal import Logging
internal import Monitoring
internal import Policies
internal import RL
internal import Wire

// Slots that a second actor played, too: what becomes of the copies.
extension LearnerProcess {
  /// Which slots are audited, under a key of this process alone; nil if none is.
  ///
  /// - Throws: exit 64 where copies of a slot may differ, or are not what is collected.
  static func auditChoice(
    _ role: LearnerRole, _ environment: EnvironmentSpecification
  ) throws(RoleFailure) -> AuditChoice? {
    guard role.audit > 0 else { return nil }
    let objection: String? =
      if !environment.isReproducible {
        "\(environment.name) declares that equal slots need not give equal episodes"
      } else if role.allowsApproximateActors {
        "actors of another arithmetic may take other actions"
      } else if role.run.learner.method.isSearch {
        "a search checks its returns by itself, one slot in 32"
      } else if role.run.learner.collection == .firstCome {
        "with --collection first-come no slot is anybody's"
      } else {
        nil
      }
    if let objection {
      throw RoleFailure(
        .usage, "--audit plays slots twice and compares the copies, but \(objection); leave it out")
    }
    return AuditChoice(share: role.audit, key: UInt64.random(in: 0...UInt64.max))
  }

  /// Takes a copy of an audited slot; gives the trajectory to use once it is known.
  mutating func heedCopy(
    _ trajectory: TrajectoryReference, from actor: ActorID, isFirst: Bool, in round: RoundID
  ) -> TrajectoryReference? {
    let slot = trajectory.header.slot
    let copy = RoundAudit.Copy(actor: actor, trajectory: trajectory)
    if isFirst {
      audit.hold(copy)
      return nil
    }
    guard let first = audit.release(slot) else {
      preconditionFailure("a second copy has a first")
    }
    if trajectory.isCopy(of: first.trajectory) { return first.trajectory }
    return judge(first, copy, slot: slot, of: round)
  }

  /// Uses the first copies for whose second nobody is there.
  mutating func heedWaivedAudits(into estimation: RoundEstimation) {
    let waived = ledger.waiveAudits(now: clock.now)
    guard !waived.isEmpty else { return }
    if !audit.isWaived {
      audit.isWaived = true
      logger.warning(
        "slots are not audited, for there is no second actor to play them",
        metadata: fields([.version: estimation.round.version]))
    }
    for slot in waived {
      guard let first = audit.release(slot) else { continue }
      estimation.insert(first.trajectory, wake: wakeUp.call)
    }
  }

  /// Plays the slot a third time, here, and so finds out who invents.
  private mutating func judge(
    _ first: RoundAudit.Copy, _ second: RoundAudit.Copy, slot: Int, of round: RoundID
  ) -> TrajectoryReference? {
    let replay = EpisodeReplay(
      environment: environment, policy: policy, snapshot: learner.snapshot, seed: role.run.seed,
      kind: round.kind, slot: slot)
    let truth =
      replay.fault == nil
      ? TrajectoryReference(block: replay.block, index: 0, stepOffset: 0) : nil
    let liars = [first, second].filter { copy in
      truth.map { !copy.trajectory.isCopy(of: $0) } ?? true
    }
    var metadata = fields([
      .actor: first.actor, .other: second.actor, .version: round.version, .slot: slot,
    ])
    metadata[LogKey.key.rawValue] = peerText(of: first.actor).map { "\($0)" }
    metadata["other_key"] = peerText(of: second.actor).map { "\($0)" }
    if round.kind != .training { metadata["kind"] = "\(round.kind)" }
    guard liars.count == 1, let liar = liars.first else {
      logger.error(
        "two actors played one slot differently, and the learner in a third way", metadata: metadata
      )
      ending = .failure(
        RoleFailure(
          .badData,
          "slot \(slot) of version \(round.version) came out in three ways: from actor \(first.actor), from "
            + "actor \(second.actor), and here; \(environment.name) is not reproducible on these hosts, or "
            + "both actors invent"))
      return nil
    }
    metadata["liar"] = "\(liar.actor)"
    logger.error(
      "two actors played one slot differently; the learner played it, and one of them is wrong",
      metadata: metadata)
    let honest = liar.actor == first.actor ? second : first
    ledger.attribute(slot, to: honest.actor)
    monitor.refused(.audit)
    note(ledger.offended(liar.actor))
    return honest.trajectory
  }
}

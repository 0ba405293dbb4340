internal import Kernels
internal import Learning
internal import Logging
internal import Monitoring
internal import Policies
internal import RL
internal import Wire
internal import ZeroMQ

// What the learner does with each message, and how the ledger's decisions become messages.
extension LearnerProcess {
  /// Takes in what actors sent meanwhile, one message after the other: what the first brings is computed on
  /// while the next is decoded.
  mutating func receive(into collected: inout CollectedRound) throws(RoleFailure) {
    var count = 0
    while count < LearnerLink.messagesPerTurn, let item = try link.nextMessage() {
      count += 1
      defer { faults.messageCrossed() }
      switch item {
      case .outcast(let key, _):
        monitor.dropped(
          .outcast, "its key was removed", actor: nil, peer: key.map { "\($0)" })
      case .malformed(let error, let sender, _):
        try heedMalformed(error, from: sender)
      case .message(let message, let sender, let byteCount):
        monitor.received(byteCount: byteCount)
        try heed(message, from: sender, into: &collected)
      }
    }
    monitor.found(messageCount: count)
  }

  private mutating func heed(
    _ message: ActorMessage, from sender: Peer, into collected: inout CollectedRound
  ) throws(RoleFailure) {
    guard message.run == nil || message.run == store.run else {
      return try heedForeign(message, from: sender)
    }
    guard try isGranted(message, to: sender) else { return }
    switch message.body {
    case .join(let join): try heed(join, from: message.actor, peer: sender)
    case .status(let status):
      monitor.heard(status, from: message.actor)
      ledger.status(from: message.actor, StatusReport(status), now: clock.now)
    case .trajectories(let trajectories):
      heed(trajectories, from: message.actor, into: collected)
    case .returns(let returns):
      heed(returns, from: message.actor, into: &collected)
    case .leave(let leave):
      if leave.fault != nil {
        heedFault(leave, from: message.actor, in: collected.id)
      } else {
        logger.info(
          "an actor left: \(leave.reason)",
          metadata: fields([.actor: message.actor, .version: collected.id.version]))
      }
      ledger.leave(message.actor)
    }
  }

  mutating func receiveEvents() throws(RoleFailure) {
    for (event, sender) in try link.takeEvents() {
      defer { faults.messageCrossed() }
      guard case .actor(let actor) = event.topic, mayHint(sender, of: actor) else { continue }
      if event.isSubscription {
        ledger.subscribed(actor, now: clock.now)
      } else {
        ledger.suspect(actor)
      }
    }
  }

  /// After the goodbye only departures matter; any other word is answered with another goodbye.
  mutating func receiveFarewells() throws(RoleFailure) {
    for _ in 0..<LearnerLink.messagesPerTurn {
      guard let item = try link.nextMessage() else { break }
      guard case .message(let message, let sender, _) = item else { continue }
      guard ledger.claim(message.actor, by: sender, now: clock.now) == .granted else { continue }
      switch message.body {
      case .leave: ledger.leave(message.actor)
      case .status(let status):
        ledger.status(from: message.actor, StatusReport(status), now: clock.now)
      case .join, .trajectories, .returns: break
      }
    }
    try receiveEvents()
  }

  private mutating func heedMalformed(_ error: WireError, from peer: Peer) throws(RoleFailure) {
    monitor.dropped(.malformed, "\(error)", actor: nil, peer: text(of: peer))
    guard case .protocolVersion(let expected, let found, let sender) = error else {
      return note(ledger.offended(by: peer))
    }
    guard let sender else { return }
    try refuse(
      sender, .protocolVersion,
      "it speaks version \(found) of the protocol, this learner version \(expected)")
  }

  private mutating func heedForeign(
    _ message: ActorMessage, from peer: Peer
  ) throws(RoleFailure) {
    monitor.dropped(
      .foreignRun, "another run", actor: message.actor, peer: text(of: peer))
    guard case .join = message.body else { return }
    try refuse(message.actor, .otherRun, "another run is served here")
  }

  private mutating func heed(
    _ join: ActorMessage.Join, from actor: ActorID, peer: Peer
  ) throws(RoleFailure) {
    let isExact = join.arithmetic == .exact
    if !isExact, let objection = approximateActors.objection {
      logger.error(
        "refused an approximate actor: \(objection)",
        metadata: fields([.actor: actor, .host: join.hostName]))
      return try refuse(actor, .approximate, objection)
    }
    guard !isExact || join.numericsDigest == NumericsDigest.ofThisProcess else {
      logger.error(
        "refused an actor: its arithmetic gives other bits than this learner's",
        metadata: fields([.actor: actor, .host: join.hostName]))
      return try refuse(
        actor, .numericsDigest,
        "its arithmetic gives other bits than the learner's; run the same build on both")
    }
    approximateActors.joined(actor, join.arithmetic)
    if !ledger.actors.contains(where: { $0.id == actor }) {
      logger.info(
        isExact ? "an actor joined" : "an approximate actor joined",
        metadata: fields([
          .actor: actor, .host: join.hostName, .pid: join.processID,
          .instructions: join.instructionSet,
        ]).merging(text(of: peer).map { ["key": "\($0)"] } ?? [:]) { $1 })
    }
    monitor.joined(
      actor, host: join.hostName, process: join.processID, isApproximate: !isExact)
    ledger.join(
      actor, lanes: join.laneCount,
      identityKey: identityKey(
        hostName: join.hostName, processID: join.processID, key: peer.key),
      now: clock.now)
  }

  private mutating func heed(
    _ message: ActorMessage.Trajectories, from actor: ActorID,
    into collected: CollectedRound
  ) {
    if message.round == collected.id, case .returns = collected {
      return monitor.dropped(
        .wrongForm, "a search collects returns", actor: actor, peer: peerText(of: actor))
    }
    if let value = message.block.firstNonFinite {
      monitor.dropped(
        .nonFinite, "\(value) is not finite", actor: actor, peer: peerText(of: actor))
      return note(ledger.offended(actor))
    }
    let block = message.block
    if let objection = approximateActors.objection(to: block, from: actor) {
      return monitor.dropped(
        .approximate, objection, actor: actor, peer: peerText(of: actor))
    }
    var acceptedCount = 0
    var entering: [TrajectoryReference] = []
    for trajectory in TrajectoryReference.all(of: block) {
      let header = trajectory.header
      let admission = admit(
        from: actor, round: message.round, policyDigest: message.policyDigest, slot: header.slot,
        fingerprint: header.fingerprint, stepCount: header.stepCount)
      guard case .trajectories = collected else { continue }
      switch admission {
      case .rejected: continue
      case .first, .second:
        acceptedCount += 1
        let isFirst = admission == .first
        if let copy = heedCopy(trajectory, from: actor, isFirst: isFirst, in: message.round) {
          entering.append(copy)
        }
      case .accepted:
        acceptedCount += 1
        if arrivals == nil {
          entering.append(trajectory)
        } else if let place = arrivals?.take(slot: header.slot) {
          entering.append(trajectory.placed(at: place))
        }
      }
    }
    if case .trajectories(let estimation) = collected {
      let wake = wakeUp.call
      // The longest first: the learner's threads have work while this one does what is too little for them.
      for trajectory in entering.sorted(by: { $0.header.stepCount > $1.header.stepCount }) {
        estimation.insert(trajectory, wake: wake)
      }
    }
    monitor.accepted(acceptedCount, from: actor, now: clock.now)
  }

  private mutating func heed(
    _ message: ActorMessage.Returns, from actor: ActorID, into collected: inout CollectedRound
  ) {
    if message.round == collected.id, case .trajectories = collected {
      return monitor.dropped(
        .wrongForm, "this round collects trajectories", actor: actor, peer: peerText(of: actor))
    }
    var acceptedCount = 0
    for outcome in message.outcomes {
      let admission = admit(
        from: actor, round: message.round, policyDigest: message.policyDigest, slot: outcome.slot,
        fingerprint: outcome.fingerprint, stepCount: outcome.stepCount)
      guard admission == .accepted, case .returns(var round, var checks) = collected
      else { continue }
      acceptedCount += 1
      round.insert(outcome)
      if checks.isDue(outcome.slot, from: actor) { round.check(outcome.slot, wake: wakeUp.call) }
      collected = .returns(round, checks)
    }
    monitor.accepted(acceptedCount, from: actor, now: clock.now)
  }

  /// What the ledger says to an episode that arrived; what it rejects is counted, and logged where no
  /// honest actor sends it.
  private mutating func admit(
    from actor: ActorID, round: RoundID, policyDigest: Digest128, slot: Int,
    fingerprint: Digest128, stepCount: Int
  ) -> Admission {
    let admission = ledger.admit(
      from: actor, round: round, policyDigest: policyDigest, slot: slot, fingerprint: fingerprint,
      stepCount: stepCount, now: clock.now)
    switch admission {
    case .accepted, .first, .second: break
    case .rejected(.duplicate(of: let first, agrees: false)) where ledger.rules.isReproducible:
      logger.error(
        "two actors played one slot differently",
        metadata: fields([
          .actor: actor, .other: first, .version: round.version, .slot: slot,
        ]))
    case .rejected(let rejection):
      guard let poison = Poison(rejection) else { break }
      monitor.rejected(
        poison, version: round.version, slot: slot, actor: actor, peer: peerText(of: actor))
      if poison == .slotOutOfRange { note(ledger.offended(actor)) }
    }
    return admission
  }

  /// Sends what the ledger decided.
  mutating func perform(_ actions: [LedgerAction]) throws(RoleFailure) {
    for action in actions {
      switch action {
      case .welcome(let actor, let lease):
        try send(
          .welcome(
            LearnerMessage.Welcome(
              configuration: role.run, policy: currentPolicy, lease: lease,
              greatestFrameByteCount: link.greatestFrameByteCount,
              suggestedLaneCount: suggestedLaneCount, host: .now)),
          to: .actor(actor))
      case .lease(let actor, let lease):
        try send(.lease(lease), to: .actor(actor))
      case .refuse(let actor, let reason):
        switch reason {
        case .clonedIdentity(let key, let holder):
          try refuse(
            actor, .duplicateActor, "\(holder) has the same id", identityKey: key)
        case .quarantined(let count):
          try refuse(
            actor, .quarantined,
            "it is in quarantine: \(count) messages under its id or its key were refused")
        }
      case .goodbye(let actor):
        try send(
          .goodbye(LearnerMessage.Goodbye(reason: "the run is complete")), to: .actor(actor))
      }
    }
  }

  mutating func refuse(
    _ actor: ActorID, _ reason: LearnerMessage.RefusalReason, _ text: String,
    identityKey: String? = nil
  ) throws(RoleFailure) {
    try send(
      .refusal(
        LearnerMessage.Refusal(reason: reason, text: text, identityKey: identityKey)),
      to: .actor(actor))
  }

  /// A lane for each episode of an actor's share: a round then takes as many ticks as its longest
  /// episode has steps, and a tick costs little more for many lanes than for few.
  private var suggestedLaneCount: Int {
    LaneCount.suggested(
      episodesPerUpdate: role.run.learner.episodesPerUpdate,
      actorCount: max(1, ledger.liveActors.count))
  }
}

/// The default number of lanes of one actor.
package enum LaneCount {
  /// clamp(m / actors, 32, 256) in multiples of 32.
  package static func suggested(episodesPerUpdate: Int, actorCount: Int) -> Int {
    let share = episodesPerUpdate / actorCount
    return min(256, max(32, (share + 31) / 32 * 32))
  }
}

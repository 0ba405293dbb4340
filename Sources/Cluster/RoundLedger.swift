package import Kernels
package import RL
package import Wire
package import ZeroMQ

/// Who plays which slot of a round, and what may enter its update: the on-policy rule as a pure state
/// machine. It reads no clock, draws no random number and sends nothing: events come in as calls,
/// messages to send come out of ``tick(now:)``.
///
/// The protocol is soft state, so any event may be missing or come twice. What an actor does is known
/// from three facts alone: trajectories that arrived; statuses, which travel behind the trajectories
/// pushed before them; and silence. Subscriptions are hints that save time.
///
/// A slot taken from an actor that may have played it is given back to it only after it acknowledged a
/// lease that does not list the slot. So an actor never has to guess whether a slot that is listed again
/// was lost or is merely not received yet.
///
/// Complexity: a trajectory is admitted in O(1), a lease made in O(slots it lists), a tick is
/// O(actors) when nothing is to be leased.
package struct RoundLedger: Sendable {
  package let incarnation: Incarnation
  package let rules: LedgerRules
  /// The round being played; nil before the first.
  package private(set) var round: RoundTerms?
  package internal(set) var counts = LedgerCounts()
  package private(set) var isEnding = false

  var slots = SlotTable(slotCount: 0)
  var roster = ActorRoster()
  /// Numbers all leases of this incarnation, so that they grow for each actor even if it is forgotten
  /// and comes back.
  var lastLeaseNumber: UInt64 = 0
  /// Messages to actors that are not in the roster or not wanted in it.
  var outbox: [LedgerAction] = []
  /// Who was welcomed without being known, lately.
  var strangers: [(actor: ActorID, welcomedAt: Duration)] = []
  /// Whose each actor's id is.
  var bindings = ActorBindings()
  /// Who was refused, over the whole run.
  var quarantine: Quarantine
  /// Steps of an average episode so far.
  var episodeLength: Double?
  /// When two live actors were there last, or one came.
  var lastCompany = Duration.zero
  /// Something changed that may allow another lease.
  var mayLease = false
  var lastTick = Duration.zero

  /// Nothing signed with one of `quarantinedKeys` is accepted, as in an earlier process of the run.
  package init(
    incarnation: Incarnation, rules: LedgerRules = LedgerRules(),
    quarantinedKeys: Set<CurvePublicKey> = []
  ) {
    self.incarnation = incarnation
    self.rules = rules
    quarantine = Quarantine(limit: rules.refusalLimit, keys: quarantinedKeys)
  }

  // MARK: Rounds

  /// Starts a round, voiding all leases of the one before, and gives each live actor its first lease,
  /// which may be empty. The table belongs into the policy message.
  package mutating func beginRound(
    _ id: RoundID, slotCount: Int, policyDigest: Digest128, now: Duration
  ) -> [FirstLease] {
    let forgetAfter = rules.forgetAfter
    roster.beginRound { $0.condition == .suspect && now - $0.lastHeard > forgetAfter }
    if bindings.count > roster.count {
      bindings.forget(heardBefore: now - forgetAfter) { [roster] in roster.index(of: $0) != nil }
    }
    round = RoundTerms(id: id, policyDigest: policyDigest, slotCount: slotCount)
    slots = SlotTable(slotCount: slotCount)
    if let audit = rules.audit {
      for slot in 0..<slotCount where audit.isChosen(slot, of: id) { slots.audit(slot) }
    }
    mayLease = true
    return firstLeases(now: now)
  }

  /// How many actors are remembered, and whether this one is: those that left, or fell silent for long, are forgotten
  /// when a round begins.
  package var actorCount: Int { roster.count }
  package func remembers(_ actor: ActorID) -> Bool { roster.index(of: actor) != nil }

  /// Says goodbye to all actors, and from now on to whoever is heard.
  package mutating func end() {
    isEnding = true
    for i in 0..<roster.count
    where roster[i].condition == .live || roster[i].condition == .suspect {
      post(.goodbye(roster[i].id))
    }
  }

  // MARK: What actors say

  /// An actor asks to take part.
  ///
  /// `identityKey` names its process beyond doubt, such as host, process number and public key.
  package mutating func join(_ actor: ActorID, lanes: Int, identityKey: String, now: Duration) {
    guard isWanted(actor) else { return }
    let lanes = min(max(lanes, 1), 1 << 16)
    mayLease = true
    guard let i = roster.index(of: actor) else {
      lastCompany = max(lastCompany, now)
      let record = ActorRecord(id: actor, identityKey: identityKey, lanes: lanes, now: now)
      roster[roster.add(record)].needsWelcome = true
      return
    }
    guard roster[i].identityKey == identityKey else {
      let reason = RefusalReason.clonedIdentity(
        identityKey: identityKey, heldBy: roster[i].identityKey)
      return post(.refuse(actor, reason))
    }
    roster[i].lanes = lanes
    roster[i].lastHeard = now
    revive(i, now: now)
    requestWelcome(i, unlessWithin: rules.welcomeInterval, now: now)
  }

  /// An actor says where it is.
  package mutating func status(from actor: ActorID, _ report: StatusReport, now: Duration) {
    guard isWanted(actor) else { return }
    guard let i = roster.index(of: actor) else { return welcomeStranger(actor, now: now) }
    roster[i].lastHeard = now
    roster[i].measure(stepCount: report.stepCount, playTime: report.playTime)
    revive(i, now: now)
    mayLease = true
    guard let round else { return }
    guard report.incarnation == incarnation, report.round == round.id else {
      // What it should know may be on its way; after the time of an answer it must be lost.
      let patience = roster[i].answerTime(rules)
      if now - roster[i].issuedAt >= patience {
        requestWelcome(i, unlessWithin: patience, now: now)
      }
      return
    }
    guard report.leaseNumber <= lastLeaseNumber else { return }
    roster[i].acknowledge(report.leaseNumber, now: now)
    // In a long round an idle actor would hear nothing at all and take the learner for gone.
    if now - roster[i].sentAt >= rules.keepAlive { roster[i].needsLease = true }
    if report.leaseNumber == roster[i].lease?.number {
      reopenLost(i, unplayed: report.unplayed)
    }
  }

  /// A trajectory of one slot arrived, its shape checked and its numbers finite.
  package mutating func admit(
    from actor: ActorID, round id: RoundID, policyDigest: Digest128, slot: Int,
    fingerprint: Digest128, stepCount: Int, now: Duration
  ) -> Admission {
    if let i = roster.index(of: actor) { roster[i].lastHeard = now }
    if let rejection = rejection(
      from: actor, round: id, policyDigest: policyDigest, slot: slot, fingerprint: fingerprint)
    {
      counts.count(rejection)
      return .rejected(rejection)
    }
    counts.accepted += 1
    episodeLength = episodeLength.map { $0 + (Double(stepCount) - $0) / 256 } ?? Double(stepCount)
    let entry = slots[slot]
    let isFirst = entry.isAudited && !entry.hasFirstCopy
    if isFirst {
      slots.holdFirstCopy(slot, from: actor, fingerprint: fingerprint)
    } else {
      slots.receive(
        slot, from: entry.hasFirstCopy ? entry.sender : actor, fingerprint: fingerprint)
    }
    if entry.holder >= 0 { settle(Int(entry.holder), deliveredBy: actor) }
    if entry.backup >= 0 { settle(Int(entry.backup), deliveredBy: actor) }
    mayLease = true
    guard entry.isAudited else { return .accepted }
    if !isFirst { counts.audited += 1 }
    return isFirst ? .first : .second
  }

  /// Notes that a slot which `holder` held is received.
  private mutating func settle(_ holder: Int, deliveredBy actor: ActorID) {
    roster[holder].heldCount -= 1
    if roster[holder].heldCount == 0 { roster[holder].isLate = false }
    // Another copy won: the holder need not play on.
    if roster[holder].id != actor { roster[holder].hasSurplus = true }
  }

  private func rejection(
    from actor: ActorID, round id: RoundID, policyDigest: Digest128, slot: Int,
    fingerprint: Digest128
  ) -> Rejection? {
    if isQuarantined(actor) { return .quarantined }
    guard let round else { return .stale }
    if id.version < round.id.version { return .stale }
    if id.version > round.id.version { return .ahead }
    if id.kind != round.id.kind { return .wrongKind }
    if slot < 0 || slot >= round.slotCount { return .slotOutOfRange }
    if policyDigest != round.policyDigest { return .digestMismatch }
    switch slots[slot].phase {
    case .open, .leased:
      guard slots[slot].hasFirstCopy, slots[slot].sender == actor else { return nil }
      // Nobody is the second to itself.
      return .duplicate(of: actor, agrees: slots[slot].fingerprint == fingerprint)
    case .received, .verified:
      return .duplicate(
        of: slots[slot].sender, agrees: slots[slot].fingerprint == fingerprint)
    }
  }

  /// An actor goes, having pushed all it had finished.
  package mutating func leave(_ actor: ActorID) {
    guard let i = roster.index(of: actor) else { return }
    releaseAll(i)
    roster.remove(at: i)
  }

  // MARK: What the forward pass says

  /// The log-probabilities of a received slot were reproduced bit for bit.
  ///
  /// - Precondition: the slot is received and was not verified.
  package mutating func verified(_ slot: Int) { slots.verify(slot) }

  /// They were not: the slot is played again, by another actor if there is one, and its sender is
  /// quarantined if this happens too often.
  ///
  /// - Precondition: the slot is received and was not verified.
  package mutating func refused(_ slot: Int) -> Refusal {
    let sender = slots[slot].sender
    slots.refuse(slot)
    counts.refused += 1
    mayLease = true
    if let i = roster.index(of: sender), roster[i].condition != .quarantined {
      slots.bar(slot, from: i, at: roster[i].lease?.number ?? 0)
    }
    return refuse(sender, party: party(of: sender))
  }

  /// Whether `actor` may take part; if not, it is told so.
  private mutating func isWanted(_ actor: ActorID) -> Bool {
    if isEnding {
      post(.goodbye(actor))
    } else if isQuarantined(actor) {
      let count = quarantine.refusalCount(of: party(of: actor))
      post(.refuse(actor, .quarantined(refusalCount: count)))
    } else {
      return true
    }
    return false
  }

  /// Queues a message, once however often it is asked for before the next tick.
  mutating func post(_ action: LedgerAction) {
    if !outbox.contains(action) { outbox.append(action) }
  }
}

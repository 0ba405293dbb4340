import RL
import Wire

// Who gets which slots, and what is sent to tell it.
extension RoundLedger {
  /// Lets time pass and returns the messages that are due. To be called after each batch of events
  /// and whenever ``nextDeadline`` passes.
  package mutating func tick(now: Duration) -> [LedgerAction] {
    expire(now: now)
    if round != nil, !isEnding, mayLease {
      mayLease = false
      topUp()
      leaseBackups()
    }
    var actions = outbox
    outbox.removeAll(keepingCapacity: true)
    guard round != nil, !isEnding else { return actions }
    for i in 0..<roster.count where roster[i].isLive {
      if roster[i].needsWelcome {
        roster[i].needsWelcome = false
        roster[i].lastWelcome = now
        actions.append(.welcome(roster[i].id, issueLease(i, now: now)))
      } else if roster[i].needsLease
        || roster[i].hasSurplus && now - roster[i].sentAt >= rules.resendFloor
      {
        actions.append(.lease(roster[i].id, issueLease(i, now: now)))
      } else if let lease = roster[i].lease, !roster[i].isAcknowledged,
        now - roster[i].sentAt >= roster[i].answerTime(rules)
      {
        roster[i].sentAt = now
        roster[i].resendCount += 1
        counts.resent += 1
        actions.append(.lease(roster[i].id, lease))
      }
    }
    return actions
  }

  /// When ``tick(now:)`` has something to do, if no event comes before; nil when only an event can
  /// change anything.
  package var nextDeadline: Duration? {
    if !outbox.isEmpty { return lastTick }
    guard !isEnding else { return nil }
    var next: Duration?
    for i in 0..<roster.count where roster[i].isLive {
      if round != nil, mayLease || roster[i].needsWelcome || roster[i].needsLease {
        return lastTick
      }
      // Regular ticks also tell the silence of actors from an absence of the learner.
      var due = min(lastTick + rules.statusPeriod, roster[i].lastHeard + rules.silence)
      if !roster[i].isAcknowledged {
        due = min(due, roster[i].sentAt + roster[i].answerTime(rules))
      }
      if roster[i].hasSurplus { due = min(due, roster[i].sentAt + rules.resendFloor) }
      if let deadline = roster[i].deadline, roster[i].heldCount > 0, !roster[i].isLate {
        due = min(due, deadline)
      }
      next = min(next ?? due, due)
    }
    return next
  }

  /// Shares the round out among the live actors in proportion to their speed.
  mutating func firstLeases(now: Duration) -> [FirstLease] {
    let live = (0..<roster.count).filter { roster[$0].isLive }
    let weights = roster.weights.of
    let sizes = LeasePlan.firstLeases(
      slotCount: slots.slotCount, weights: live.map { weights[$0] },
      laneCount: live.reduce(0) { $0 + roster[$1].lanes })
    return zip(live, sizes).map { i, size in
      grant(i, slots.take(size, for: i) { _ in true })
      return FirstLease(actor: roster[i].id, lease: issueLease(i, now: now))
    }
  }

  /// Gives open slots to the actors that would run out of them.
  private mutating func topUp() {
    guard slots.openCount > 0 else { return }
    let actorCount = roster.liveCount
    let weights = roster.weights
    for i in 0..<roster.count where roster[i].isLive {
      let open = slots.openCount
      guard open > 0 else { return }
      let held = roster[i].heldCount
      let lanes = roster[i].lanes
      let share = weights.of[i] / weights.total
      guard LeasePlan.isHungry(held: held, lanes: lanes, open: open, share: share) else { continue }
      let size = LeasePlan.piece(
        held: held, lanes: lanes, open: open, share: share, isMeasured: roster[i].speed != nil)
      let id = roster[i].id
      let acknowledged = roster[i].acknowledged
      let listed = roster[i].lease?.number ?? 0
      var mustExclude = false
      let mayComeSecond = mayRepeat(i)
      let taken = slots.take(size, for: i) { entry in
        if entry.wasRefused, entry.sender == id, actorCount > 1 { return false }
        if entry.hasFirstCopy, !mayComeSecond(entry.sender) { return false }
        guard entry.revokedFrom == Int32(i), acknowledged <= entry.revokedAt else { return true }
        mustExclude = mustExclude || listed <= entry.revokedAt
        return false
      }
      grant(i, taken)
      if mustExclude { roster[i].needsLease = true }
    }
  }

  /// Gives slots of late actors to idle ones as well, those that the late actor plays last first.
  private mutating func leaseBackups() {
    guard rules.isReproducible, (0..<roster.count).contains(where: { roster[$0].isLate }) else {
      return
    }
    let weights = roster.weights
    for late in 0..<roster.count where roster[late].isLive && roster[late].isLate {
      guard let lease = roster[late].lease else { continue }
      var candidates = lease.slots.slots.filter {
        slots[$0].holder == Int32(late) && slots[$0].backup < 0
      }
      for i in 0..<roster.count where roster[i].isLive && !roster[i].isLate && i != late {
        guard !candidates.isEmpty else { break }
        guard roster[i].heldCount < roster[i].lanes else { continue }
        let mayComeSecond = mayRepeat(i)
        let size = LeasePlan.piece(
          held: roster[i].heldCount, lanes: roster[i].lanes, open: candidates.count,
          share: weights.of[i] / weights.total, isMeasured: roster[i].speed != nil)
        var taken: [Int] = []
        for slot in candidates.reversed() where taken.count < size {
          let entry = slots[slot]
          let isBarred =
            entry.revokedFrom == Int32(i) && roster[i].acknowledged <= entry.revokedAt
            || entry.wasRefused && entry.sender == roster[i].id
            || entry.hasFirstCopy && !mayComeSecond(entry.sender)
          if !isBarred {
            slots.leaseBackup(slot, to: i)
            taken.append(slot)
          }
        }
        candidates.removeAll { slots[$0].backup >= 0 }
        counts.backups += taken.count
        grant(i, taken)
      }
    }
  }

  /// Notes slots that the actor's next lease lists on top of what it holds.
  private mutating func grant(_ i: Int, _ granted: [Int]) {
    guard !granted.isEmpty else { return }
    roster[i].granted += granted
    roster[i].heldCount += granted.count
    roster[i].needsLease = true
  }

  /// Makes the complete lease of what an actor holds.
  private mutating func issueLease(_ i: Int, now: Duration) -> Lease {
    guard let round else { preconditionFailure("leases belong to a round") }
    var listed = roster[i].granted
    // One that only repeats what the actor holds, or lists less, leaves it no more time for it.
    let mustPlayMore = !listed.isEmpty || roster[i].deadline == nil
    roster[i].granted = []
    if let lease = roster[i].lease {
      listed += lease.slots.slots.lazy.filter { [slots] in slots[$0].isHeld(by: i) }
    }
    lastLeaseNumber += 1
    counts.leases += 1
    let lease = Lease(number: lastLeaseNumber, round: round.id, slots: SlotSet(listed))
    roster[i].send(lease, now: now)
    if mustPlayMore { setDeadline(i, now: now) }
    return lease
  }
}

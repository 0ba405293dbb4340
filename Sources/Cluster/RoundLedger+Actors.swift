import RL
package import Wire

// Which actors are there, and what becomes of the slots of one that is not.
extension RoundLedger {
  /// Hint: a subscription to the topic of `actor` was seen. It is welcomed at once.
  package mutating func subscribed(_ actor: ActorID, now: Duration) {
    guard !isEnding else { return post(.goodbye(actor)) }
    guard let i = roster.index(of: actor) else { return welcomeStranger(actor, now: now) }
    // It lives, but a hint is not worth more than the time to hear from it.
    let doubt = rules.silence - rules.statusPeriod * 2
    roster[i].lastHeard = max(roster[i].lastHeard, now - doubt)
    revive(i, now: now)
    requestWelcome(i, unlessWithin: rules.welcomeInterval, now: now)
  }

  /// Hint: the topic of `actor` was unsubscribed. Its slots may be leased again until it is heard.
  package mutating func suspect(_ actor: ActorID) {
    guard rules.isReproducible, let i = roster.index(of: actor) else { return }
    markSuspect(i)
  }

  mutating func markSuspect(_ i: Int) {
    guard roster[i].isLive else { return }
    releaseAll(i)
    roster[i].condition = .suspect
    counts.suspicions += 1
  }

  /// Takes an actor believed gone back, with those of its slots that nobody else got meanwhile: it may
  /// be playing them still. Those that it has pushed and lost its next status tells.
  mutating func revive(_ i: Int, now: Duration) {
    guard roster[i].condition == .suspect else { return }
    roster[i].condition = .live
    counts.revivals += 1
    mayLease = true
    guard let lease = roster[i].lease else {
      roster[i].needsLease = true
      return
    }
    for slot in lease.slots.slots {
      let entry = slots[slot]
      switch entry.phase {
      case .open where entry.revokedFrom == Int32(i) && !entry.wasRefused:
        slots.lease(slot, to: i)
        roster[i].heldCount += 1
      case .open, .leased:
        roster[i].needsLease = true
      case .received, .verified:
        break
      }
    }
    setDeadline(i, now: now)
  }

  /// Takes all slots from an actor.
  mutating func releaseAll(_ i: Int) {
    if let lease = roster[i].lease, roster[i].heldCount > 0 {
      for slot in lease.slots.slots where slots[slot].isHeld(by: i) {
        slots.revoke(slot, from: i, at: lease.number)
      }
    }
    counts.released += roster[i].heldCount
    roster[i].heldCount = 0
    roster[i].isLate = false
    mayLease = true
  }

  /// Opens the slots that an actor which applied its latest lease neither lists nor delivered.
  mutating func reopenLost(_ i: Int, unplayed: SlotSet) {
    guard let lease = roster[i].lease, roster[i].heldCount > 0 else { return }
    for slot in lease.slots.subtracting(unplayed).slots where slots[slot].isHeld(by: i) {
      slots.revoke(slot, from: i, at: lease.number)
      roster[i].heldCount -= 1
      roster[i].needsLease = true
      counts.lost += 1
    }
    if roster[i].heldCount == 0 { roster[i].isLate = false }
  }

  /// Has a known actor welcomed at the next tick.
  mutating func requestWelcome(_ i: Int, unlessWithin interval: Duration, now: Duration) {
    if let last = roster[i].lastWelcome, now - last < interval { return }
    roster[i].needsWelcome = true
  }

  /// Tells an actor that is not known here what it needs in order to join, but does not answer each
  /// of the statuses that waited for a learner to come back.
  mutating func welcomeStranger(_ actor: ActorID, now: Duration) {
    guard round != nil else { return }
    strangers.removeAll { now - $0.welcomedAt >= rules.resendFloor }
    if strangers.contains(where: { $0.actor == actor }) { return }
    if strangers.count < 64 { strangers.append((actor, now)) }
    post(.welcome(actor, nil))
  }

  /// Notices actors that fell silent and leases that are overdue.
  mutating func expire(now: Duration) {
    let absence = now - lastTick
    // Where the learner itself was away, nobody is to blame for not having been heard.
    let wasAway = absence > rules.statusPeriod * 2
    lastTick = now
    for i in 0..<roster.count where roster[i].isLive {
      if wasAway {
        let grace = rules.silence - rules.statusPeriod * 2
        roster[i].lastHeard = max(roster[i].lastHeard, now - grace)
        roster[i].deadline = roster[i].deadline.map { $0 + absence }
      }
      if now - roster[i].lastHeard > rules.silence {
        markSuspect(i)
      } else if let deadline = roster[i].deadline, now >= deadline, roster[i].heldCount > 0,
        !roster[i].isLate, rules.isReproducible
      {
        roster[i].isLate = true
        roster[i].wasLate = true
        roster[i].patience = min(roster[i].patience * 2, 64)
        mayLease = true
      }
    }
  }

  /// Gives an actor that is not late the time that what it holds should take.
  mutating func setDeadline(_ i: Int, now: Duration) {
    guard !roster[i].isLate else { return }
    guard let speed = roster[i].speed ?? roster.meanSpeed, let episodeLength else {
      roster[i].deadline = now + rules.unknownDeadline
      return
    }
    let seconds = Double(roster[i].heldCount) * episodeLength / speed
    let expected = Duration.seconds(min(seconds * rules.deadlineFactor, 1e9))
    roster[i].deadline = now + max(rules.deadlineFloor, expected) * roster[i].patience
  }
}

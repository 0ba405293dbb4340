import RL
package import Wire

/// Which learner process sent a message, and when in the order of its messages.
package struct MessageOrigin: Hashable, Sendable {
  package let run: RunID
  package let incarnation: Incarnation
  package let sequence: UInt64

  package init(run: RunID, incarnation: Incarnation, sequence: UInt64) {
    self.run = run
    self.incarnation = incarnation
    self.sequence = sequence
  }
}

/// What a message of the learner changed.
package struct AgendaChange: Hashable, Sendable {
  package enum Verdict: Hashable, Sendable {
    case heeded
    /// Of the learner process followed, but not newer than what was heard.
    case outdated
    /// Nobody has welcomed the actor yet, so the message means nothing to it.
    case early
    /// Of another run than the one served.
    case foreignRun
    /// For another process that has the same id.
    case notMeant
  }

  package internal(set) var verdict: Verdict
  /// Another learner process speaks for the run: all that was known is void.
  package internal(set) var followsNewIncarnation = false
  /// The policy in this message is to be played from now on.
  package internal(set) var startsRound = false
  /// Episodes under way that nobody wants any more: their lanes are free.
  package internal(set) var abandoned: [Int] = []
}

extension ActorAgenda {
  /// A welcome: terms and policy of the current round, and a lease if the learner knows the actor.
  package mutating func welcome(
    _ origin: MessageOrigin, terms: RoundTerms, lease: Lease?, now: Duration
  ) -> AgendaChange {
    if run == nil { run = origin.run }
    var change = hear(origin, now: now)
    guard change.verdict == .heeded else { return change }
    adopt(terms, now: now, into: &change)
    if let lease {
      isJoined = true
      apply(lease, now: now, into: &change)
    } else if isJoined {
      isJoined = false
      schedule.joinAtOnce(now: now)
    }
    return change
  }

  /// A policy message: a new round, with the actor's entry in the table of first leases.
  package mutating func policy(
    _ origin: MessageOrigin, terms: RoundTerms, lease: Lease?, now: Duration
  ) -> AgendaChange {
    var change = hear(origin, now: now)
    guard change.verdict == .heeded else { return change }
    adopt(terms, now: now, into: &change)
    if let lease {
      isJoined = true
      apply(lease, now: now, into: &change)
    }
    return change
  }

  /// A lease message.
  package mutating func lease(
    _ origin: MessageOrigin, _ lease: Lease, now: Duration
  ) -> AgendaChange {
    var change = hear(origin, now: now)
    guard change.verdict == .heeded else { return change }
    if lease.round == terms?.id { isJoined = true }
    apply(lease, now: now, into: &change)
    return change
  }

  /// The learner ends the run. Heeded also by an actor that nobody has welcomed yet.
  package mutating func goodbye(_ origin: MessageOrigin, now: Duration) -> AgendaChange {
    var change = run == nil ? AgendaChange(verdict: .heeded) : hear(origin, now: now)
    guard change.verdict == .heeded else { return change }
    change.abandoned += drop()
    isOver = true
    return change
  }

  /// The learner does not want the process with `identityKey`, or whichever has this id if that is nil.
  package mutating func refusal(
    _ origin: MessageOrigin, identityKey: String?, now: Duration
  ) -> AgendaChange {
    if let identityKey, identityKey != self.identityKey { return AgendaChange(verdict: .notMeant) }
    return goodbye(origin, now: now)
  }

  /// Decides whether to believe a message, and drops everything if another incarnation speaks.
  private mutating func hear(_ origin: MessageOrigin, now: Duration) -> AgendaChange {
    guard let run else { return AgendaChange(verdict: .early) }
    guard origin.run == run, !isOver else {
      return AgendaChange(verdict: isOver ? .outdated : .foreignRun)
    }
    var change = AgendaChange(verdict: .heeded)
    if origin.incarnation != incarnation {
      change.followsNewIncarnation = true
      change.abandoned = drop()
      if incarnation != nil { schedule.joinAtOnce(now: now) }
      incarnation = origin.incarnation
      terms = nil
      leaseNumber = 0
      isJoined = false
    } else if origin.sequence <= sequence {
      return AgendaChange(verdict: .outdated)
    }
    sequence = origin.sequence
    return change
  }

  private mutating func adopt(
    _ terms: RoundTerms, now: Duration, into change: inout AgendaChange
  ) {
    guard terms != self.terms else { return }
    change.startsRound = true
    lastPush = now
    change.abandoned += drop()
    self.terms = terms
    progress = Array(repeating: .none, count: terms.slotCount)
    schedule.reportAtOnce(now: now)
  }

  /// Replaces the lease, if this is a later one of the round being played. Each lease is answered with
  /// a status, also one that came before or cannot be used: the learner would repeat it otherwise.
  private mutating func apply(_ lease: Lease, now: Duration, into change: inout AgendaChange) {
    schedule.reportAtOnce(now: now)
    guard let terms, lease.round == terms.id, lease.number > leaseNumber else { return }
    leaseNumber = lease.number
    let listed = lease.slots.intersection(SlotSet(0..<terms.slotCount))
    for slot in leased.subtracting(listed).slots {
      switch progress[slot] {
      case .waiting:
        progress[slot] = .none
      case .playing:
        progress[slot] = .none
        playingCount -= 1
        change.abandoned.append(slot)
      case .none, .finished, .pushed:
        break
      }
    }
    var fresh: [Int] = []
    for slot in listed.subtracting(leased).slots {
      switch progress[slot] {
      case .none, .pushed:
        progress[slot] = .waiting
        fresh.append(slot)
      case .finished, .waiting, .playing:
        break
      }
    }
    waiting = waiting.intersection(listed).union(SlotSet(fresh))
    leased = listed
  }

  /// Forgets all slots and returns those under way.
  private mutating func drop() -> [Int] {
    let playing = leased.slots.filter { progress[$0] == .playing }
    progress = []
    leased = SlotSet()
    waiting = SlotSet()
    playingCount = 0
    finishedSlots = []
    return playing
  }
}

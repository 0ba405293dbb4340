import RL
package import Wire

/// What one actor process has to play and to say: its side of the protocol as a pure state machine.
/// Messages of the learner come in as calls, episodes come out of ``nextSlot()``, and
/// ``nextDuty(now:)`` says when to send a join or a status.
///
/// It follows one learner process of one run at a time. Another incarnation of the run is believed at
/// once, whatever version it is at; within an incarnation a message is ignored unless it is newer
/// than all before it.
///
/// A lease is complete: what it does not list is dropped, also where it has been started, for the
/// learner has that trajectory from elsewhere or gave the slot to somebody else, whose copy is equal.
/// Only what is finished already is pushed nevertheless. What was pushed under a lease is not played
/// again as long as leases go on listing it, since they may have crossed the trajectory on the way. The
/// learner lists a slot anew, after a lease without it was acknowledged, if the trajectory was lost.
package struct ActorAgenda: Sendable {
  enum Progress: UInt8 { case none, waiting, playing, finished, pushed }

  package let id: ActorID
  /// Names this process beyond doubt, such as host, process number and public key.
  package let identityKey: String
  /// The run that welcomed the actor first; it serves no other.
  package internal(set) var run: RunID?
  /// The learner process it follows.
  package internal(set) var incarnation: Incarnation?
  /// The learner knows the actor: it gave it a lease, be it empty.
  package internal(set) var isJoined = false
  /// The round being played.
  package internal(set) var terms: RoundTerms?
  /// The latest lease applied within the incarnation, 0 before the first.
  package internal(set) var leaseNumber: UInt64 = 0
  /// Nothing is to be played or sent any more: the learner said goodbye, or refused the actor.
  package internal(set) var isOver = false

  /// Greatest sequence number heard within the incarnation.
  var sequence: UInt64 = 0
  var progress: [Progress] = []
  /// All slots of the lease.
  var leased = SlotSet()
  /// Those not started.
  var waiting = SlotSet()
  var playingCount = 0
  /// Finished and not pushed, in the order of finishing.
  var finishedSlots: [Int] = []
  /// When trajectories were pushed last, or the round began.
  var lastPush = Duration.zero
  var schedule: AgendaSchedule
  var stepCount: UInt64 = 0
  var playTime = Duration.zero

  /// Long against the time of a message, short against that of a round in which it matters who plays how much.
  static let pushInterval = Duration.milliseconds(10)

  package init(id: ActorID, identityKey: String, now: Duration) {
    self.id = id
    self.identityKey = identityKey
    schedule = AgendaSchedule(now: now)
  }

  // MARK: Playing

  /// No slot is left to start, to play or to push.
  package var isIdle: Bool { waiting.isEmpty && playingCount == 0 && finishedSlots.isEmpty }
  /// Slots not started yet.
  package var waitingCount: Int { waiting.count }
  /// The slot that ``nextSlot()`` would start.
  var firstWaiting: Int? { isOver ? nil : waiting.first }
  /// Whether what is finished should be pushed now, though a batch is not full: nothing else is to be played; or
  /// lanes run dry, and the learner, which may have more slots, has heard of none that was played for a while.
  package func shouldPush(now: Duration) -> Bool {
    guard !finishedSlots.isEmpty, waiting.isEmpty else { return false }
    return playingCount == 0 || now - lastPush >= Self.pushInterval
  }

  /// Starts the next slot, if there is one: a lane plays it from now on.
  package mutating func nextSlot() -> Int? {
    guard !isOver, let slot = waiting.removeFirst(1).first else { return nil }
    progress[slot] = .playing
    playingCount += 1
    return slot
  }

  /// Notes that an episode ended. False if nobody wants it any more: it is thrown away.
  package mutating func finished(_ slot: Int) -> Bool {
    guard progress.indices.contains(slot), progress[slot] == .playing else { return false }
    progress[slot] = .finished
    playingCount -= 1
    finishedSlots.append(slot)
    return true
  }

  /// Notes that all trajectories finished so far were handed to the socket.
  package mutating func pushedFinished(now: Duration) {
    guard !finishedSlots.isEmpty else { return }
    for slot in finishedSlots { progress[slot] = .pushed }
    finishedSlots.removeAll(keepingCapacity: true)
    lastPush = now
    if isIdle { schedule.becomeIdle(now: now) }
  }

  /// Counts steps played, from which the learner knows the actor's speed.
  package mutating func count(steps: Int, duration: Duration) {
    stepCount += UInt64(steps)
    playTime += duration
  }

  // MARK: Speaking

  package enum Duty: Hashable, Sendable { case join, status }

  /// What is to be sent now, if anything. To be asked after finished trajectories were pushed, until it
  /// gives nil.
  package mutating func nextDuty(now: Duration) -> Duty? {
    guard !isOver, now >= nextWakeup else { return nil }
    if isJoined {
      schedule.noteStatus(isIdle: isIdle, now: now)
      return .status
    }
    schedule.noteJoin(now: now)
    return .join
  }

  /// When ``nextDuty(now:)`` has something.
  package var nextWakeup: Duration { isJoined ? schedule.statusDue : schedule.joinDue }

  /// The status to send; nil before any learner was heard.
  package var statusReport: StatusReport? {
    guard let incarnation else { return nil }
    return StatusReport(
      incarnation: incarnation, round: terms?.id, leaseNumber: leaseNumber, unplayed: unplayed,
      stepCount: stepCount, playTime: playTime)
  }

  /// The slots of the lease whose trajectory has not been pushed.
  var unplayed: SlotSet {
    if isIdle { return SlotSet() }
    return SlotSet(leased.slots.filter { progress[$0] != .pushed })
  }
}

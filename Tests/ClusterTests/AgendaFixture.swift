import Cluster
import RL
import Wire

/// An agenda by reference, so that `#expect` may call what changes it.
@dynamicMemberLookup
final class AgendaFixture {
  var value = ActorAgenda(id: ActorID(1), identityKey: "here", now: .zero)

  subscript<T>(dynamicMember path: KeyPath<ActorAgenda, T>) -> T { value[keyPath: path] }

  func welcome(
    _ origin: MessageOrigin, _ terms: RoundTerms, _ lease: Lease?, now: Duration = .zero
  ) -> AgendaChange {
    value.welcome(origin, terms: terms, lease: lease, now: now)
  }
  func policy(
    _ origin: MessageOrigin, _ terms: RoundTerms, _ lease: Lease?, now: Duration = .zero
  ) -> AgendaChange {
    value.policy(origin, terms: terms, lease: lease, now: now)
  }
  func lease(_ origin: MessageOrigin, _ lease: Lease, now: Duration = .zero) -> AgendaChange {
    value.lease(origin, lease, now: now)
  }
  func goodbye(_ origin: MessageOrigin) -> AgendaChange { value.goodbye(origin, now: .zero) }
  func refusal(_ origin: MessageOrigin, identityKey: String?) -> AgendaChange {
    value.refusal(origin, identityKey: identityKey, now: .zero)
  }
  func shouldPush(now: Duration) -> Bool { value.shouldPush(now: now) }
  func nextSlot() -> Int? { value.nextSlot() }
  func finished(_ slot: Int) -> Bool { value.finished(slot) }
  func pushedFinished(now: Duration = .zero) { value.pushedFinished(now: now) }
  func nextDuty(_ milliseconds: Int) -> ActorAgenda.Duty? {
    value.nextDuty(now: .milliseconds(milliseconds))
  }

  func nextDuty(at time: Duration) -> ActorAgenda.Duty? { value.nextDuty(now: time) }

  /// Starts all that is left to start.
  func startAll() -> [Int] {
    var slots: [Int] = []
    while let slot = nextSlot() { slots.append(slot) }
    return slots
  }

  /// Times at which there is something to send, in milliseconds, until `end`.
  func duties(from start: Int, until end: Int) -> [Int] {
    (start...end).filter { nextDuty($0) != nil }
  }
}

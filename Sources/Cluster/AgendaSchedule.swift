/// When an actor joins and reports: at growing intervals as long as nothing answers or nothing is to
/// be played, at once when there is news, but never twice within 5 ms. In rounds that are shorter the learner would
/// take in more statuses than trajectories.
struct AgendaSchedule: Sendable {
  static let statusPeriod = Duration.milliseconds(500)
  private static let firstJoinInterval = Duration.milliseconds(10)
  /// Shorter, and a message that was lost is found out sooner. But each status takes both processes and their
  /// input-output threads 0.1 ms in all, while the learner computes on all processors.
  private static let firstIdleInterval = Duration.milliseconds(16)
  /// A quarter of the least time after which the learner repeats a lease that nobody acknowledged.
  private static let leastInterval = Duration.milliseconds(5)

  private(set) var joinDue: Duration
  private(set) var statusDue: Duration
  private var joinInterval = firstJoinInterval
  private var idleInterval = firstIdleInterval
  private var lastStatus: Duration?

  init(now: Duration) {
    joinDue = now
    statusDue = now
  }

  mutating func joinAtOnce(now: Duration) {
    joinDue = now
    joinInterval = Self.firstJoinInterval
  }

  mutating func noteJoin(now: Duration) {
    joinDue = now + joinInterval
    joinInterval = min(joinInterval * 2, Self.statusPeriod)
  }

  mutating func reportAtOnce(now: Duration) { statusDue = min(statusDue, soonest(now)) }

  private func soonest(_ now: Duration) -> Duration {
    lastStatus.map { max(now, $0 + Self.leastInterval) } ?? now
  }

  mutating func becomeIdle(now: Duration) {
    statusDue = soonest(now)
    idleInterval = Self.firstIdleInterval
  }

  mutating func noteStatus(isIdle: Bool, now: Duration) {
    lastStatus = now
    if isIdle {
      statusDue = now + idleInterval
      idleInterval = min(idleInterval * 2, Self.statusPeriod)
    } else {
      statusDue = now + Self.statusPeriod
      idleInterval = Self.firstIdleInterval
    }
  }
}

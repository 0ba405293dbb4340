/// When an actor joins and reports: at growing intervals as long as nothing answers or nothing is to
/// be played, at once when there is news.
struct AgendaSchedule: Sendable {
  static let statusPeriod = Duration.milliseconds(500)
  private static let firstJoinInterval = Duration.milliseconds(10)
  private static let firstIdleInterval = Duration.milliseconds(1)

  private(set) var joinDue: Duration
  private(set) var statusDue: Duration
  private var joinInterval = firstJoinInterval
  private var idleInterval = firstIdleInterval

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

  mutating func reportAtOnce(now: Duration) { statusDue = min(statusDue, now) }

  mutating func becomeIdle(now: Duration) {
    statusDue = now
    idleInterval = Self.firstIdleInterval
  }

  mutating func noteStatus(isIdle: Bool, now: Duration) {
    if isIdle {
      statusDue = now + idleInterval
      idleInterval = min(idleInterval * 2, Self.statusPeriod)
    } else {
      statusDue = now + Self.statusPeriod
      idleInterval = Self.firstIdleInterval
    }
  }
}

/// The ledger's patience, and what it may assume of the environment.
package struct LedgerRules: Hashable, Sendable {
  /// An actor that sends statuses hears of the learner at least this often.
  package var keepAlive: Duration = .seconds(5)
  /// How often an actor sends a status at least.
  package var statusPeriod: Duration = .milliseconds(500)
  /// Silence after which an actor is believed gone.
  package var silence: Duration = .seconds(2)
  /// Silence after which a new round no longer remembers an actor.
  package var forgetAfter: Duration = .seconds(60)
  /// A lease not acknowledged within max(this, 4 × round trip) is sent again; the wait doubles …
  package var resendFloor: Duration = .milliseconds(20)
  /// … up to this.
  package var resendCeiling: Duration = .milliseconds(500)
  /// Within this after a welcome another request for one is taken for an echo.
  package var welcomeInterval: Duration = .milliseconds(5)
  /// The shortest deadline of a lease.
  package var deadlineFloor: Duration = .milliseconds(500)
  /// The deadline of a lease of an actor when nobody's speed is known.
  package var unknownDeadline: Duration = .seconds(5)
  /// A deadline is this multiple of the time that the lease should take.
  package var deadlineFactor = 4.0
  /// Refusals that put an actor, or everybody who speaks with its key, in quarantine.
  package var refusalLimit = 3
  /// Equal slots give equal episodes. Where this does not hold there are no backup leases, and slots
  /// are leased again only when their actor is gone for certain.
  package var isReproducible = true
  /// Slots that two actors play, if any.
  package var audit: AuditChoice?

  package init() {}
}

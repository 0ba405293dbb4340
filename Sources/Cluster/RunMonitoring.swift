internal import Logging
package import Monitoring

/// Where a run's progress is shown.
package struct RunMonitoring: Sendable {
  package var console: Console
  /// Whether a live line of progress has a place on the console: not among JSON lines.
  package var showsProgress: Bool
  /// What determines the run, as people write it.
  package var configuration: [(name: String, value: String)] = []
  /// What the dashboard and `/metrics` read; nil if nobody does.
  package var live: LiveRun?
  /// Begins to serve it. Called when the sockets are bound, on a thread whose signal mask new threads may
  /// inherit.
  package var serve: (@Sendable () throws(RoleFailure) -> Void)?

  /// Level of each update's own line in the log: where there is no line of progress, it takes its place.
  var updateLevel: Logger.Level { showsProgress ? .debug : .info }

  package init(console: Console, showsProgress: Bool) {
    self.console = console
    self.showsProgress = showsProgress
  }
}

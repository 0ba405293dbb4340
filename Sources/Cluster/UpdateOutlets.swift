internal import Learning
internal import Logging
internal import Monitoring
internal import RL
internal import Wire

/// Everywhere a finished update is told: metrics file, TensorBoard, `/metrics`, dashboard, log, line of progress.
struct UpdateOutlets: ~Copyable {
  private let logger: Logger
  private let updateLevel: Logger.Level
  private let instruments: RunMetrics
  private var sinks: MetricsSinks
  /// What the dashboard reads; nil if nobody does.
  let live: LiveRun?
  private var progress: ProgressLine?
  private var bestEvaluation = -Double.infinity
  private var lastTimeline = Duration.seconds(-60)

  private static let timelineInterval = Duration.milliseconds(200)

  /// Cuts the files of a run that is resumed back to its version.
  init(
    role: LearnerRole, directory: borrowing RunDirectory, monitoring: RunMonitoring,
    logger: Logger, run: RunID, resumedAt version: PolicyVersion?, address: String
  ) {
    self.logger = logger
    updateLevel = monitoring.updateLevel
    let metrics = MetricsFile(path: directory.metricsPath) { logger.error("\($0)") }
    let events = EventFile(directory: directory.path, host: currentHostName()) {
      logger.error("\($0)")
    }
    events.begin(
      configuration: monitoring.configuration, firstVersion: (version ?? .initial).next.rawValue)
    live = monitoring.live
    instruments = RunMetrics(
      registry: monitoring.live?.registry, run: "\(run.rawValue)",
      environment: role.run.environment, seed: role.run.seed)
    live?.begin(
      LiveRun.Facts(
        run: "\(run.rawValue)", environment: role.run.environment, seed: role.run.seed,
        directory: directory.path, address: address, goalReturn: role.goal.untilReturn,
        lastUpdate: role.goal.updates,
        configuration: monitoring.configuration.map { .init($0.name, .string($0.value)) }))
    sinks = MetricsSinks(metrics: metrics, events: events, instruments: instruments, live: live)
    if monitoring.showsProgress {
      progress = ProgressLine(
        console: monitoring.console,
        forecast: GoalForecast(
          lastUpdate: role.goal.updates, goalReturn: role.goal.untilReturn))
    }
    do throws(MetricsFileError) {
      try metrics.truncate(toVersion: version ?? .initial)
    } catch {
      logger.error("\(error)")
    }
  }

  /// Tells of an update, which took so long on average.
  mutating func tell(_ report: UpdateReport, secondsPerUpdate: Double, now: Duration) {
    sinks.append(report, now: now)
    logger.log(level: updateLevel, "updated", metadata: report.metadata)
    if let evaluation = report.evaluation { log(evaluation, of: report.version) }
    progress?.show(
      Progress(
        update: Int(report.version.rawValue), meanReturn: report.meanReturn,
        stepsPerSecond: report.stepsPerSecond, actors: report.actors,
        learnerWaitingShare: report.learnerWaitingShare,
        actorWaitingShare: report.actorWaitingShare),
      secondsPerUpdate: secondsPerUpdate, now: .now)
  }

  /// Tells of the evaluation of an update that was told of without, before the run was resumed.
  mutating func tell(_ evaluation: UpdateReport.Evaluation, of version: PolicyVersion) {
    sinks.complete(version, with: evaluation)
    log(evaluation, of: version)
  }

  private mutating func log(_ evaluation: UpdateReport.Evaluation, of version: PolicyVersion) {
    // Among lines of progress an evaluation is news if it is the best so far.
    logger.log(
      level: evaluation.meanReturn > bestEvaluation ? .info : updateLevel, "evaluated",
      metadata: [
        LogKey.version.rawValue: "\(version)",
        MetricName.meanReturn.rawValue: .stringConvertible(evaluation.meanReturn),
        MetricName.stdReturn.rawValue: .stringConvertible(evaluation.stdReturn),
      ])
    bestEvaluation = max(bestEvaluation, evaluation.meanReturn)
  }

  /// Shows one round now and then; it is of the past when it is seen.
  mutating func show(_ round: RoundMeasurement, of report: UpdateReport) {
    guard let live, round.end - lastTimeline >= Self.timelineInterval else { return }
    lastTimeline = round.end
    live.note(round.timeline(of: report))
  }

  func publish(_ rows: [ActorRow], refusals: [RefusalLabel: Int]) {
    live?.note(actors: rows)
    instruments.record(rows)
    instruments.record(refusals: refusals)
  }

  /// Now and then: files and pages hear of updates that were kept from them for a moment.
  mutating func write(ifDueAt now: Duration) { sinks.write(ifDueAt: now) }

  /// Before a checkpoint: a run that resumes from it has its updates in the metrics.
  mutating func write() { sinks.write() }

  mutating func end() {
    sinks.flush()
    live?.end()
    progress = nil
  }
}

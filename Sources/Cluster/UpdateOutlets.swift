internal import Learning
internal import Logging
internal import Monitoring
internal import RL
internal import Wire

/// Everywhere a finished update is told: metrics file, TensorBoard, `/metrics`, dashboard, log, line of progress.
struct UpdateOutlets: ~Copyable {
  private let logger: Logger
  private let updateLevel: Logger.Level
  private let metrics: MetricsFile
  private let events: EventFile
  private let instruments: RunMetrics
  /// What the dashboard reads; nil if nobody does.
  let live: LiveRun?
  private var progress: ProgressLine?
  private var lastTimeline = Duration.seconds(-60)

  private static let timelineInterval = Duration.milliseconds(200)

  /// Cuts the files of a run that is resumed back to its version.
  init(
    role: LearnerRole, directory: borrowing RunDirectory, monitoring: RunMonitoring,
    logger: Logger, run: RunID, resumedAt version: PolicyVersion?, address: String
  ) {
    self.logger = logger
    updateLevel = monitoring.updateLevel
    metrics = MetricsFile(path: directory.metricsPath) { logger.error("\($0)") }
    events = EventFile(directory: directory.path, host: currentHostName()) { logger.error("\($0)") }
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
  mutating func tell(_ report: UpdateReport, secondsPerUpdate: Double) {
    metrics.append(report)
    events.append(report)
    instruments.record(report)
    live?.note(report)
    logger.log(level: updateLevel, "updated", metadata: report.metadata)
    if let evaluation = report.evaluation {
      logger.info(
        "evaluated",
        metadata: [
          LogKey.version.rawValue: "\(report.version)",
          MetricName.meanReturn.rawValue: .stringConvertible(evaluation.meanReturn),
          MetricName.stdReturn.rawValue: .stringConvertible(evaluation.stdReturn),
        ])
    }
    progress?.show(
      Progress(
        update: Int(report.version.rawValue), meanReturn: report.meanReturn,
        stepsPerSecond: report.stepsPerSecond, actors: report.actors,
        learnerWaitingShare: report.learnerWaitingShare,
        actorWaitingShare: report.actorWaitingShare),
      secondsPerUpdate: secondsPerUpdate, now: .now)
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

  mutating func end() {
    events.flush()
    live?.end()
    progress = nil
  }
}

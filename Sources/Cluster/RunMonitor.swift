internal import Learning
internal import Logging
package import Monitoring
internal import RL
internal import Wire

/// Where a run's progress is shown.
package struct RunMonitoring: Sendable {
  package var console: Console
  /// Whether a live line of progress has a place on the console: not among JSON lines.
  package var showsProgress: Bool

  /// Level of each update's own line in the log: where there is no line of progress, it takes its place.
  var updateLevel: Logger.Level { showsProgress ? .debug : .info }

  package init(console: Console, showsProgress: Bool) {
    self.console = console
    self.showsProgress = showsProgress
  }
}

/// Why a message was dropped before the ledger saw it.
enum DroppedMessage: Hashable, Sendable {
  case malformed
  case foreignRun
  case nonFinite
  case outcast
  /// Trajectories where returns are collected, or the reverse.
  case wrongForm

  var text: String {
    switch self {
    case .malformed: "dropped a message that is not of this protocol"
    case .foreignRun: "dropped a message of another run"
    case .nonFinite: "dropped trajectories with a number that is not finite"
    case .outcast: "dropped a message of a key that may not connect"
    case .wrongForm: "dropped episodes in a form that this round does not take"
    }
  }
}

/// Watches a run: measures it, and tells the log, the metrics file and the progress line. Nothing that
/// it does reaches a parameter.
struct RunMonitor: ~Copyable {
  private let role: LearnerRole
  private let logger: Logger
  private let updateLevel: Logger.Level
  private let metrics: MetricsFile
  /// Where actors connect to.
  private let address: String
  private var progress: ProgressLine?
  private var limiter = RateLimiter<DroppedMessage>(interval: .seconds(5))
  private let start = ContinuousClock.now

  private(set) var totals: RunTotals
  private(set) var isSolved = false
  private var lastReturns: (mean: Double, standardDeviation: Double)?
  private var pending: UpdateReport?
  private var actorCount = 0

  // Of this process.
  private var updateCount = 0
  private var stepCount = 0
  private var receivedByteCount = 0
  private var droppedCount = 0
  private var counts = LedgerCounts()
  private var countsBefore = LedgerCounts()
  private var droppedBefore = 0
  private var receivedBefore = 0

  // Of the round that goes on.
  private var roundStart = Duration.zero
  private var waitTime = Duration.zero
  private var lastVerified = 0
  private var lastChange = Duration.zero
  private var lastStallLine = Duration.zero
  private var playNanoseconds: [ActorID: UInt64] = [:]
  private var playedInRound: UInt64 = 0

  /// A line about a round in which nothing arrives comes this often.
  private static let stallInterval = Duration.seconds(10)

  init(
    role: LearnerRole, directory: borrowing RunDirectory, monitoring: RunMonitoring,
    logger: Logger, totals: RunTotals, resumedAt version: PolicyVersion?, address: String
  ) {
    self.role = role
    self.logger = logger
    self.totals = totals
    self.address = address
    updateLevel = monitoring.updateLevel
    metrics = MetricsFile(path: directory.metricsPath) { logger.error("\($0)") }
    if monitoring.showsProgress { progress = ProgressLine(console: monitoring.console) }
    do throws(MetricsFileError) {
      try metrics.truncate(toVersion: version ?? .initial)
    } catch {
      logger.error("\(error)")
    }
    if let version {
      // The run was over when it ended, and is over when it is resumed.
      if let goal = role.goal.untilReturn, let best = totals.bestEvaluation,
        best.version == version, best.meanReturn >= goal
      {
        isSolved = true
        lastReturns = (best.meanReturn, 0)
      }
      logger.info("resuming", metadata: fields([.version: version, .path: directory.path]))
    }
  }

  // MARK: What happens

  mutating func roundBegan(now: Duration) {
    roundStart = now
    waitTime = .zero
    lastVerified = 0
    lastChange = now
    playedInRound = 0
  }

  mutating func waited(_ duration: Duration) { waitTime += duration }

  mutating func received(byteCount: Int) { receivedByteCount += byteCount }

  /// Learns how long an actor has played.
  mutating func heard(_ status: ActorMessage.Status, from actor: ActorID) {
    let before = playNanoseconds[actor] ?? 0
    playNanoseconds[actor] = status.playNanoseconds
    if status.playNanoseconds > before { playedInRound += status.playNanoseconds - before }
  }

  mutating func dropped(
    _ kind: DroppedMessage, _ detail: String, actor: ActorID?, now: Duration
  ) {
    droppedCount += 1
    guard let suppressed = limiter.admit(kind, now: .now) else { return }
    var metadata = fields([.reason: detail])
    if let actor { metadata[LogKey.actor.rawValue] = "\(actor)" }
    if suppressed > 0 { metadata[LogKey.suppressed.rawValue] = "\(suppressed)" }
    logger.warning("\(kind.text)", metadata: metadata)
  }

  /// Looks for a round that stands still, and says whom it waits for.
  mutating func lookAt(_ ledger: borrowing RoundLedger, round: RoundID, now: Duration) {
    if ledger.receivedCount != lastVerified {
      lastVerified = ledger.receivedCount
      lastChange = now
    }
    guard now - lastChange > Self.stallInterval, now - lastStallLine > Self.stallInterval else {
      return
    }
    lastStallLine = now
    let live = ledger.liveActors
    if live.isEmpty {
      logger.warning(
        "no actor is there; start one with: troupe actor --connect \(address)",
        metadata: fields([.version: round.version]))
      return
    }
    for actor in ledger.actors where actor.heldCount > 0 {
      logger.warning(
        "the round waits for an actor",
        metadata: fields([
          .actor: actor.id, .version: round.version, .count: actor.heldCount,
          .seconds: (now - actor.lastHeard).seconds,
        ]))
    }
  }

  mutating func roundEnded(now: Duration) { lastChange = now }

  mutating func updated(
    _ diagnostics: UpdateDiagnostics, computing: Duration, ledger: borrowing RoundLedger
  ) {
    updateCount += 1
    stepCount += diagnostics.stepCount
    totals.episodeCount += diagnostics.episodes.count
    totals.stepCount += diagnostics.stepCount
    let returns = diagnostics.returns
    lastReturns = (returns.mean, returns.standardDeviation)
    let round = (lastChange - roundStart) + computing
    actorCount = ledger.liveActors.count
    counts = ledger.counts
    var report = UpdateReport(
      version: diagnostics.version, returns: diagnostics.episodes.map(\.episodeReturn),
      environmentSteps: diagnostics.stepCount)
    report.elapsedSeconds = (ContinuousClock.now - start).seconds
    report.roundSeconds = round.seconds
    report.entropy = diagnostics.meanEntropy
    report.kl = diagnostics.divergence
    report.gradientNorm = diagnostics.gradientNorm
    report.explainedVariance = diagnostics.explainedVariance
    report.learningRate = diagnostics.learningRate
    report.actors = actorCount
    report.learnerWaitingShare = min(1, waitTime / round)
    report.actorWaitingShare = actorWaitingShare(round: round)
    report.receivedBytes = receivedByteCount - receivedBefore
    report.onPolicyMismatches = counts.refused - countsBefore.refused
    report.staleTrajectories = counts.outdated - countsBefore.outdated
    report.duplicateTrajectories = counts.duplicates - countsBefore.duplicates
    report.refusedTrajectories =
      counts.otherRejections - countsBefore.otherRejections + droppedCount - droppedBefore
    countsBefore = counts
    droppedBefore = droppedCount
    receivedBefore = receivedByteCount
    pending = report
  }

  private func actorWaitingShare(round: Duration) -> Double {
    guard actorCount > 0, round > .zero else { return 0 }
    let played = Duration.nanoseconds(Int64(clamping: playedInRound))
    return max(0, 1 - played / (round * actorCount))
  }

  mutating func evaluated(_ statistics: ReturnStatistics, at version: PolicyVersion) {
    lastReturns = (statistics.mean, statistics.standardDeviation)
    pending?.evaluation = UpdateReport.Evaluation(
      episodes: statistics.count, meanReturn: statistics.mean,
      stdReturn: statistics.standardDeviation)
    if statistics.mean > totals.bestEvaluation?.meanReturn ?? -.infinity {
      totals.bestEvaluation = Checkpoint.BestEvaluation(
        version: version, meanReturn: statistics.mean)
    }
    if let goal = role.goal.untilReturn, statistics.mean >= goal { isSolved = true }
  }

  /// Tells of the update that was noted last.
  mutating func report(now: Duration) {
    guard let report = pending else { return }
    pending = nil
    metrics.append(report)
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
        update: Int(report.version.rawValue), lastUpdate: role.goal.updates,
        meanReturn: report.meanReturn, stepsPerSecond: report.stepsPerSecond,
        actors: report.actors, learnerWaitingShare: report.learnerWaitingShare,
        actorWaitingShare: report.actorWaitingShare),
      now: .now)
  }

  /// Before the end: what was measured and not told yet.
  mutating func flush() {
    report(now: .zero)
    progress = nil
  }

  func summary(snapshot: PolicySnapshot, fingerprint: String, path: String) -> RunSummary {
    let wallSeconds = (ContinuousClock.now - start).seconds
    return RunSummary(
      runDirectory: path, updates: Int(snapshot.version.rawValue), episodes: totals.episodeCount,
      environmentSteps: totals.stepCount, wallSeconds: wallSeconds,
      stepsPerSecond: wallSeconds > 0 ? Double(stepCount) / wallSeconds : 0,
      meanReturn: lastReturns?.mean, stdReturn: lastReturns?.standardDeviation,
      solved: role.goal.untilReturn.map { _ in isSolved }, parametersSHA256: fingerprint,
      actors: actorCount, onPolicyMismatches: counts.refused,
      staleTrajectories: counts.outdated, duplicateTrajectories: counts.duplicates,
      refusedTrajectories: counts.otherRejections + droppedCount,
      ended: isSolved ? "until-return" : isComplete(snapshot) ? "updates" : "signal")
  }

  private func isComplete(_ snapshot: PolicySnapshot) -> Bool {
    role.goal.updates.map { snapshot.version.rawValue >= $0 } ?? false
  }
}

extension LedgerCounts {
  /// Trajectories of another version than the round's.
  var outdated: Int { stale + ahead }
  var duplicates: Int { agreeingDuplicate + differingDuplicate }
  var otherRejections: Int { wrongKind + slotOutOfRange + digestMismatch + quarantined }
}

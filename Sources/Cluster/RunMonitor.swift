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

/// Watches a run: measures it, and tells the log, the metrics file and the progress line. Nothing that
/// it does reaches a parameter.
struct RunMonitor: ~Copyable {
  private let role: LearnerRole
  private let logger: Logger
  private let updateLevel: Logger.Level
  private let metrics: MetricsFile
  private let events: EventFile
  private let instruments: RunMetrics
  private let live: LiveRun?
  /// Where actors connect to.
  private let address: String
  private var progress: ProgressLine?
  private var limiter = RateLimiter<RefusedKind>(interval: .seconds(5))
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
  private var dropped: [RefusalLabel: Int] = [:]
  private var hosts: [ActorID: (name: String, process: UInt32, isApproximate: Bool)] = [:]
  private var acceptedCounts: [ActorID: Int] = [:]
  /// Episodes of approximate actors, those of evaluations included.
  private var approximateCount = 0
  private var lastLook = Duration.seconds(-60)
  private var lastTimeline = Duration.seconds(-60)
  private var counts = LedgerCounts()
  private var countsBefore = LedgerCounts()
  private var droppedBefore = 0
  private var receivedBefore = 0

  // Of the round that goes on.
  private var roundStart = Duration.zero
  private var waitTime = Duration.zero
  private var broadcastTime = Duration.zero
  private var waitingMessages = 0
  private var lastVerified = 0
  private var lastChange = Duration.zero
  private var lastStallLine = Duration.zero
  private var playNanoseconds: [ActorID: UInt64] = [:]
  private var playedInRound: UInt64 = 0
  private var approximateInRound = 0
  private var greatestDeviation: Float = 0
  /// Kept only where somebody looks.
  private var shares: [ActorID: RoundTimeline.Share] = [:]

  /// Actors are told of this often.
  private static let lookInterval = Duration.seconds(1)
  private static let timelineInterval = Duration.milliseconds(200)
  /// A line about a round in which nothing arrives comes this often.
  private static let stallInterval = Duration.seconds(10)

  init(
    role: LearnerRole, directory: borrowing RunDirectory, monitoring: RunMonitoring,
    logger: Logger, totals: RunTotals, run: RunID, resumedAt version: PolicyVersion?,
    address: String
  ) {
    self.role = role
    self.logger = logger
    self.totals = totals
    self.address = address
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
    broadcastTime = .zero
    waitingMessages = 0
    lastVerified = 0
    lastChange = now
    playedInRound = 0
    approximateInRound = 0
    greatestDeviation = 0
    shares.removeAll(keepingCapacity: true)
  }

  /// The policy was sent.
  mutating func broadcast(_ snapshot: PolicySnapshot, in round: RoundID, now: Duration) {
    broadcastTime = now - roundStart
    if round.kind == .training {
      live?.note(snapshot, slotCount: role.run.learner.episodesPerUpdate)
    }
  }

  /// So many messages had come when the learner looked.
  mutating func found(messageCount: Int) { waitingMessages = max(waitingMessages, messageCount) }

  mutating func joined(
    _ actor: ActorID, host: String, process: UInt32, isApproximate: Bool
  ) {
    hosts[actor] = (host, process, isApproximate)
  }

  /// A group of slots was found right; `deviations` are those of its approximate episodes.
  mutating func verified(_ deviations: [Int: LogProbabilityDeviation]) {
    for deviation in deviations.values {
      approximateCount += 1
      approximateInRound += 1
      greatestDeviation = max(greatestDeviation, deviation.greatest)
    }
  }

  /// Trajectories of an actor entered the round.
  mutating func accepted(_ count: Int, from actor: ActorID, now: Duration) {
    acceptedCounts[actor, default: 0] += count
    guard live != nil else { return }
    let share = RoundTimeline.Share(actor: "\(actor)", lastArrival: 0, played: 0, episodes: 0)
    shares[actor, default: share].episodes += count
    shares[actor]?.lastArrival = (now - roundStart).seconds
  }

  mutating func waited(_ duration: Duration) { waitTime += duration }

  mutating func received(byteCount: Int) { receivedByteCount += byteCount }

  /// Learns how long an actor has played.
  mutating func heard(_ status: ActorMessage.Status, from actor: ActorID) {
    let before = playNanoseconds[actor] ?? 0
    playNanoseconds[actor] = status.playNanoseconds
    guard status.playNanoseconds > before else { return }
    playedInRound += status.playNanoseconds - before
    if live != nil {
      let share = RoundTimeline.Share(actor: "\(actor)", lastArrival: 0, played: 0, episodes: 0)
      shares[actor, default: share].played += Double(status.playNanoseconds - before) / 1e9
    }
  }

  mutating func dropped(
    _ kind: DroppedMessage, _ detail: String, actor: ActorID?, peer: String?, now: Duration
  ) {
    droppedCount += 1
    dropped[kind.label, default: 0] += 1
    warn(kind.label, kind.text, fields([.reason: detail]), actor: actor, peer: peer)
  }

  /// Counts what was logged elsewhere.
  mutating func refused(_ label: RefusalLabel) {
    droppedCount += 1
    dropped[label, default: 0] += 1
  }

  /// An episode that the ledger rejected, and counted.
  mutating func rejected(
    _ poison: Poison, version: PolicyVersion, slot: Int, actor: ActorID, peer: String?
  ) {
    warn(
      poison.label, poison.text, fields([.version: version, .slot: slot]), actor: actor, peer: peer)
  }

  /// One line for each reason and key in a while.
  private mutating func warn(
    _ label: RefusalLabel, _ text: String, _ facts: Logger.Metadata, actor: ActorID?,
    peer: String?
  ) {
    guard let suppressed = limiter.admit(RefusedKind(label: label, peer: peer), now: .now) else {
      return
    }
    var metadata = facts
    if let actor { metadata[LogKey.actor.rawValue] = "\(actor)" }
    if let peer { metadata[LogKey.key.rawValue] = "\(peer)" }
    if suppressed > 0 { metadata[LogKey.suppressed.rawValue] = "\(suppressed)" }
    logger.warning("\(text)", metadata: metadata)
  }

  /// Looks for a round that stands still, and says whom it waits for.
  mutating func lookAt(_ ledger: borrowing RoundLedger, round: RoundID, now: Duration) {
    if ledger.receivedCount != lastVerified {
      lastVerified = ledger.receivedCount
      lastChange = now
    }
    if now - lastLook >= Self.lookInterval {
      lastLook = now
      publishActors(ledger, now: now)
    }
    guard now - lastChange > Self.stallInterval, now - lastStallLine > Self.stallInterval else {
      return
    }
    lastStallLine = now
    let live = ledger.liveActors
    if live.isEmpty {
      logger.warning(
        "no actor is there; start one with: troupe actor --connect \(address)",
        metadata: fields([.version: round.version, .seconds: (now - lastChange).seconds]))
      return
    }
    for actor in ledger.actors where actor.heldCount > 0 {
      logger.warning(
        "the round waits for an actor, last heard \(Self.tenths(now - actor.lastHeard)) s ago",
        metadata: fields([
          .actor: actor.id, .host: hosts[actor.id]?.name ?? "unknown", .version: round.version,
          .count: actor.heldCount, .slots: Self.text(of: ledger.heldSlots(of: actor.id)),
          .seconds: (now - actor.lastHeard).seconds,
        ]))
    }
  }

  private static func tenths(_ duration: Duration) -> Double {
    (duration.seconds * 10).rounded() / 10
  }

  /// `3-7 12 15-16`, and an ellipsis for what follows the first eight ranges.
  private static func text(of slots: SlotSet) -> String {
    let ranges = slots.ranges.map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound - 1)"
    }
    return ranges.prefix(8).joined(separator: " ") + (ranges.count > 8 ? " …" : "")
  }

  private mutating func publishActors(_ ledger: borrowing RoundLedger, now: Duration) {
    let total = max(1, acceptedCounts.values.reduce(0, +))
    let rows = ledger.actors.map { actor in
      ActorRow(
        id: "\(actor.id)", host: hosts[actor.id]?.name ?? "",
        pid: hosts[actor.id]?.process ?? 0, condition: actor.condition.rawValue,
        isLate: actor.isLate, isApproximate: hosts[actor.id]?.isApproximate ?? false,
        lanes: actor.lanes, stepsPerSecond: actor.speed ?? 0,
        shareOfSlots: Double(acceptedCounts[actor.id] ?? 0) / Double(total),
        heldSlots: actor.heldCount, lastHeardSeconds: max(0, (now - actor.lastHeard).seconds))
    }
    live?.note(actors: rows)
    instruments.record(rows)
    var refusals = dropped
    refusals[.wrongKind] = ledger.counts.wrongKind
    refusals[.slotOutOfRange] = ledger.counts.slotOutOfRange
    refusals[.otherParameters] = ledger.counts.digestMismatch
    refusals[.quarantined] = ledger.counts.quarantined
    instruments.record(refusals: refusals)
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
    report.gradientSignalToNoise = diagnostics.signalToNoise
    report.baselineVarianceCut = diagnostics.baselineVarianceCut
    report.explainedVariance = diagnostics.explainedVariance
    report.valueError = diagnostics.valueError
    report.learningRate = diagnostics.learningRate
    report.actors = actorCount
    report.learnerWaitingShare = min(1, waitTime / round)
    report.learnerComputingShare = min(1, computing / round)
    report.learnerBroadcastingShare = min(1, broadcastTime / round)
    report.actorWaitingShare = actorWaitingShare(round: round)
    report.waitingMessages = waitingMessages
    report.slotsLeasedAgain = counts.leasedAgain - countsBefore.leasedAgain
    report.backupLeases = counts.backups - countsBefore.backups
    report.resentLeases = counts.resent - countsBefore.resent
    report.receivedBytes = receivedByteCount - receivedBefore
    report.approximateEpisodes = approximateInRound
    if approximateInRound > 0 { report.logProbabilityError = Double(greatestDeviation) }
    report.onPolicyMismatches = counts.refused - countsBefore.refused
    report.staleTrajectories = counts.outdated - countsBefore.outdated
    report.duplicateTrajectories = counts.duplicates - countsBefore.duplicates
    report.refusedTrajectories =
      counts.otherRejections - countsBefore.otherRejections + droppedCount - droppedBefore
    countsBefore = counts
    droppedBefore = droppedCount
    receivedBefore = receivedByteCount
    pending = report
    noteTimeline(report, computing: computing)
  }

  /// Shows one round now and then; it is of the past when it is seen.
  private mutating func noteTimeline(_ report: UpdateReport, computing: Duration) {
    guard let live, lastChange - lastTimeline >= Self.timelineInterval else { return }
    lastTimeline = lastChange
    live.note(
      RoundTimeline(
        version: report.version.rawValue, seconds: report.roundSeconds,
        broadcasting: broadcastTime.seconds, waiting: waitTime.seconds,
        computing: computing.seconds, actors: shares.values.sorted { $0.actor < $1.actor }))
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
      secondsPerUpdate: report.elapsedSeconds / Double(max(1, updateCount)), now: .now)
  }

  /// Before the end: what was measured and not told yet.
  mutating func flush() {
    report(now: .zero)
    events.flush()
    live?.end()
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
      actors: actorCount, approximateEpisodes: approximateCount, onPolicyMismatches: counts.refused,
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
  var leasedAgain: Int { lost + released }
  var duplicates: Int { agreeingDuplicate + differingDuplicate }
  var otherRejections: Int { wrongKind + slotOutOfRange + digestMismatch + quarantined }
}

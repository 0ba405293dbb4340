internal import Learning
internal import Logging
internal import Monitoring
internal import RL
internal import Wire

/// Watches a run: measures it, and tells the log, the metrics file and the progress line. Nothing that
/// it does reaches a parameter.
struct RunMonitor: ~Copyable {
  private let role: LearnerRole
  private var outlets: UpdateOutlets
  private var stall: StallWatch
  private var refusals: RefusalLog
  private var actors = ActorStatistics()
  private let start = ContinuousClock.now

  private(set) var totals: RunTotals
  private(set) var isSolved = false
  private var lastReturns: (mean: Double, standardDeviation: Double)?
  /// The round that goes on, or ended last.
  private var round: RoundMeasurement
  /// The round of an update whose numbers are not made yet, and the one before.
  private var concluded: ConcludedRound?
  private var lastConcluded: ConcludedRound
  /// An update that was not told of yet.
  private var pending: UpdateReport?

  // Of this process.
  private var updateCount = 0
  private var stepCount = 0
  private var receivedByteCount = 0
  /// Episodes of approximate actors, those of evaluations included.
  private var approximateCount = 0
  private var lastLook = Duration.seconds(-60)

  /// Actors are told of this often.
  private static let lookInterval = Duration.seconds(1)

  init(
    role: LearnerRole, directory: borrowing RunDirectory, monitoring: RunMonitoring,
    logger: Logger, totals: RunTotals, run: RunID, resumedAt version: PolicyVersion?,
    address: String
  ) {
    self.role = role
    self.totals = totals
    outlets = UpdateOutlets(
      role: role, directory: directory, monitoring: monitoring, logger: logger, run: run,
      resumedAt: version, address: address)
    stall = StallWatch(logger: logger, address: address)
    refusals = RefusalLog(logger: logger)
    round = RoundMeasurement(keepsShares: monitoring.live != nil)
    lastConcluded = ConcludedRound(round: round)
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

  mutating func roundBegan(of ledger: borrowing RoundLedger, now: Duration) {
    actors.forget(unlessIn: ledger)
    round.begin(now: now)
    stall.roundBegan(now: now)
  }

  /// The policy was sent.
  mutating func broadcast(_ snapshot: PolicySnapshot, in id: RoundID, now: Duration) {
    round.broadcast(now: now)
    if id.kind == .training {
      outlets.live?.note(snapshot, slotCount: role.run.learner.episodesPerUpdate)
    }
  }

  /// So many messages had come when the learner looked.
  mutating func found(messageCount: Int) { round.found(messageCount: messageCount) }

  mutating func joined(
    _ actor: ActorID, host: String, process: UInt32, isApproximate: Bool
  ) {
    actors.joined(actor, host: host, process: process, isApproximate: isApproximate)
  }

  /// A group of slots was found right; `deviations` are those of its approximate episodes.
  mutating func verified(_ deviations: [Int: LogProbabilityDeviation]) {
    approximateCount += deviations.count
    round.verified(deviations)
  }

  /// Trajectories of an actor entered the round.
  mutating func accepted(_ count: Int, from actor: ActorID, now: Duration) {
    actors.accepted(count, from: actor)
    round.accepted(count, from: actor, now: now)
  }

  mutating func waited(_ duration: Duration) { round.waited(duration) }

  mutating func received(byteCount: Int) { receivedByteCount += byteCount }

  /// Learns how long an actor has played.
  mutating func heard(_ status: ActorMessage.Status, from actor: ActorID) {
    round.played(actors.heard(playNanoseconds: status.playNanoseconds, from: actor), by: actor)
  }

  mutating func dropped(_ kind: DroppedMessage, _ detail: String, actor: ActorID?, peer: String?) {
    refusals.drop(kind, detail, actor: actor, peer: peer)
  }

  /// Counts what was logged elsewhere.
  mutating func refused(_ label: RefusalLabel) { refusals.note(label) }

  /// An episode that the ledger rejected, and counted.
  mutating func rejected(
    _ poison: Poison, version: PolicyVersion, slot: Int, actor: ActorID, peer: String?
  ) {
    refusals.reject(poison, version: version, slot: slot, actor: actor, peer: peer)
  }

  /// Looks for a round that stands still, and now and then at the actors.
  mutating func lookAt(_ ledger: borrowing RoundLedger, round: RoundID, now: Duration) {
    outlets.write(ifDueAt: now)
    stall.lookAt(ledger, round: round, hosts: actors, now: now)
    guard now - lastLook >= Self.lookInterval else { return }
    lastLook = now
    outlets.publish(
      actors.rows(of: ledger, now: now), refusals: refusals.counts(with: ledger.counts))
  }

  mutating func roundEnded(now: Duration) { round.ended(now: now) }

  /// The round became the next parameters, which took so long. What it came to is told later.
  mutating func advanced(computing: Duration, ledger: borrowing RoundLedger) {
    round.computed(computing)
    concluded = ConcludedRound(
      round: round, elapsed: ContinuousClock.now - start, actorCount: ledger.liveActors.count,
      counts: ledger.counts, droppedCount: refusals.count, receivedByteCount: receivedByteCount)
  }

  /// What the round that became the newest parameters came to.
  mutating func updated(_ diagnostics: UpdateDiagnostics) {
    guard let concluded = concluded.take() else { return }
    updateCount += 1
    stepCount += diagnostics.stepCount
    totals.episodeCount += diagnostics.episodes.count
    totals.stepCount += diagnostics.stepCount
    let returns = diagnostics.returns
    lastReturns = (returns.mean, returns.standardDeviation)
    let report = concluded.report(of: diagnostics, after: lastConcluded)
    lastConcluded = concluded
    pending = report
    outlets.show(concluded.round, of: report)
  }

  mutating func evaluated(_ statistics: ReturnStatistics, at version: PolicyVersion) {
    lastReturns = (statistics.mean, statistics.standardDeviation)
    let evaluation = UpdateReport.Evaluation(
      episodes: statistics.count, meanReturn: statistics.mean,
      stdReturn: statistics.standardDeviation)
    if pending == nil {
      // A run that ended during the evaluation has told of the update.
      outlets.tell(evaluation, of: version)
    } else {
      pending?.evaluation = evaluation
    }
    if statistics.mean > totals.bestEvaluation?.meanReturn ?? -.infinity {
      totals.bestEvaluation = Checkpoint.BestEvaluation(
        version: version, meanReturn: statistics.mean)
    }
    if let goal = role.goal.untilReturn, statistics.mean >= goal { isSolved = true }
  }

  /// Tells of the update that was noted last.
  mutating func report(now: Duration) {
    guard let report = pending.take() else { return }
    outlets.tell(
      report, secondsPerUpdate: report.elapsedSeconds / Double(max(1, updateCount)), now: now)
  }

  /// Before a checkpoint: what was told is in the metrics of a run that resumes from it.
  mutating func writeMetrics() { outlets.write() }

  /// Before the end: what was measured and not told yet.
  mutating func flush() {
    report(now: .zero)
    outlets.end()
  }
}

extension RunMonitor {
  func summary(snapshot: PolicySnapshot, fingerprint: String, path: String) -> RunSummary {
    let wallSeconds = (ContinuousClock.now - start).seconds
    let counts = lastConcluded.counts
    let isComplete = role.goal.updates.map { snapshot.version.rawValue >= $0 } ?? false
    return RunSummary(
      runDirectory: path, updates: Int(snapshot.version.rawValue), episodes: totals.episodeCount,
      environmentSteps: totals.stepCount, wallSeconds: wallSeconds,
      stepsPerSecond: wallSeconds > 0 ? Double(stepCount) / wallSeconds : 0,
      meanReturn: lastReturns?.mean, stdReturn: lastReturns?.standardDeviation,
      bestMeanReturn: totals.bestEvaluation?.meanReturn,
      bestVersion: totals.bestEvaluation.map { Int($0.version.rawValue) },
      solved: role.goal.untilReturn.map { _ in isSolved }, parametersSHA256: fingerprint,
      actors: lastConcluded.actorCount, approximateEpisodes: approximateCount,
      onPolicyMismatches: counts.refused,
      staleTrajectories: counts.outdated, duplicateTrajectories: counts.duplicates,
      refusedTrajectories: counts.otherRejections + refusals.count,
      ended: isSolved ? "until-return" : isComplete ? "updates" : "signal")
  }
}

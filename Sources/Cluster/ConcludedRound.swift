internal import Learning
internal import Monitoring

/// What had been measured when a round became the next parameters; counts are those of the process so far.
struct ConcludedRound {
  var round: RoundMeasurement
  /// Since the process began.
  var elapsed = Duration.zero
  var actorCount = 0
  var counts = LedgerCounts()
  var droppedCount = 0
  var receivedByteCount = 0

  /// The update that the round made, where `before` is the one before.
  func report(of diagnostics: UpdateDiagnostics, after before: ConcludedRound) -> UpdateReport {
    var report = UpdateReport(
      version: diagnostics.version, returns: diagnostics.episodes.map { $0.episodeReturn },
      environmentSteps: diagnostics.stepCount)
    report.elapsedSeconds = elapsed.seconds
    report.roundSeconds = round.duration.seconds
    report.entropy = diagnostics.meanEntropy
    report.kl = diagnostics.divergence
    report.gradientNorm = diagnostics.gradientNorm
    report.gradientSignalToNoise = diagnostics.signalToNoise
    report.baselineVarianceCut = diagnostics.baselineVarianceCut
    report.explainedVariance = diagnostics.explainedVariance
    report.valueError = diagnostics.valueError
    report.learningRate = diagnostics.learningRate
    report.actors = actorCount
    report.learnerWaitingShare = min(1, round.waiting / round.duration)
    report.learnerComputingShare = min(1, round.computing / round.duration)
    report.learnerBroadcastingShare = min(1, round.broadcasting / round.duration)
    report.actorWaitingShare = round.actorWaitingShare(actorCount: actorCount)
    report.waitingMessages = round.waitingMessages
    report.receivedBytes = receivedByteCount - before.receivedByteCount
    report.approximateEpisodes = round.approximateEpisodes
    if round.approximateEpisodes > 0 {
      report.logProbabilityError = Double(round.greatestDeviation)
    }
    count(in: &report, since: before)
    return report
  }

  private func count(in report: inout UpdateReport, since before: ConcludedRound) {
    report.slotsLeasedAgain = counts.leasedAgain - before.counts.leasedAgain
    report.backupLeases = counts.backups - before.counts.backups
    report.resentLeases = counts.resent - before.counts.resent
    report.onPolicyMismatches = counts.refused - before.counts.refused
    report.staleTrajectories = counts.outdated - before.counts.outdated
    report.duplicateTrajectories = counts.duplicates - before.counts.duplicates
    report.refusedTrajectories =
      counts.otherRejections - before.counts.otherRejections + droppedCount - before.droppedCount
  }
}

extension LedgerCounts {
  /// Trajectories of another version than the round's.
  var outdated: Int { stale + ahead }
  var leasedAgain: Int { lost + released }
  var duplicates: Int { agreeingDuplicate + differingDuplicate }
  var otherRejections: Int { wrongKind + slotOutOfRange + digestMismatch + quarantined }
}

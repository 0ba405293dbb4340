package import Logging
package import RL

/// What is known about one update: a line of `metrics.jsonl` and a line of the log.
package struct UpdateReport: Hashable, Sendable {
  /// An evaluation round at the version after the update.
  package struct Evaluation: Hashable, Sendable {
    package var episodes: Int
    package var meanReturn: Double
    package var stdReturn: Double

    package init(episodes: Int, meanReturn: Double, stdReturn: Double) {
      self.episodes = episodes
      self.meanReturn = meanReturn
      self.stdReturn = stdReturn
    }

    /// The metrics that an update without evaluation lacks.
    var values: [(name: MetricName, value: JSONValue)] {
      [
        (.evaluationMeanReturn, .number(meanReturn)), (.evaluationStdReturn, .number(stdReturn)),
        (.evaluationEpisodes, .integer(episodes)),
      ]
    }
  }

  // Meanings and units: `MetricName`, one case for each.
  package var version: PolicyVersion
  package var elapsedSeconds = 0.0
  package var roundSeconds = 0.0
  package var episodes: Int
  package var environmentSteps: Int
  package var meanReturn: Double
  package var stdReturn: Double
  package var minReturn: Double
  package var maxReturn: Double
  package var entropy = 0.0
  package var kl = 0.0
  package var gradientNorm = 0.0
  package var gradientSignalToNoise: Double?
  package var baselineVarianceCut: Double?
  package var explainedVariance: Double?
  package var valueError: Double?
  package var learningRate = 0.0
  package var evaluation: Evaluation?
  package var actors = 0
  package var learnerWaitingShare = 0.0
  package var learnerComputingShare = 0.0
  package var learnerBroadcastingShare = 0.0
  package var actorWaitingShare = 0.0
  package var receivedBytes = 0
  package var waitingMessages = 0
  package var slotsLeasedAgain = 0
  package var backupLeases = 0
  package var resentLeases = 0
  package var approximateEpisodes = 0
  package var logProbabilityError: Double?
  package var onPolicyMismatches = 0
  package var staleTrajectories = 0
  package var duplicateTrajectories = 0
  package var refusedTrajectories = 0

  /// The returns of the round's episodes, and their lengths summed; everything else is set by name.
  ///
  /// - Precondition: there is at least one return.
  package init(version: PolicyVersion, returns: [Double], environmentSteps: Int) {
    precondition(!returns.isEmpty, "an update has at least one episode")
    self.version = version
    self.environmentSteps = environmentSteps
    episodes = returns.count
    let count = Double(returns.count)
    let mean = returns.reduce(0, +) / count
    let squares = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    meanReturn = mean
    stdReturn = returns.count > 1 ? (squares / (count - 1)).squareRoot() : 0
    minReturn = returns.reduce(.infinity, min)
    maxReturn = returns.reduce(-.infinity, max)
  }

  /// Half the width of the 95 % interval of the mean return, by the normal approximation.
  package var meanReturnError: Double { 1.96 * stdReturn / Double(episodes).squareRoot() }

  package var meanLength: Double { Double(environmentSteps) / Double(episodes) }

  package var stepsPerSecond: Double {
    roundSeconds > 0 ? Double(environmentSteps) / roundSeconds : 0
  }

  package var episodesPerSecond: Double {
    roundSeconds > 0 ? Double(episodes) / roundSeconds : 0
  }

  package var bytesPerStep: Double { Double(receivedBytes) / Double(max(1, environmentSteps)) }

  package func value(of name: MetricName) -> JSONValue {
    switch name {
    case .version: .unsigned(UInt64(version.rawValue))
    case .elapsedSeconds: .number(elapsedSeconds)
    case .roundSeconds: .number(roundSeconds)
    case .episodes: .integer(episodes)
    case .environmentSteps: .integer(environmentSteps)
    case .stepsPerSecond: .number(stepsPerSecond)
    case .episodesPerSecond: .number(episodesPerSecond)
    case .meanReturn: .number(meanReturn)
    case .meanReturnError: .number(meanReturnError)
    case .stdReturn: .number(stdReturn)
    case .minReturn: .number(minReturn)
    case .maxReturn: .number(maxReturn)
    case .meanLength: .number(meanLength)
    case .entropy: .number(entropy)
    case .kl: .number(kl)
    case .gradientNorm: .number(gradientNorm)
    case .gradientSignalToNoise: .number(gradientSignalToNoise)
    case .baselineVarianceCut: .number(baselineVarianceCut)
    case .explainedVariance: .number(explainedVariance)
    case .valueError: .number(valueError)
    case .learningRate: .number(learningRate)
    case .evaluationMeanReturn: .number(evaluation?.meanReturn)
    case .evaluationStdReturn: .number(evaluation?.stdReturn)
    case .evaluationEpisodes: .integer(evaluation?.episodes)
    case .actors: .integer(actors)
    case .learnerWaitingShare: .number(learnerWaitingShare)
    case .learnerComputingShare: .number(learnerComputingShare)
    case .learnerBroadcastingShare: .number(learnerBroadcastingShare)
    case .actorWaitingShare: .number(actorWaitingShare)
    case .receivedBytes: .integer(receivedBytes)
    case .bytesPerStep: .number(bytesPerStep)
    case .waitingMessages: .integer(waitingMessages)
    case .slotsLeasedAgain: .integer(slotsLeasedAgain)
    case .backupLeases: .integer(backupLeases)
    case .resentLeases: .integer(resentLeases)
    case .approximateEpisodes: .integer(approximateEpisodes)
    case .logProbabilityError: .number(logProbabilityError)
    case .onPolicyMismatches: .integer(onPolicyMismatches)
    case .staleTrajectories: .integer(staleTrajectories)
    case .duplicateTrajectories: .integer(duplicateTrajectories)
    case .refusedTrajectories: .integer(refusedTrajectories)
    }
  }

  /// The line of `metrics.jsonl`: every metric, always, in the order of `MetricName`.
  package var jsonText: String {
    var text = ""
    text.reserveCapacity(1536)
    for (index, name) in MetricName.allCases.enumerated() {
      text += Self.keys[index]
      value(of: name).write(to: &text)
    }
    text += "}"
    return text
  }

  /// What stands before each value. Quoting the keys anew took half of the time of a line.
  private static let keys = MetricName.allCases.enumerated().map { index, name in
    (index == 0 ? "{" : ",") + JSONValue.string(name.rawValue).text + ":"
  }

  /// What a reader of the log wants of it: progress always, trouble only where there is any.
  package var metadata: Logger.Metadata {
    var names: [MetricName] = [
      .version, .meanReturn, .meanReturnError, .meanLength, .entropy, .kl, .gradientNorm,
      .stepsPerSecond, .actors, .learnerWaitingShare, .actorWaitingShare, .receivedBytes,
    ]
    // A search has no entropy, no divergence, and a gradient only in evolution strategies.
    names.removeAll { value(of: $0).isMissing }
    if explainedVariance != nil { names.append(.explainedVariance) }
    if evaluation != nil { names += [.evaluationMeanReturn, .evaluationStdReturn] }
    if logProbabilityError != nil { names.append(.logProbabilityError) }
    for (name, count) in [
      (MetricName.onPolicyMismatches, onPolicyMismatches),
      (.approximateEpisodes, approximateEpisodes),
      (.staleTrajectories, staleTrajectories), (.duplicateTrajectories, duplicateTrajectories),
      (.refusedTrajectories, refusedTrajectories),
    ] where count > 0 {
      names.append(name)
    }
    return Logger.Metadata(
      uniqueKeysWithValues: names.map { ($0.rawValue, .stringConvertible(value(of: $0))) })
  }
}

extension UpdateReport {
  /// The metric as a number; nil where it is not known.
  package func number(of name: MetricName) -> Double? { value(of: name).number }
}

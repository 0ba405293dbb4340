/// What a run came to, for the last lines on the screen or, with `--json`, one object on standard output.
package struct RunSummary: Hashable, Sendable {
  package var runDirectory: String
  /// Policy version at the end.
  package var updates: Int
  /// Training episodes of those updates.
  package var episodes: Int
  package var environmentSteps: Int
  /// Of this process.
  package var wallSeconds: Double
  /// Steps played by this process's run by the wall clock.
  package var stepsPerSecond: Double
  /// Of the last evaluation, or of the last training round if there was none; nil before the first.
  package var meanReturn: Double?
  package var stdReturn: Double?
  /// Of the evaluation that was best by it; nil if there was none.
  package var bestMeanReturn: Double?
  /// Policy version of that evaluation.
  package var bestVersion: Int?
  /// Whether the return asked for was reached; nil when none was.
  package var solved: Bool?
  /// 64 hexadecimal digits over the final parameters.
  package var parametersSHA256: String
  package var actors: Int
  /// Of this process, from actors whose arithmetic is not Troupe's.
  package var approximateEpisodes: Int
  package var onPolicyMismatches: Int
  package var staleTrajectories: Int
  package var duplicateTrajectories: Int
  package var refusedTrajectories: Int
  /// Why the run ended: `updates`, `until-return`, `signal`.
  package var ended: String

  package init(
    runDirectory: String, updates: Int, episodes: Int, environmentSteps: Int, wallSeconds: Double,
    stepsPerSecond: Double, meanReturn: Double?, stdReturn: Double?,
    bestMeanReturn: Double? = nil, bestVersion: Int? = nil, solved: Bool?,
    parametersSHA256: String, actors: Int, approximateEpisodes: Int = 0, onPolicyMismatches: Int,
    staleTrajectories: Int, duplicateTrajectories: Int, refusedTrajectories: Int, ended: String
  ) {
    self.runDirectory = runDirectory
    self.updates = updates
    self.episodes = episodes
    self.environmentSteps = environmentSteps
    self.wallSeconds = wallSeconds
    self.stepsPerSecond = stepsPerSecond
    self.meanReturn = meanReturn
    self.stdReturn = stdReturn
    self.bestMeanReturn = bestMeanReturn
    self.bestVersion = bestVersion
    self.solved = solved
    self.parametersSHA256 = parametersSHA256
    self.actors = actors
    self.approximateEpisodes = approximateEpisodes
    self.onPolicyMismatches = onPolicyMismatches
    self.staleTrajectories = staleTrajectories
    self.duplicateTrajectories = duplicateTrajectories
    self.refusedTrajectories = refusedTrajectories
    self.ended = ended
  }

  package var jsonLine: JSONLine {
    var line = JSONLine()
    line.add("updates", .integer(updates))
    line.add("episodes", .integer(episodes))
    line.add("environment_steps", .integer(environmentSteps))
    line.add("wall_seconds", .number(wallSeconds))
    line.add("steps_per_second", .number(stepsPerSecond))
    line.add("mean_return", .number(meanReturn))
    line.add("std_return", .number(stdReturn))
    line.add("best_mean_return", .number(bestMeanReturn))
    line.add("best_version", bestVersion.map { .integer($0) } ?? .null)
    line.add("solved", solved.map { .bool($0) } ?? .null)
    line.add("parameters_sha256", .string(parametersSHA256))
    line.add("run_dir", .string(runDirectory))
    line.add("actors", .integer(actors))
    line.add(MetricName.approximateEpisodes.rawValue, .integer(approximateEpisodes))
    line.add(MetricName.onPolicyMismatches.rawValue, .integer(onPolicyMismatches))
    line.add(MetricName.staleTrajectories.rawValue, .integer(staleTrajectories))
    line.add(MetricName.duplicateTrajectories.rawValue, .integer(duplicateTrajectories))
    line.add(MetricName.refusedTrajectories.rawValue, .integer(refusedTrajectories))
    line.add("ended", .string(ended))
    return line
  }

  /// An aligned block of lines, the last one without its end.
  package var text: String {
    var rows: [(label: String, value: String)] = []
    if ended == "signal" { rows.append(("stopped", "by a signal; --resume goes on")) }
    if let solved { rows.append(("solved", solved ? "yes" : "no")) }
    if let meanReturn {
      let spread = stdReturn.map { " ± \(NumberText.short($0))" } ?? ""
      rows.append(("mean return", NumberText.short(meanReturn) + spread))
    }
    if let bestMeanReturn, let bestVersion, bestVersion != updates {
      let place = "at update \(NumberText.grouped(bestVersion)); evaluate --policy best"
      rows.append(("best evaluation", "\(NumberText.short(bestMeanReturn)) \(place)"))
    }
    rows += [
      ("updates", NumberText.grouped(updates)), ("episodes", NumberText.grouped(episodes)),
      ("environment steps", NumberText.grouped(environmentSteps)),
      ("time", NumberText.duration(seconds: wallSeconds)),
      ("steps per second", NumberText.short(stepsPerSecond.rounded())),
      ("actors", NumberText.grouped(actors)),
      ("on-policy mismatches", NumberText.grouped(onPolicyMismatches)),
    ]
    for (label, count) in [
      ("approximate episodes", approximateEpisodes),
      ("stale trajectories", staleTrajectories), ("duplicate trajectories", duplicateTrajectories),
      ("refused trajectories", refusedTrajectories),
    ] where count > 0 {
      rows.append((label, NumberText.grouped(count)))
    }
    rows += [("parameters", parametersSHA256), ("run", runDirectory)]
    let width = rows.map(\.label.count).reduce(0, max)
    return rows.map { row in
      row.label + String(repeating: " ", count: width - row.label.count + 2) + row.value
    }.joined(separator: "\n")
  }
}

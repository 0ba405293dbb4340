import Cluster
import Learning
import RL
import Rendering

/// Why an export shows no episode, in one sentence.
struct NoEpisode: Error, Hashable, CustomStringConvertible {
  let description: String
}

/// The episode that an export shows: of the evaluation's first kind the one in the middle by return, so
/// neither a lucky one nor an accident.
struct ExportedEpisode {
  let slot: Int
  let episodeReturn: Double
  let film: EpisodeFilm
  /// Whether there is a video of it, too.
  var hasVideo = false

  /// Plays it again.
  ///
  /// - Throws: ``NoEpisode`` where that cannot be done, or `RoleFailure`.
  init(
    of policy: RecordedPolicy, run: RecordedRun, evaluation: EvaluationReport,
    catalogue: EnvironmentCatalogue
  ) throws {
    let (environment, column) = (run.environment, evaluation.columns[0])
    guard !environment.stepsElsewhere else {
      throw NoEpisode(
        description: "no replay: the steps of \(environment.name) take place in another process; "
          + "troupe evaluate RUN --render DIRECTORY records videos")
    }
    guard environment.isReproducible else {
      throw NoEpisode(
        description: "no replay: \(environment.name) is not reproducible, so no episode of the "
          + "evaluation can be played again")
    }
    slot = column.medianSlot
    let replay = try StandaloneEvaluation.episode(
      of: policy, run: run.configuration, environment: environment, seed: evaluation.seed,
      slot: slot, greedy: column.greedy)
    let outcome = EpisodeOutcome(
      episodeReturn: replay.episodeReturn, stepCount: replay.stepCount)
    guard outcome == column.outcomes[slot] else {
      throw NoEpisode(
        description: "no replay: slot \(slot) of the evaluation had a return of "
          + "\(column.outcomes[slot].episodeReturn), and of \(outcome.episodeReturn) when it was "
          + "played again; troupe doctor \(environment.name) looks for the reason")
    }
    episodeReturn = outcome.episodeReturn
    film = EpisodeFilm(
      replay, environment: environment.name,
      type: catalogue.types.first { $0.name == environment.name },
      subtitle: "evaluation, seed \(evaluation.seed), slot \(slot)", seed: evaluation.seed,
      transform: run.configuration.wrappers.actionTransform)
  }

  /// Writes a video of it where that is possible; otherwise `note` is told why not, and there is no file.
  mutating func writeVideo(to path: String, note: (String) -> Void) throws(RoleFailure) {
    do throws(VideoError) {
      try film.writeVideo(to: path, frameLimit: Self.videoLimit)
      hasVideo = true
    } catch {
      note("no \(path): \(error)")
      guard OpenFile.exists(path) else { return }
      try reportingFileErrors { () throws(FileError) in try OpenFile.remove(path) }
    }
  }

  /// Half a minute.
  private static let videoLimit = 900
}

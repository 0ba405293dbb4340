import Cluster
import Dashboard
import Drawing
import Kernels
import Learning
import Logging
import Monitoring
import Policies
import RL
import Rendering

/// The learner's page for browsers, where `--http` asks for it.
enum LiveDashboard {
  /// Has the run served at this address as soon as its sockets are bound.
  static func attach(
    to monitoring: inout RunMonitoring, at address: HTTPAddress, run: RunConfiguration,
    environment unwrapped: EnvironmentSpecification, types: [any Environment.Type],
    logger: Logger
  ) {
    let live = LiveRun()
    monitoring.live = live
    let drawn = types.first { $0.name == unwrapped.name && $0.init() is any Drawable }
    // Wrappers that the environment cannot have are refused by the learner, in its own words.
    let specification = try? unwrapped.wrapped(by: run.wrappers)
    let episode: @Sendable () -> JSONValue? = {
      guard let (snapshot, slotCount) = live.policy else { return nil }
      // One without a picture may need a process of its own to be played.
      guard let drawn, let specification else { return .object([.init("actions", .array([]))]) }
      FloatingPointMode.establish()
      let slot = Int(snapshot.version.rawValue) % slotCount
      let policy = MLPPolicy(
        observationSize: specification.observationSize, actionSpace: specification.actionSpace,
        configuration: run.policy)
      let replay = EpisodeReplay(
        environment: specification, policy: policy, snapshot: snapshot, seed: run.seed, slot: slot)
      return EpisodePictures.json(
        of: replay, environment: drawn, seed: run.seed, transform: run.wrappers.actionTransform)
    }
    monitoring.serve = { () throws(RoleFailure) in
      do throws(HTTPError) {
        let server = try HTTPServer(address, live: live, episode: episode)
        server.start()
        logger.notice("dashboard at \(server.url)")
      } catch {
        throw RoleFailure(error.isInUse ? .tryAgain : .unavailable, "\(error)")
      }
    }
  }
}

package import Cluster
package import Dashboard
package import Gymnasium
package import Learning
import Logging
import Monitoring
package import RL

// Where the command line ends and the cluster begins: values in, one call out.

/// What `troupe train` asks for.
package struct TrainRequest: Sendable {
  package let environment: EnvironmentSpecification
  package let learner: LearnerRole
  /// Whether `learner.bind` was asked for; otherwise the run chooses an ipc address of its own.
  package let bindIsGiven: Bool
  /// Actor processes to start.
  package let actors: Int
  /// Lanes of each, or nil for the default.
  package let lanes: Int?
  package let latency: StepLatency
  package let hosting: GymnasiumHosting
  package let logs: LogSettings
  /// Whether the summary goes to standard output as JSON.
  package let json: Bool
  /// What determines the run, as people write it.
  package let configuration: [(name: String, value: String)]
  /// Where the dashboard and the metrics are served, if anywhere.
  package let http: HTTPAddress?
}

/// What `troupe learner` asks for.
package struct LearnerRequest: Sendable {
  package let environment: EnvironmentSpecification
  package let learner: LearnerRole
  package let logs: LogSettings
  package let json: Bool
  /// What determines the run, as people write it.
  package let configuration: [(name: String, value: String)]
  /// Where the dashboard and the metrics are served, if anywhere.
  package let http: HTTPAddress?
}

/// What `troupe actor` asks for.
package struct ActorRequest: Sendable {
  package let role: ActorRole
  package let latency: StepLatency
  package let hosting: GymnasiumHosting
  package let logs: LogSettings
}

/// What `troupe relay` asks for.
package struct RelayRequest: Sendable {
  package let role: RelayRole
  package let logs: LogSettings
}

/// What `troupe evaluate`, `compare` and `export` ask for.
package struct EvaluationRequest: Sendable {
  package let environment: EnvironmentSpecification
  package let run: RunConfiguration
  package let policy: RecordedPolicy
  /// Draws the episodes.
  package let seed: UInt64
  package let episodes: Int
  package let greedy: Bool
}

/// The roles as the command line calls them; tests put recorders in their places.
package struct RoleEntryPoints: Sendable {
  package typealias Train =
    @Sendable (TrainRequest, consuming RunDirectory, CommandContext) throws -> Void
  package typealias Learner =
    @Sendable (LearnerRequest, consuming RunDirectory, CommandContext) throws -> Void
  package typealias Actor = @Sendable (ActorRequest, CommandContext) throws -> Void
  package typealias Relay = @Sendable (RelayRequest, CommandContext) throws -> Void
  /// Returns the outcomes by slot.
  package typealias Evaluate = @Sendable (EvaluationRequest) throws -> [EpisodeOutcome]

  package let train: Train
  package let learner: Learner
  package let actor: Actor
  package let relay: Relay
  package let evaluate: Evaluate

  package init(
    train: @escaping Train, learner: @escaping Learner, actor: @escaping Actor,
    relay: @escaping Relay = { _, _ in }, evaluate: @escaping Evaluate
  ) {
    self.train = train
    self.learner = learner
    self.actor = actor
    self.relay = relay
    self.evaluate = evaluate
  }
}

extension RoleEntryPoints {
  /// The roles of the `Cluster` module.
  static let cluster = RoleEntryPoints(
    train: { request, directory, context in
      var (monitoring, logger) = request.logs.begin(
        role: "learner", file: directory.logPath)
      monitoring.configuration = request.configuration
      if let address = request.http {
        LiveDashboard.attach(
          to: &monitoring, at: address, run: request.learner.run, environment: request.environment,
          types: context.catalogue.types, logger: logger)
      }
      var arguments = [
        "--child", "--log-level", request.logs.level.forActors.rawValue, "--log-format",
        request.logs.format.rawValue,
      ]
      let lanes =
        request.lanes
        ?? LaneCount.suggested(
          episodesPerUpdate: request.learner.run.learner.episodesPerUpdate,
          actorCount: request.actors)
      arguments += ["--lanes", "\(lanes)"] + request.learner.security.arguments
      arguments += request.latency.arguments + request.hosting.arguments
      let summary = try LocalRun.train(
        request.learner, bindsPrivately: !request.bindIsGiven, environment: request.environment,
        directory: directory, actorCount: request.actors, actorArguments: arguments,
        monitoring: monitoring, logger: logger)
      context.show(summary, json: request.json)
    },
    learner: { request, directory, context in
      var (monitoring, logger) = request.logs.begin(role: "learner", file: directory.logPath)
      monitoring.configuration = request.configuration
      if let address = request.http {
        LiveDashboard.attach(
          to: &monitoring, at: address, run: request.learner.run, environment: request.environment,
          types: context.catalogue.types, logger: logger)
      }
      var learner = try LearnerProcess(
        role: request.learner, environment: request.environment, directory: directory,
        actors: nil, monitoring: monitoring, logger: logger)
      context.show(try learner.run(), json: request.json)
    },
    actor: { request, context in
      let (_, logger) = request.logs.begin(role: "actor", file: nil)
      var actor = try ActorProcess(
        role: request.role,
        environment: context.catalogue.lookup(
          request.hosting, latency: request.latency, logger: logger),
        logger: logger)
      try actor.run()
    },
    relay: { request, _ in
      let (_, logger) = request.logs.begin(role: "relay", file: nil)
      var relay = try RelayProcess(role: request.role, logger: logger)
      try relay.run()
    },
    evaluate: { request in
      try StandaloneEvaluation.evaluate(
        request.policy, of: request.run, environment: request.environment, seed: request.seed,
        episodeCount: request.episodes, greedy: request.greedy)
    })
}

extension CommandContext {
  fileprivate func show(_ summary: RunSummary, json: Bool) {
    output(json ? summary.jsonLine.text : summary.text)
  }
}

extension LogSettings {
  /// Sets up this process's log; once, before anything is logged.
  fileprivate func begin(role: String, file: String?) -> (RunMonitoring, Logger) {
    let console = Console.standardError()
    LoggingConfiguration(
      format: format == .json ? .json : .text, level: Logger.Level(level), jsonFile: file
    ).bootstrap(console)
    return (RunMonitoring(console: console, showsProgress: format == .text), Logger(label: role))
  }
}

extension LogLevel {
  /// The actors of one machine say what goes wrong; what they do is in the learner's log.
  fileprivate var forActors: LogLevel { self == .info || self == .notice ? .warning : self }
}

extension Logger.Level {
  fileprivate init(_ level: LogLevel) {
    self =
      switch level {
      case .trace: .trace
      case .debug: .debug
      case .info: .info
      case .notice: .notice
      case .warning: .warning
      case .error: .error
      case .critical: .critical
      }
  }
}

package import Cluster
package import Learning
package import RL

// Where the command line ends and the cluster begins: values in, one call out.

/// What `troupe train` asks for.
package struct TrainRequest: Sendable {
  package let environment: any Environment.Type
  package let learner: LearnerRole
  /// Whether `learner.bind` was asked for; otherwise the run chooses an ipc address of its own.
  package let bindIsGiven: Bool
  /// Actor processes to start.
  package let actors: Int
  /// Lanes of each, or nil for the default.
  package let lanes: Int?
  package let logs: LogSettings
  /// Whether the summary goes to standard output as JSON.
  package let json: Bool
}

/// What `troupe learner` asks for.
package struct LearnerRequest: Sendable {
  package let environment: any Environment.Type
  package let learner: LearnerRole
  package let logs: LogSettings
  package let json: Bool
}

/// What `troupe actor` asks for.
package struct ActorRequest: Sendable {
  package let role: ActorRole
  package let logs: LogSettings
}

/// What `troupe evaluate` asks for.
package struct EvaluationRequest: Sendable {
  package let environment: any Environment.Type
  package let run: RunConfiguration
  /// Not locked: a run can be evaluated while it goes on.
  package let runDirectory: String
  /// Draws the episodes.
  package let seed: UInt64
  package let episodes: Int
  package let greedy: Bool
  package let logs: LogSettings
  package let json: Bool
}

/// The four roles as the command line calls them; tests put recorders in their places.
package struct RoleEntryPoints: Sendable {
  package typealias Train =
    @Sendable (TrainRequest, consuming RunDirectory, CommandContext) throws -> Void
  package typealias Learner =
    @Sendable (LearnerRequest, consuming RunDirectory, CommandContext) throws -> Void
  package typealias Actor = @Sendable (ActorRequest, CommandContext) throws -> Void
  package typealias Evaluate = @Sendable (EvaluationRequest, CommandContext) throws -> Void

  package let train: Train
  package let learner: Learner
  package let actor: Actor
  package let evaluate: Evaluate

  package init(
    train: @escaping Train, learner: @escaping Learner, actor: @escaping Actor,
    evaluate: @escaping Evaluate
  ) {
    self.train = train
    self.learner = learner
    self.actor = actor
    self.evaluate = evaluate
  }
}

extension RoleEntryPoints {
  /// The roles of the `Cluster` module.
  static let cluster = RoleEntryPoints(
    train: { request, directory, context in
      throw RoleFailure(.unavailable, "this build has no learner yet")
    },
    learner: { request, directory, context in
      throw RoleFailure(.unavailable, "this build has no learner yet")
    },
    actor: { request, context in
      throw RoleFailure(.unavailable, "this build has no actor yet")
    },
    evaluate: { request, context in
      throw RoleFailure(.unavailable, "this build has no evaluation yet")
    })
}

package import Learning
package import RL

/// What the learner role needs to know besides the run itself.
package struct LearnerRole: Sendable {
  package var run: RunConfiguration
  package var goal: RunGoal
  /// Address of the XPUB socket, `tcp://HOST:PORT` (PULL binds the next port) or `ipc://PATH` (PULL
  /// binds `PATH.push`).
  package var bind: String
  /// Directory of the run, made if it does not exist.
  package var runDirectory: String
  package var resume: Bool
  /// Updates between checkpoints, at least 1.
  package var checkpointEvery: Int
  /// Newest checkpoints kept beside the best.
  package var checkpointsKept: Int
  /// Threads that compute the gradient.
  package var threads: Int
  package var security: LinkSecurity
  /// Actors may join whose arithmetic is not Troupe's.
  package var allowsApproximateActors: Bool
  /// Share of all slots that a second actor plays, too. Units: 1, in 0...1.
  package var audit: Double

  package init(
    run: RunConfiguration, goal: RunGoal, bind: String, runDirectory: String, resume: Bool,
    checkpointEvery: Int, checkpointsKept: Int, threads: Int, security: LinkSecurity = .local,
    allowsApproximateActors: Bool = false, audit: Double = 0
  ) {
    self.run = run
    self.goal = goal
    self.bind = bind
    self.runDirectory = runDirectory
    self.resume = resume
    self.checkpointEvery = checkpointEvery
    self.checkpointsKept = checkpointsKept
    self.threads = threads
    self.security = security
    self.allowsApproximateActors = allowsApproximateActors
    self.audit = audit
  }
}

/// What the actor role needs to know; everything else comes with the learner's welcome.
package struct ActorRole: Sendable {
  /// The learner's address, as given to its `--bind`.
  package var connect: String
  /// Lanes, or nil for the default, see ``LaneCount``.
  package var lanes: Int?
  /// How long to go on without a learner before giving up with exit 75.
  package var patience: Duration
  /// Joins whatever run is served at the address next instead of ending with its own.
  package var stay: Bool
  /// A learner on this machine started the process, which is to end with it.
  package var watchesParent: Bool
  /// The processor that it wakes up on, where its learner's actors are as many as there are processors.
  package var placement: ThreadPlacement?
  package var security: LinkSecurity

  package init(
    connect: String, lanes: Int?, patience: Duration, stay: Bool, watchesParent: Bool = false,
    placement: ThreadPlacement? = nil, security: LinkSecurity = .local
  ) {
    self.connect = connect
    self.lanes = lanes
    self.patience = patience
    self.stay = stay
    self.watchesParent = watchesParent
    self.placement = placement
    self.security = security
  }
}

/// Why a role could not start or go on, in one sentence, and the exit code of sysexits.h that says
/// whose fault it is.
package struct RoleFailure: Error, Hashable, CustomStringConvertible {
  package enum ExitCode: Int32, Sendable {
    case usage = 64
    case badData = 65
    case unavailable = 69
    case tryAgain = 75
  }

  package let exitCode: ExitCode
  package let description: String

  package init(_ exitCode: ExitCode, _ description: String) {
    self.exitCode = exitCode
    self.description = description
  }
}

/// Finds the environment that a configuration names.
///
/// Throws exit 65 for a name that this program does not know, 69 if the environment cannot be made here.
package typealias EnvironmentLookup = (_ name: String) throws(RoleFailure) ->
  EnvironmentSpecification

import Cluster
import Environments
import Foundation
import Learning
import Logging
import Monitoring
import RL
import Synchronization
import Testing

/// A role on a thread of its own, as in a process of its own.
final class RoleThread<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, any Error>?>(nil)
  private let ended = DispatchSemaphore(value: 0)

  init(_ role: @escaping @Sendable () throws -> Value) {
    Thread { [self] in
      let outcome = Result { try role() }
      result.withLock { $0 = outcome }
      ended.signal()
    }.start()
  }

  var isRunning: Bool { result.withLock { $0 == nil } }

  /// What the role came to.
  ///
  /// - Throws: what the role threw, or `DeadlinePassed`.
  func value(within limit: Duration = .seconds(60)) throws -> Value {
    guard ended.wait(timeout: .now() + limit / .seconds(1)) == .success else {
      throw DeadlinePassed(awaited: "the end of a role")
    }
    ended.signal()
    guard let result = result.withLock({ $0 }) else {
      throw DeadlinePassed(awaited: "the result of a role")
    }
    return try result.get()
  }
}

struct DeadlinePassed: Error {
  let awaited: String
}

/// A short run of CartPole, its learner in this process behind real sockets.
struct SmallRun {
  static let updateCount = 6
  static let slotCount = 16
  let directory: TemporaryDirectory
  let log = CapturedLog()
  var environment = EnvironmentSpecification(CartPole.self)
  var allowsApproximateActors = false
  var method = TrainingMethod.policyGradient
  var security = LinkSecurity.local
  var audit = 0.0

  init() throws { directory = try TemporaryDirectory() }

  var address: String { "ipc://\(directory.path)/learner" }

  static var configuration: RunConfiguration {
    get throws {
      try RunConfiguration(
        environment: "cartpole", seed: 1, policy: PolicyConfiguration(hidden: [16]),
        learner: LearnerConfiguration(
          episodesPerUpdate: slotCount, baseline: .leaveOneOutPerStep, discount: 0.99))
    }
  }

  func startLearner(
    updates: Int = updateCount, resume: Bool = false
  ) throws -> RoleThread<RunSummary> {
    var run = try SmallRun.configuration
    run.environment = environment.name
    run.learner.method = method
    let allowsApproximateActors = allowsApproximateActors
    let (configuration, environment) = (run, environment)
    let (path, address, logger) = (directory.path + "/run", address, log.logger)
    let (security, audit) = (security, audit)
    return RoleThread {
      var learner = try LearnerProcess(
        role: LearnerRole(
          run: configuration,
          goal: RunGoal(updates: updates, untilReturn: nil, evaluateEvery: nil),
          bind: address, runDirectory: path, resume: resume, checkpointEvery: 10,
          checkpointsKept: 1, threads: 2, security: security,
          allowsApproximateActors: allowsApproximateActors, audit: audit),
        environment: environment,
        directory: resume ? RunDirectory(resuming: path) : RunDirectory(beginning: path),
        actors: nil,
        monitoring: RunMonitoring(
          console: Console(
            descriptor: -1, isTerminal: false, usesColor: false, usesUnicode: false),
          showsProgress: false),
        logger: logger)
      return try learner.run()
    }
  }

  /// Starts an actor as `troupe actor` is one; `connect` is where, if not at the learner.
  func startActor(
    connect: String? = nil, patience: Duration = .seconds(60), log: CapturedLog = CapturedLog()
  ) -> RoleThread<Void> {
    let (address, logger) = (connect ?? address, log.logger)
    let (environment, security) = (environment, security)
    return RoleThread {
      var actor = try ActorProcess(
        role: ActorRole(
          connect: address, lanes: 8, patience: patience, stay: false, security: security),
        environment: { _ throws(RoleFailure) in environment },
        logger: logger)
      try actor.run()
    }
  }

  /// The parameters that the run ends at when only an honest actor takes part.
  static let undisturbed = Result {
    let run = try SmallRun()
    let learner = try run.startLearner()
    let actor = run.startActor()
    let summary = try learner.value()
    try actor.value()
    #expect(summary.updates == updateCount)
    #expect(summary.onPolicyMismatches == 0)
    return summary.parametersSHA256
  }
}

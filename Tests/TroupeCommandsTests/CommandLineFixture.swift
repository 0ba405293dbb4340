import Cluster
import Learning
import Policies
import RL
import Synchronization
import TroupeCommands

// Runs the whole command line within the test process, with recorders in the place of the roles and
// a directory of its own.

/// An environment that is only looked up, never played.
struct Corridor: Environment {
  static let name = "corridor"
  let observationSize = 1
  let actionSpace = ActionSpace.discrete(count: 2)
  let stepLimit = 100

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    observation[0] = 0
  }

  mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    observation[0] = 0
    return StepResult(reward: 1)
  }
}

/// Bears the name that the built-in preset belongs to.
struct CartPoleStandIn: Environment {
  static let name = "cartpole"
  let observationSize = 4
  let actionSpace = ActionSpace.discrete(count: 2)
  let stepLimit = 500
  var rewardThreshold: Double? { 475 }

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {}

  mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult { StepResult(reward: 1) }
}

/// What one command did.
struct Outcome {
  var code: Int32 = 0
  var output = ""
  var error = ""
  var train: TrainRequest?
  var learner: LearnerRequest?
  var actor: ActorRequest?
  var evaluation: EvaluationRequest?
  /// Path of the directory that the role was handed, locked.
  var directory: String?

  /// The value that `--print-config` printed for an option.
  func printed(_ name: String) -> String? {
    for line in output.split(separator: "\n") where line.hasPrefix("\(name): ") {
      let rest = line.dropFirst(name.count + 2)
      let end = rest.firstRange(of: " #")?.lowerBound ?? rest.endIndex
      return String(rest[..<end].reversed().drop { $0 == " " }.reversed())
    }
    return nil
  }
}

extension EvaluationRequest {
  /// Plays it, as `troupe` does, with greedy actions or not as it asks for unless told.
  func play(greedy: Bool? = nil) throws -> [EpisodeOutcome] {
    try StandaloneEvaluation.evaluate(
      policy, of: run, environment: environment, seed: seed, episodeCount: episodes,
      greedy: greedy ?? self.greedy)
  }
}

extension TrainRequest {
  /// The policy of version 0, as a run leaves it in its directory.
  func writeUntrainedPolicy(in directory: String) throws {
    let policy = MLPPolicy(
      observationSize: environment.observationSize, actionSpace: environment.actionSpace,
      configuration: learner.run.policy)
    let untrained = RecordedPolicy(
      policy: policy, parameters: policy.initialParameters(seed: learner.run.seed),
      normalization: nil, environment: learner.run.environment)
    try AtomicFile.write(untrained.safetensors, to: RunDirectory.policyPath(in: directory))
  }
}

/// A directory that is removed with the value.
final class Workplace: Sendable {
  let path: String

  init() throws {
    path = "/tmp/troupe-commands-\(UInt64.random(in: 0...UInt64.max))"
    try OpenFile.makeDirectories(path)
  }

  deinit { Workplace.remove(path) }

  private static func remove(_ path: String) {
    if let names = try? OpenFile.names(in: path) {
      for name in names { remove("\(path)/\(name)") }
      try? OpenFile.removeDirectory(path)
    } else {
      try? OpenFile.remove(path)
    }
  }

  /// Writes a file and returns its path.
  func file(_ name: String, _ text: String) throws -> String {
    try AtomicFile.write(text, to: "\(path)/\(name)")
    return "\(path)/\(name)"
  }

  /// A policy that nobody trained as that of the run with seed 1: its episodes have many lengths.
  @discardableResult
  func writePolicy(of environment: any Environment.Type, hidden: [Int]) throws -> RecordedPolicy {
    let specification = EnvironmentSpecification(environment)
    let policy = MLPPolicy(
      observationSize: specification.observationSize, actionSpace: specification.actionSpace,
      configuration: PolicyConfiguration(hidden: hidden))
    let recorded = RecordedPolicy(
      policy: policy, parameters: policy.initialParameters(seed: 9), normalization: nil,
      environment: environment.name)
    try AtomicFile.write(
      recorded.safetensors, to: "\(path)/runs/\(environment.name)-seed1/policy.safetensors")
    return recorded
  }

  func text(_ name: String) throws -> String {
    String(decoding: try OpenFile.readAll("\(path)/\(name)", limit: 1 << 20), as: UTF8.self)
  }

  func exists(_ name: String) -> Bool { OpenFile.exists("\(path)/\(name)") }

  /// Runs `troupe` with these arguments; runs without a directory are made in this one's `runs`, and
  /// `during` is called while `train` holds one.
  func troupe(
    _ arguments: String..., variables: [String: String] = [:],
    during: @escaping @Sendable () -> Void = {}
  ) -> Outcome {
    run(arguments, variables: variables, during: during)
  }

  func run(
    _ arguments: [String], variables: [String: String] = [:],
    environments: [any Environment.Type] = [CartPoleStandIn.self, Corridor.self],
    playsEvaluations: Bool = false, during: @escaping @Sendable () -> Void = {}
  ) -> Outcome {
    let outcome = Mutex(Outcome())
    let roles = RoleEntryPoints(
      train: { request, directory, _ in
        let path = directory.path
        try request.writeUntrainedPolicy(in: path)
        outcome.withLock {
          $0.train = request
          $0.directory = path
        }
        during()
      },
      learner: { request, directory, _ in
        let path = directory.path
        outcome.withLock {
          $0.learner = request
          $0.directory = path
        }
      },
      actor: { request, _ in outcome.withLock { $0.actor = request } },
      evaluate: { request in
        outcome.withLock { $0.evaluation = request }
        if playsEvaluations { return try request.play() }
        return (0..<request.episodes).map { slot in
          EpisodeOutcome(
            episodeReturn: Double(10 * Int(request.run.seed) + slot) + (request.greedy ? 1000 : 0),
            stepCount: 1)
        }
      })
    let code = TroupeCommand.run(
      arguments, environments: environments, roles: roles,
      variables: variables, runsDirectory: "\(path)/runs",
      output: { text in outcome.withLock { $0.output += text } },
      errorOutput: { text in outcome.withLock { $0.error += text } })
    return outcome.withLock {
      $0.code = code
      return $0
    }
  }
}

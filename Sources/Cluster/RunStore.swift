internal import Kernels
internal import Learning
internal import Logging
internal import Policies
internal import RL
internal import Wire

/// What one run keeps on disk besides its logs: identity, checkpoints, the newest policy.
struct RunStore: ~Copyable {
  let directory: RunDirectory
  let run: RunID
  private let role: LearnerRole
  private let policy: MLPPolicy
  let logger: Logger
  private let writer: CheckpointWriter
  /// Did best when it was evaluated, and is not written yet.
  private var best: SavedVersion?

  init(
    directory: consuming RunDirectory, role: LearnerRole, policy: MLPPolicy, logger: Logger
  ) throws(RoleFailure) {
    let run = try Self.identity(in: directory)
    let path = directory.checkpointsPath
    let checkpoints = try reportingFileErrors { () throws(FileError) in
      try CheckpointStore(directory: path, kept: role.checkpointsKept)
    }
    writer = CheckpointWriter(checkpoints, policyPath: directory.policyPath)
    self.role = role
    self.policy = policy
    self.logger = logger
    self.run = run
    self.directory = directory
  }

  /// The run's random name, drawn when it begins.
  private static func identity(in directory: borrowing RunDirectory) throws(RoleFailure) -> RunID {
    let path = directory.runIDPath
    if let run = try recordedIdentity(path) { return run }
    let run = FreshName.run()
    try reportingFileErrors { () throws(FileError) in
      try AtomicFile.write("\(run.rawValue)\n", to: path)
    }
    return run
  }

  /// The random name of a run that was begun; nil if it has none yet.
  static func recordedIdentity(_ path: String) throws(RoleFailure) -> RunID? {
    guard OpenFile.exists(path) else { return nil }
    let bytes = try reportingFileErrors { () throws(FileError) in
      try OpenFile.readAll(path, limit: 64)
    }
    let text = String(decoding: bytes, as: UTF8.self).prefix { $0 != "\n" }
    guard let digest = Digest128(hex: String(text)) else {
      throw RoleFailure(.badData, "\(path) does not hold 32 hexadecimal digits")
    }
    return RunID(digest)
  }

  // MARK: Resuming

  /// The newest whole checkpoint; nil when the run has none.
  ///
  /// - Throws: exit 65 if it belongs to another configuration or another build.
  func restore() throws(RoleFailure) -> RestoredRun? {
    let (checkpoint, skipped) = try reportingFileErrors { () throws(FileError) in
      try writer.restore()
    }
    for file in skipped { logger.warning("\(file)") }
    guard let checkpoint else {
      let path = directory.checkpointsPath
      let versions = try reportingFileErrors { () throws(FileError) in
        try CheckpointStore.versions(in: path)
      }
      try Self.requireDrawn(versions, directory: directory.path)
      return nil
    }
    let restored = try RestoredRun(
      checkpoint, of: run, configuration: role.run, policy: policy, directory: directory.path)
    writer.resume(from: checkpoint, isEvaluationDue: restored.isEvaluationDue)
    return restored
  }

  /// Whether a run none of whose checkpoints is whole can begin anew: seed and configuration say how it began, unless its
  /// parameters were imported.
  ///
  /// - Throws: exit 65 if there is a checkpoint of version 0, which only an import leaves.
  static func requireDrawn(
    _ versions: [PolicyVersion], directory: String
  ) throws(RoleFailure) {
    guard versions.contains(.initial) else { return }
    let path = CheckpointStore.path(
      of: .initial, in: RunDirectory.checkpointsPath(in: directory))
    throw RoleFailure(
      .badData,
      "\(path) holds the imported policy that the run began with, and cannot be used; import the policy into "
        + "a new directory")
  }

  // MARK: Saving

  static let firstMoment = "first_moment"
  static let secondMoment = "second_moment"
  static let valueParameters = "parameters"
  static let searchState = "search"
  static let observationCount = "observation.count"
  static let observationMeans = "observation.mean"
  static let observationSquares = "observation.squares"
  static let evaluation = "evaluation"
  static let due = "due"

  /// Keeps a version in mind that did best when it was evaluated, and that no checkpoint is due for. It is written just
  /// before the next that is saved, unless a better one comes until then. A learner that is killed meanwhile resumes
  /// before it, and evaluates again.
  mutating func keep(_ learner: Learner<MLPPolicy>, totals: RunTotals) {
    best = saved(learner, totals: totals, isEvaluationDue: false)
  }

  /// Begins to write checkpoint and policy file, once those before are written. A failure is logged and the run goes
  /// on: the files before are whole.
  ///
  /// `isEvaluationDue` says that what the version earns is still to be looked at.
  mutating func save(
    _ learner: Learner<MLPPolicy>, totals: RunTotals, isEvaluationDue: Bool = false
  ) {
    writer.finish()
    let version = learner.snapshot.version
    // A drawn version 0 needs no file to come back; an imported one has its own.
    if version == .initial || writer.newestVersion == version { return }
    if let best = best.take(), best.checkpoint.version != version,
      best.checkpoint.version == totals.bestEvaluation?.version
    {
      begin(best)
    }
    begin(saved(learner, totals: totals, isEvaluationDue: isEvaluationDue))
  }

  private func begin(_ saved: SavedVersion) {
    writer.begin(saved) { [logger] error in
      logger.error(
        "no checkpoint was written, the one before stays: \(error)",
        metadata: ["version": "\(saved.checkpoint.version)"])
    }
  }

  /// Waits until what is saved is on disk.
  func finishSaving() { writer.finish() }

  /// Writes the files of an imported policy, without which there is no run.
  func write(_ learner: Learner<MLPPolicy>) throws(FileError) {
    try writer.write(
      saved(learner, totals: RunTotals(), isEvaluationDue: false))
  }

  private func saved(
    _ learner: Learner<MLPPolicy>, totals: RunTotals, isEvaluationDue: Bool
  ) -> SavedVersion {
    var moments: [String: [Float]] = [:]
    if !learner.optimizer.firstMoment.isEmpty {
      moments[Self.firstMoment] = learner.optimizer.firstMoment
    }
    if !learner.optimizer.secondMoment.isEmpty {
      moments[Self.secondMoment] = learner.optimizer.secondMoment
    }
    var value: [String: [Float]] = [:]
    if let baseline = learner.valueBaseline {
      value = [
        Self.valueParameters: baseline.parameters,
        Self.firstMoment: baseline.optimizer.firstMoment,
        Self.secondMoment: baseline.optimizer.secondMoment,
      ]
    }
    var arrays = learner.search.map { [Self.searchState: $0.state] } ?? [:]
    if let statistics = learner.statistics {
      arrays[Self.observationCount] = [statistics.stepCount]
      arrays[Self.observationMeans] = statistics.means
      arrays[Self.observationSquares] = statistics.squares
    }
    let checkpoint = Checkpoint(
      run: run, version: learner.snapshot.version, configurationDigest: role.run.digest,
      numericsDigest: NumericsDigest.ofThisProcess, parameters: learner.snapshot.parameters,
      moments: moments, value: value, episodeCount: UInt64(totals.episodeCount),
      stepCount: UInt64(totals.stepCount), bestEvaluation: totals.bestEvaluation,
      texts: isEvaluationDue ? [Self.evaluation: Self.due] : [:], arrays: arrays)
    return SavedVersion(
      checkpoint: checkpoint, policy: policyFile(learner.snapshot),
      isEvaluationDue: isEvaluationDue)
  }

  private func policyFile(_ snapshot: PolicySnapshot) -> PolicyFile {
    PolicyFile(
      architecture: PolicyArchitecture(
        environment: role.run.environment, hidden: role.run.policy.hidden,
        activation: role.run.policy.activation, observationSize: policy.observationSize,
        actionSpace: policy.actionSpace),
      layout: policy.parameterLayout, parameters: snapshot.parameters,
      normalization: snapshot.normalization)
  }

  /// SHA-256 of the policy file of these parameters, as `sha256sum` prints it.
  func fingerprint(of snapshot: PolicySnapshot) -> String {
    SHA256.hexDigest(of: policyFile(snapshot).encode())
  }

  /// Notes where actors connect to.
  func noteAddress(_ address: String) throws(RoleFailure) {
    let path = directory.addressPath
    try reportingFileErrors { () throws(FileError) in
      try AtomicFile.write("\(address)\n", to: path)
    }
  }

  func removeAddress() {
    do throws(FileError) {
      try OpenFile.remove(directory.addressPath)
    } catch {
      logger.debug("\(error)")
    }
  }
}

/// What a run consumed so far.
struct RunTotals: Sendable {
  var episodeCount = 0
  var stepCount = 0
  var bestEvaluation: Checkpoint.BestEvaluation?
}

extension MLPValueFunction {
  /// The value function that a run learns beside its policy, where it is the baseline.
  init(_ policy: MLPPolicy, _ run: RunConfiguration) {
    self.init(
      observationSize: policy.observationSize, hidden: run.learner.value.hidden,
      activation: run.policy.activation, initialization: run.policy.initialization)
  }
}

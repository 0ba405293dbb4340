internal import Kernels
package import Learning
internal import Monitoring
package import Policies
package import RL
internal import Wire

/// What a run went through, brought back from its directory: any of its episodes, from version and slot, and any
/// of its policies.
package struct RunReplay: Sendable {
  /// Directory of the run, which is only read: the run may go on meanwhile.
  package let runDirectory: String
  package let run: RunConfiguration
  package let environment: EnvironmentSpecification
  /// Threads for updates that have to be run again, at least 1.
  package let threads: Int

  package init(
    runDirectory: String, run: RunConfiguration, environment: EnvironmentSpecification, threads: Int
  ) {
    self.runDirectory = runDirectory
    self.run = run
    self.environment = environment
    self.threads = threads
  }

  /// Plays slot `slot` of the round of `kind` at `version`. `note` is told, in one line each, what has to
  /// be done for it.
  ///
  /// - Throws: exit 64 for a version that the run has not reached, 65 if its checkpoints are of another
  ///   build or configuration, or the environment is not reproducible.
  package func episode(
    version: PolicyVersion, kind: StreamKind, slot: Int, note: (String) -> Void
  ) throws(RoleFailure) -> EpisodeReplay<MLPPolicy> {
    guard environment.isReproducible else {
      throw RoleFailure(
        .badData,
        "\(environment.name) is not reproducible, so none of its episodes can be played again")
    }
    let learner = try learner(at: version, note: note)
    return EpisodeReplay(
      environment: try wrappedEnvironment(environment, of: run), policy: learner.policy,
      snapshot: learner.snapshot,
      seed: run.seed, kind: kind, slot: slot)
  }

  /// The policy that is meant by `choice`. `note` is told, in one line each, what has to be done for it.
  ///
  /// - Throws: exit 64 for a version that the run has not reached, or for the best of a run that keeps none;
  ///   65 if there is no policy yet, or what there is cannot be used.
  package func policy(
    _ choice: PolicyChoice, note: (String) -> Void
  ) throws(RoleFailure) -> RecordedPolicy {
    let version: PolicyVersion
    switch choice {
    case .newest:
      return try RecordedPolicy(runDirectory: runDirectory, run: run, environment: environment)
    case .best: version = try bestVersion(note: note)
    case .version(let named): version = named
    }
    let learner = try learner(at: version, note: note)
    return RecordedPolicy(
      policy: learner.policy, parameters: learner.snapshot.parameters,
      normalization: learner.snapshot.normalization, environment: run.environment,
      version: version)
  }

  /// As the newest checkpoint says.
  private func bestVersion(note: (String) -> Void) throws(RoleFailure) -> PolicyVersion {
    let newest = try newestCheckpoint(among: try checkpointVersions(), note: note)
    guard let newest else {
      throw RoleFailure(
        .badData, "the run in \(runDirectory) has no whole checkpoint, which would name the best")
    }
    guard let best = newest.bestEvaluation else {
      throw RoleFailure(
        .usage,
        "the run in \(runDirectory) knew no best policy at its newest checkpoint, that of version "
          + "\(newest.version): none had been evaluated; train with --evaluate-every")
    }
    return best.version
  }

  /// The learner as it was at `version`: from the checkpoint of that version, or from the nearest one
  /// before by running the updates between again.
  package func learner(
    at version: PolicyVersion, note: (String) -> Void
  ) throws(RoleFailure) -> Learner<MLPPolicy> {
    try prepareArithmetic()
    let versions = try checkpointVersions()
    try requireReached(version, checkpoints: versions)
    let policy = MLPPolicy(
      environment: try wrappedEnvironment(environment, of: run), configuration: run.policy)
    let queue = WorkQueue(threadCount: threads)
    let restored = try restore(versions.filter { $0 <= version }, policy: policy, note: note)
    var learner =
      restored?.learner(policy: policy, configuration: run, queue: queue)
      ?? Learner(
        policy: policy, configuration: run.learner, seed: run.seed, queue: queue,
        valueFunction: MLPValueFunction(policy, run),
        normalizesObservations: run.wrappers.normalizesObservations)
    let start = learner.snapshot.version
    let count = version.rawValue - start.rawValue
    if count > 0 {
      let from = restored == nil ? "the beginning" : "the checkpoint of version \(start)"
      guard run.learner.collection == .everySlot else {
        throw unrepeatable("the run took its episodes first come, first served")
      }
      guard environment.isReproducible else {
        throw unrepeatable("\(environment.name) is not reproducible")
      }
      note("running \(count) update\(count == 1 ? "" : "s") again from \(from)")
    }
    for _ in 0..<count { try update(&learner, queue: queue) }
    return learner
  }

  private func unrepeatable(_ reason: String) -> RoleFailure {
    RoleFailure(
      .badData,
      "\(reason), so its updates cannot be run again; only versions whose checkpoints are kept come back"
    )
  }

  private func requireReached(
    _ version: PolicyVersion, checkpoints: [PolicyVersion]
  ) throws(RoleFailure) {
    let metrics = MetricsFile.lastVersion(
      inFile: RunDirectory.metricsPath(in: runDirectory))
    let reached = max(metrics ?? .initial, checkpoints.last ?? .initial)
    guard version > reached else { return }
    throw RoleFailure(
      .usage,
      "there is no version \(version): the run in \(runDirectory) has made \(reached) so far; name one "
        + "from 0 to \(reached)")
  }

  private var checkpoints: String { RunDirectory.checkpointsPath(in: runDirectory) }

  private func checkpointVersions() throws(RoleFailure) -> [PolicyVersion] {
    try reportingFileErrors { () throws(FileError) in
      try CheckpointStore.versions(in: checkpoints)
    }
  }

  /// The newest whole checkpoint among these versions; nil if there is none.
  private func newestCheckpoint(
    among versions: [PolicyVersion], note: (String) -> Void
  ) throws(RoleFailure) -> Checkpoint? {
    for version in versions.reversed() {
      do {
        return try Checkpoint(decoding: try CheckpointStore.read(version, in: checkpoints))
      } catch {
        // Damaged, or removed meanwhile by the run that goes on.
        note("\(CheckpointStore.path(of: version, in: checkpoints)) is skipped: \(error)")
      }
    }
    return nil
  }

  private func restore(
    _ versions: [PolicyVersion], policy: MLPPolicy, note: (String) -> Void
  ) throws(RoleFailure) -> RestoredRun? {
    let identity = try RunStore.recordedIdentity(RunDirectory.runIDPath(in: runDirectory))
    guard let identity else {
      if versions.isEmpty { return nil }
      throw RoleFailure(
        .badData,
        "\(RunDirectory.runIDPath(in: runDirectory)) is missing, which says whose the checkpoints are"
      )
    }
    guard let newest = try newestCheckpoint(among: versions, note: note) else {
      try RunStore.requireDrawn(versions, directory: runDirectory)
      return nil
    }
    return try RestoredRun(
      newest, of: identity, configuration: run, policy: policy, directory: runDirectory)
  }

  /// One round and its update in this process, by the loops that actors and learner run.
  private func update(
    _ learner: inout Learner<MLPPolicy>, queue: WorkQueue
  ) throws(RoleFailure) {
    let round = RoundID(version: learner.snapshot.version, kind: .training)
    let share = RoundShare(
      environment: try wrappedEnvironment(environment, of: run), policy: learner.policy,
      round: round,
      snapshot: learner.snapshot, seed: run.seed,
      slotCount: run.learner.episodesPerUpdate, shareCount: threads)
    let results = Mailbox<Result<TrajectoryBlock, RolloutFault>>()
    queue.forEach(threads) { index in
      results.put(Result { () throws(RolloutFault) in try share.play(index) })
    }
    var blocks: [TrajectoryBlock] = []
    for result in results.takeAll() {
      switch result {
      case .success(let block): blocks.append(block)
      case .failure(let fault): throw RoleFailure(.badData, "\(fault)")
      }
    }
    guard run.learner.method.isSearch else {
      _ = learner.update(with: blocks)
      return
    }
    var search = learner.beginSearchRound(
      slotCount: run.learner.episodesPerUpdate,
      environment: try wrappedEnvironment(environment, of: run),
      seed: run.seed)
    for outcome in blocks.flatMap({ CandidateOutcome.outcomes(of: $0) }) { search.insert(outcome) }
    _ = learner.update(with: search)
  }
}

/// The slots of a round dealt out to threads.
private struct RoundShare: Sendable {
  let environment: EnvironmentSpecification
  let policy: MLPPolicy
  let round: RoundID
  let snapshot: PolicySnapshot
  let seed: UInt64
  let slotCount: Int
  let shareCount: Int

  /// Plays the slots `index`, `index + shareCount` and so on.
  func play(_ index: Int) throws(RolloutFault) -> TrajectoryBlock {
    var slots = stride(from: index, to: slotCount, by: shareCount).makeIterator()
    let share = (slotCount + shareCount - 1) / shareCount
    var rollout = Rollout(
      environment: environment, policy: policy, laneLimit: min(256, share), seed: seed)
    rollout.begin(round, snapshot: snapshot)
    var block = TrajectoryBlock(
      observationSize: policy.observationSize, actionSize: policy.actionSpace.actionSize)
    try rollout.advance(
      while: { _ in true }, nextSlot: { slots.next() }, finished: { _ in true }, into: &block)
    return block
  }
}

internal import Kernels
package import Learning
internal import Monitoring
package import Policies
package import RL
internal import Wire

/// `troupe replay`: plays an episode of a run again, from its version and slot.
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
  ///   build or configuration.
  package func episode(
    version: PolicyVersion, kind: StreamKind, slot: Int, note: (String) -> Void
  ) throws(RoleFailure) -> EpisodeReplay<MLPPolicy> {
    let learner = try learner(at: version, note: note)
    return EpisodeReplay(
      environment: try wrappedEnvironment(environment, of: run), policy: learner.policy,
      snapshot: learner.snapshot,
      seed: run.seed, kind: kind, slot: slot)
  }

  /// The learner as it was at `version`: from the checkpoint of that version, or from the nearest one
  /// before by running the updates between again.
  package func learner(
    at version: PolicyVersion, note: (String) -> Void
  ) throws(RoleFailure) -> Learner<MLPPolicy> {
    try prepareArithmetic()
    let checkpoints = RunDirectory.checkpointsPath(in: runDirectory)
    let versions = try reportingFileErrors { () throws(FileError) in
      try CheckpointStore.versions(in: checkpoints)
    }
    try requireReached(version, checkpoints: versions)
    let policy = MLPPolicy(
      environment: try wrappedEnvironment(environment, of: run), configuration: run.policy)
    let queue = WorkQueue(threadCount: threads)
    let restored = try restore(
      versions.filter { $0 <= version }, policy: policy, in: checkpoints, note: note)
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
        throw RoleFailure(
          .badData,
          "the run took its episodes first come, first served, and cannot be repeated; only a "
            + "version whose checkpoint is kept can be replayed")
      }
      note("running \(count) update\(count == 1 ? "" : "s") again from \(from)")
    }
    for _ in 0..<count { try update(&learner, queue: queue) }
    return learner
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
      "--update is \(version), but the run in \(runDirectory) has made \(reached) so far; name one "
        + "from 0 to \(reached)")
  }

  /// The newest whole checkpoint among these versions; nil if there is none.
  private func restore(
    _ versions: [PolicyVersion], policy: MLPPolicy, in directory: String, note: (String) -> Void
  ) throws(RoleFailure) -> RestoredRun? {
    let identity = try RunStore.recordedIdentity(RunDirectory.runIDPath(in: runDirectory))
    guard let identity else { return nil }
    for version in versions.reversed() {
      let checkpoint: Checkpoint
      do {
        checkpoint = try Checkpoint(decoding: try CheckpointStore.read(version, in: directory))
      } catch {
        // Damaged, or removed meanwhile by the run that goes on.
        note("\(CheckpointStore.path(of: version, in: directory)) is skipped: \(error)")
        continue
      }
      return try RestoredRun(
        checkpoint, of: identity, configuration: run, policy: policy, directory: runDirectory)
    }
    return nil
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

internal import Dispatch
package import RL
internal import Synchronization
package import Wire

/// What one version of a run leaves on disk.
package struct SavedVersion: Sendable {
  package let checkpoint: Checkpoint
  package let policy: PolicyFile
  /// The version is written once more, with what its evaluation says.
  package let isEvaluationDue: Bool

  package init(checkpoint: Checkpoint, policy: PolicyFile, isEvaluationDue: Bool) {
    self.checkpoint = checkpoint
    self.policy = policy
    self.isEvaluationDue = isEvaluationDue
  }
}

/// Writes checkpoints and policy file of one run, a version after the other.
///
/// A version waits for the disk four times, in which a learner plays several rounds if they are short. So it goes on
/// meanwhile, and waits only if the version before is not written yet when the next is due.
package final class CheckpointWriter: Sendable {
  private let policyPath: String
  private let store: Mutex<CheckpointStore>
  private let newest = Mutex<PolicyVersion?>(nil)
  private let queue = DispatchQueue(label: "checkpoints")

  package init(_ store: consuming CheckpointStore, policyPath: String) {
    self.store = Mutex(store)
    self.policyPath = policyPath
  }

  /// Version of the newest checkpoint on disk, unless it is to be written once more.
  package var newestVersion: PolicyVersion? { newest.withLock { $0 } }

  /// Writes on another thread, once what was begun before is done; `failed` hears there of a failure, after which the
  /// files before are whole.
  package func begin(_ version: SavedVersion, failed: @escaping @Sendable (FileError) -> Void) {
    queue.async {
      do throws(FileError) {
        try self.write(version)
      } catch {
        failed(error)
      }
    }
  }

  /// Waits until everything begun is written, or has failed.
  package func finish() { queue.sync {} }

  func write(_ version: SavedVersion) throws(FileError) {
    let number = version.checkpoint.version
    // In this order: a run that is resumed from its last checkpoint has nothing left to write, so that a learner
    // killed between the two would leave the policy of a version before.
    try AtomicFile.write(version.policy.encode(), to: policyPath)
    try store.withLock { (store) throws(FileError) in
      try store.write(
        version.checkpoint.encode(), version: number,
        best: version.checkpoint.bestEvaluation?.version)
    }
    newest.withLock { $0 = version.isEvaluationDue ? nil : number }
  }

  /// The newest checkpoint that decodes, and the files that were passed over for it.
  func restore() throws(FileError) -> (checkpoint: Checkpoint?, skipped: [CheckpointStore.Skipped])
  {
    try store.withLock { (store) throws(FileError) in
      let (found, skipped) = try store.newestValid { try Checkpoint(decoding: $0) }
      return (found?.content, skipped)
    }
  }

  /// Takes a restored checkpoint for what is on disk.
  func resume(from checkpoint: Checkpoint, isEvaluationDue: Bool) {
    newest.withLock { $0 = isEvaluationDue ? nil : checkpoint.version }
    store.withLock { $0.keep(best: checkpoint.bestEvaluation?.version) }
  }
}

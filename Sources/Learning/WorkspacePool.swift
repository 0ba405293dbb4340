internal import RL
internal import Synchronization

/// Workspaces of one tile each, used again and again: one for each thread that computes.
final class WorkspacePool<P: Policy>: Sendable {
  private let policy: P
  private let available = Mutex<[P.Workspace]>([])

  init(policy: P) { self.policy = policy }

  func take() -> P.Workspace {
    available.withLock { $0.popLast() }
      ?? policy.makeWorkspace(laneCapacity: RoundPartition.tileSize)
  }

  func putBack(_ workspace: P.Workspace) {
    available.withLock { $0.append(workspace) }
  }
}

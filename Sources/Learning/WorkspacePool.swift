internal import RL
internal import Synchronization

/// Workspaces of one tile each, used again and again, and a bound on how many may hold activations
/// from the forward to the backward pass. What does not fit is computed a second time, with the same
/// bits.
final class WorkspacePool<P: Policy>: Sendable {
  /// Bytes of activations kept between the passes of one round.
  static var keptByteLimit: Int { 48 << 20 }

  private struct State: Sendable {
    var available: [P.Workspace] = []
    var keptCount = 0
  }

  private let policy: P
  private let keptLimit: Int
  private let state = Mutex(State())

  init(policy: P) {
    self.policy = policy
    keptLimit =
      Self.keptByteLimit / policy.workspaceByteCount(laneCapacity: RoundPartition.tileSize)
  }

  func take() -> P.Workspace {
    state.withLock { $0.available.popLast() }
      ?? policy.makeWorkspace(laneCapacity: RoundPartition.tileSize)
  }

  func putBack(_ workspace: P.Workspace) {
    state.withLock { $0.available.append(workspace) }
  }

  /// Asks to keep `count` workspaces for the backward pass; false if that would pass the bound.
  func reserve(_ count: Int) -> Bool {
    state.withLock { state in
      if state.keptCount + count > keptLimit { return false }
      state.keptCount += count
      return true
    }
  }

  /// Takes back workspaces that were reserved.
  func putBack(_ kept: inout [P.Workspace]) {
    state.withLock { state in
      state.keptCount -= kept.count
      state.available += kept
    }
    kept = []
  }
}

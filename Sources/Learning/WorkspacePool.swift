internal import Synchronization

/// Workspaces of one tile each, used again and again: one for each thread that computes.
///
/// A workspace never leaves its place. An array that two own, be it for a moment, is copied by whoever changes it
/// first, and the vectors of the copy begin elsewhere in a cache line.
package final class WorkspacePool<Workspace: Sendable>: Sendable {
  private final class Place: Sendable {
    let workspace: Mutex<Workspace>

    init(_ workspace: consuming sending Workspace) { self.workspace = Mutex(workspace) }
  }

  private let makeWorkspace: @Sendable () -> Workspace
  private let free = Mutex<[Place]>([])

  package init(makeWorkspace: @escaping @Sendable () -> Workspace) {
    self.makeWorkspace = makeWorkspace
  }

  /// Lends a workspace that nobody else has meanwhile.
  package func withWorkspace<Result: Sendable>(
    _ body: (inout Workspace) -> Result
  ) -> Result {
    let place = free.withLock { $0.popLast() } ?? Place(makeWorkspace())
    defer { free.withLock { $0.append(place) } }
    return place.workspace.withLock { body(&$0) }
  }
}

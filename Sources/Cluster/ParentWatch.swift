internal import Dispatch
internal import Glibc

/// Ends this process when the learner that started it is gone, also while `step` does not return: a
/// thread of its own waits for the other end of the inherited pipe to close.
struct ParentWatch: ~Copyable {
  private let source: any DispatchSourceRead

  /// Who outlives the learner removes the directory that it made for its sockets, if it made one.
  init(learnerAddress address: String) {
    let sockets = PrivateSocketDirectory(address: address)
    source = DispatchSource.makeReadSource(
      fileDescriptor: ChildProcesses.inheritedDescriptor, queue: .global())
    // Nothing is ever written to the pipe: readable means closed.
    source.setEventHandler { [sockets] in
      sockets?.remove()
      _exit(0)
    }
    source.activate()
  }

  deinit { source.cancel() }
}

internal import CLinux
internal import Glibc

/// The actor processes that a learner started on its own machine. They end with it, whatever ends it:
/// each inherits a pipe whose other end closes with the learner, and asks the kernel for a signal.
package struct ChildProcesses: ~Copyable {
  /// Ended by themselves, with the exit code, or the negative of the signal that killed them.
  package struct Ended: Sendable {
    package let process: Int32
    package let code: Int32
  }

  /// Descriptor that a child finds the pipe at.
  package static let inheritedDescriptor: Int32 = 3

  private let executable: String
  private let arguments: [String]
  private var processes: [Int32] = []
  private let readEnd: Int32
  private let writeEnd: Int32

  /// - Throws: `RoleFailure` when no pipe can be made.
  package init(executable: String, arguments: [String]) throws(RoleFailure) {
    var ends: [Int32] = [0, 0]
    // SAFETY: two descriptors are written into the array's two elements.
    let status = unsafe troupe_pipe(&ends)
    if status != 0 {
      throw RoleFailure(.unavailable, "cannot make a pipe: \(systemErrorText())")
    }
    self.executable = executable
    self.arguments = arguments
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  package var isEmpty: Bool { processes.isEmpty }

  /// Starts one more, with these arguments behind the others, and gives its process.
  @discardableResult
  package mutating func start(adding more: [String] = []) throws(RoleFailure) -> Int32 {
    var strings: [UnsafeMutablePointer<CChar>?] = unsafe []
    // SAFETY: each copy is freed below, after the call that reads them; the array ends with nil.
    for argument in [executable] + arguments + more {
      unsafe strings.append(unsafe strdup(argument))
    }
    unsafe strings.append(nil)
    defer { unsafe strings.forEach { unsafe free($0) } }
    var process: pid_t = 0
    let error = unsafe troupe_spawn(executable, strings, readEnd, &process)
    if error != 0 {
      throw RoleFailure(
        .unavailable, "cannot start \(executable): \(systemErrorText(error))")
    }
    processes.append(process)
    return process
  }

  /// The children that ended since the last call.
  package mutating func collectEnded() -> [Ended] {
    var ended: [Ended] = []
    for process in processes {
      var status: Int32 = 0
      // SAFETY: waitpid writes one integer.
      guard unsafe waitpid(process, &status, WNOHANG) == process else { continue }
      let signal = status & 0x7f
      ended.append(
        Ended(process: process, code: signal == 0 ? (status >> 8) & 0xff : -signal))
    }
    processes.removeAll { process in ended.contains { $0.process == process } }
    return ended
  }

  deinit {
    // Closing the pipe ends them too; this is sooner, and leaves no zombie.
    for process in processes { kill(process, SIGKILL) }
    for process in processes {
      _ = waitpid(process, nil, 0)
    }
    close(readEnd)
    close(writeEnd)
  }
}

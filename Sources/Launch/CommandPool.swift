package import Cluster
internal import CLinux
internal import Glibc

/// A program to be run on this machine.
package struct Command: Hashable, Sendable {
  /// A name that is looked for on the PATH, or a path.
  package let program: String
  package let arguments: [String]
  package let input: [UInt8]
  /// How long it may take before it is ended.
  package let limit: Duration

  package init(
    _ program: String, _ arguments: [String], input: [UInt8] = [], limit: Duration = .seconds(60)
  ) {
    self.program = program
    self.arguments = arguments
    self.input = input
    self.limit = limit
  }
}

/// What came of a command.
package struct CommandResult: Hashable, Sendable {
  /// Exit code, or the negative of the signal that killed it.
  package let code: Int32
  package let output: String
  package let error: String
  /// It was ended because it took too long.
  package let isLate: Bool

  package init(code: Int32, output: String = "", error: String = "", isLate: Bool = false) {
    self.code = code
    self.output = output
    self.error = error
    self.isLate = isLate
  }
}

/// Programs that run at the same time, each with its output in memory. None outlives the pool.
package struct CommandPool: ~Copyable {
  private struct Running {
    let key: Int
    let process: pid_t
    let output: Int32
    let error: Int32
    let deadline: ContinuousClock.Instant
    var isLate = false
  }

  private var running: [Running] = []

  package init() {}

  package var count: Int { running.count }

  /// Starts a program; ``collectEnded()`` names it by `key`.
  ///
  /// - Throws: exit 69 if it cannot be started, for want of it or of something else.
  package mutating func start(_ command: Command, key: Int) throws(RoleFailure) {
    var streams: [Int32] = []
    // SAFETY: the name is a literal that ends with zero.
    for _ in 0..<3 { streams.append(unsafe troupe_memory_file("troupe-command")) }
    guard !streams.contains(-1) else {
      for stream in streams where stream >= 0 { close(stream) }
      throw RoleFailure(.tryAgain, "cannot make a file in memory: \(Self.errorText(errno))")
    }
    var rest = command.input[...]
    while !rest.isEmpty {
      // SAFETY: the slice's own address and count.
      let count = unsafe rest.withUnsafeBytes {
        unsafe write(streams[0], $0.baseAddress, $0.count)
      }
      guard count > 0 else { break }
      rest = rest.dropFirst(count)
    }
    lseek(streams[0], 0, SEEK_SET)
    var strings: [UnsafeMutablePointer<CChar>?] = unsafe []
    // SAFETY: each copy is freed below, after the call that reads them; the array ends with nil.
    for argument in [command.program] + command.arguments {
      unsafe strings.append(unsafe strdup(argument))
    }
    unsafe strings.append(nil)
    defer { unsafe strings.forEach { unsafe free($0) } }
    var process: pid_t = 0
    let problem = unsafe troupe_spawn_streams(command.program, strings, streams, &process)
    close(streams[0])
    guard problem == 0 else {
      close(streams[1])
      close(streams[2])
      throw RoleFailure(
        .unavailable, "cannot start \(command.program): \(Self.errorText(problem))")
    }
    running.append(
      Running(
        key: key, process: process, output: streams[1], error: streams[2],
        deadline: .now + command.limit))
  }

  /// The commands that ended since the last call; those that take too long are ended.
  package mutating func collectEnded() -> [(key: Int, result: CommandResult)] {
    var ended: [(key: Int, result: CommandResult)] = []
    for index in running.indices.reversed() {
      var status: Int32 = 0
      // SAFETY: waitpid writes one integer.
      guard unsafe waitpid(running[index].process, &status, WNOHANG) == running[index].process
      else {
        if !running[index].isLate, ContinuousClock.now > running[index].deadline {
          running[index].isLate = true
          kill(-running[index].process, SIGKILL)
        }
        continue
      }
      let command = running.remove(at: index)
      let signal = status & 0x7f
      ended.append(
        (
          command.key,
          CommandResult(
            code: signal == 0 ? (status >> 8) & 0xff : -signal, output: Self.text(command.output),
            error: Self.text(command.error), isLate: command.isLate)
        ))
    }
    return ended.reversed()
  }

  /// Runs one command to its end.
  package static func run(_ command: Command) throws(RoleFailure) -> CommandResult {
    var pool = CommandPool()
    try pool.start(command, key: 0)
    while true {
      if let ended = pool.collectEnded().first { return ended.result }
      usleep(2_000)
    }
  }

  /// What was written into a file in memory, which is closed.
  private static func text(_ descriptor: Int32) -> String {
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    // No host has so much to say; what is beyond it is not read.
    while bytes.count < 1 << 22 {
      // SAFETY: at most as many bytes are written as the array has.
      let count = unsafe pread(descriptor, &chunk, chunk.count, bytes.count)
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func errorText(_ code: Int32) -> String {
    // SAFETY: strerror gives a string that lasts until the thread's next call of it.
    unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
  }

  deinit {
    for command in running {
      kill(-command.process, SIGKILL)
      _ = waitpid(command.process, nil, 0)
      close(command.output)
      close(command.error)
    }
  }
}

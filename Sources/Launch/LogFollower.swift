package import Cluster
internal import CLinux
internal import Glibc

/// Shows the logs of all hosts' actors, each line with the host and the actor's number before it.
package enum LogFollower {
  /// One host's ssh: what it says comes out of `output`; it goes on until `input` closes.
  private struct Stream {
    let host: String
    let process: pid_t
    let input: Int32
    let output: Int32
    var rest: [UInt8] = []
    var isOver = false
  }

  /// Follows until a signal comes or no host is left; `show` is handed whole lines.
  ///
  /// - Throws: exit 69 if ssh cannot be started.
  package static func follow(
    _ plan: LaunchPlan, lines: Int, show: (_ host: String, _ line: String) -> Void
  ) throws(RoleFailure) {
    var signals = try Signals()
    var streams: [Stream] = []
    defer { for stream in streams { end(stream) } }
    for host in plan.hosts { streams.append(try start(plan, host, lines: lines)) }
    while signals.next() == nil, streams.contains(where: { !$0.isOver }) {
      var descriptors = [pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0)]
      for stream in streams {
        // A negative descriptor is passed over.
        descriptors.append(
          pollfd(fd: stream.isOver ? -1 : stream.output, events: Int16(POLLIN), revents: 0))
      }
      // SAFETY: as many structures are read and written as the array has.
      _ = unsafe poll(&descriptors, nfds_t(descriptors.count), -1)
      for index in streams.indices where descriptors[index + 1].revents != 0 {
        take(&streams[index], show: show)
      }
    }
  }

  private static func start(
    _ plan: LaunchPlan, _ host: LaunchHost, lines: Int
  ) throws(RoleFailure) -> Stream {
    var input: [Int32] = [-1, -1]
    var output: [Int32] = [-1, -1]
    // SAFETY: two descriptors are written into each array's two elements.
    guard unsafe troupe_pipe(&input) == 0, unsafe troupe_pipe(&output) == 0 else {
      throw RoleFailure(.tryAgain, "cannot make a pipe: \(CommandPool.errorText(errno))")
    }
    // A connection of its own: the logs go on until this process ends, however it does.
    let arguments =
      ["ssh"] + plan.connectionOptions + ["-o", "ControlPath=none"] + HostVisit.connectionOptions
      + [host.name, "sh"]
    var strings: [UnsafeMutablePointer<CChar>?] = unsafe []
    // SAFETY: each copy is freed below, after the call that reads them; the array ends with nil.
    for argument in arguments { unsafe strings.append(unsafe strdup(argument)) }
    unsafe strings.append(nil)
    defer { unsafe strings.forEach { unsafe free($0) } }
    var process: pid_t = 0
    let problem = unsafe troupe_spawn_streams(
      "ssh", strings, [input[0], output[1], output[1]], &process)
    close(input[0])
    close(output[1])
    guard problem == 0 else {
      close(input[1])
      close(output[0])
      throw RoleFailure(.unavailable, "cannot start ssh: \(CommandPool.errorText(problem))")
    }
    let script = ShellScript.bytes([plan.directory, LaunchAction.logs.rawValue, "\(lines)"])
    // SAFETY: the array's own address and count; a pipe has room for far more.
    _ = unsafe script.withUnsafeBytes { unsafe write(input[1], $0.baseAddress, $0.count) }
    return Stream(host: host.name, process: process, input: input[1], output: output[0])
  }

  private static func take(
    _ stream: inout Stream, show: (_ host: String, _ line: String) -> Void
  ) {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    // SAFETY: at most as many bytes are written as the array has.
    let count = unsafe read(stream.output, &chunk, chunk.count)
    if count < 0 && errno == EINTR { return }
    if count <= 0 {
      stream.isOver = true
      if !stream.rest.isEmpty { stream.rest.append(UInt8(ascii: "\n")) }
    } else {
      stream.rest += chunk[..<count]
    }
    while let end = stream.rest.firstIndex(of: UInt8(ascii: "\n")) {
      show(stream.host, String(decoding: stream.rest[..<end], as: UTF8.self))
      stream.rest.removeFirst(end + 1)
    }
  }

  /// The host's side ends when its input does.
  private static func end(_ stream: Stream) {
    close(stream.input)
    var status: Int32 = 0
    let deadline = ContinuousClock.now + .seconds(2)
    // SAFETY: waitpid writes one integer.
    while unsafe waitpid(stream.process, &status, WNOHANG) == 0 {
      if ContinuousClock.now > deadline { kill(-stream.process, SIGKILL) }
      usleep(5_000)
    }
    close(stream.output)
  }
}

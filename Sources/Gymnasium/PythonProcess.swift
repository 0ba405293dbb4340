internal import CLinux
internal import Glibc
internal import Wire

/// A Python process that runs the bridge, a socket to it, and a file in memory that both map.
struct PythonProcess: ~Copyable {
  /// What came back from the process.
  enum Reply {
    case done([UInt8])
    case failed(Failure)
    case died(String)
    case hangs
  }

  /// An exception, or what is missing.
  struct Failure: Hashable {
    let kind: String
    let problem: String
    let traceback: String
  }

  private let process: pid_t
  private let socket: Int32
  private let memory: Int32
  /// Room for the largest message.
  private var buffer = [UInt8](repeating: 0, count: 1 << 17)

  /// Starts the interpreter and sends it the configuration; ``receive()`` gives its description.
  init(
    _ environment: GymnasiumEnvironment, _ hosting: GymnasiumHosting
  ) throws(GymnasiumError) {
    var ends: [Int32] = [-1, -1]
    // SAFETY: two descriptors are written into the array's two elements.
    guard unsafe troupe_socket_pair(&ends) == 0 else {
      throw .unavailable("cannot make a socket pair: \(Self.errorText())")
    }
    // SAFETY: the name is a literal that ends with zero.
    let memory = unsafe troupe_memory_file("troupe-gymnasium")
    guard memory >= 0 else {
      close(ends[0])
      close(ends[1])
      throw .unavailable("cannot make a file in memory: \(Self.errorText())")
    }
    let interpreter = Self.interpreter(hosting.python)
    let source = String(decoding: PackageResources.bridge_py, as: UTF8.self)
    var strings: [UnsafeMutablePointer<CChar>?] = unsafe []
    // SAFETY: each copy is freed below, after the call that reads them; the array ends with nil.
    for argument in [interpreter, "-u", "-c", source] {
      unsafe strings.append(unsafe strdup(argument))
    }
    unsafe strings.append(nil)
    defer { unsafe strings.forEach { unsafe free($0) } }
    var process: pid_t = 0
    let error = unsafe troupe_spawn_with(interpreter, strings, [ends[1], memory], 2, &process)
    close(ends[1])
    guard error == 0 else {
      close(ends[0])
      close(memory)
      throw .unavailable(
        "cannot start \(interpreter): \(Self.errorText(error)); name another with --python")
    }
    self.process = process
    socket = ends[0]
    self.memory = memory
    setPatience(hosting.patience)
    send(Self.configuration(environment, hosting))
  }

  /// The interpreter of a virtual environment's directory, or the text itself.
  private static func interpreter(_ text: String) -> String {
    let inside = text.hasSuffix("/") ? text + "bin/python" : text + "/bin/python"
    // SAFETY: access reads a string that Swift ends with zero.
    return unsafe access(inside, X_OK) == 0 ? inside : text
  }

  private static func configuration(
    _ environment: GymnasiumEnvironment, _ hosting: GymnasiumHosting
  ) -> [UInt8] {
    let arguments = environment.arguments.map { "\(JSONValue.quoted($0.name)):\($0.json)" }
    let imports = environment.imports.map { JSONValue.quoted($0) }
    let text = """
      {"id":\(JSONValue.quoted(environment.identifier)),"arguments":{\(arguments.joined(separator: ","))},\
      "imports":[\(imports.joined(separator: ","))],"vector":"\(hosting.vectorization.rawValue)",\
      "autoreset":"\(hosting.autoreset.rawValue)",\
      "videos":\(hosting.videoFolder.map(JSONValue.quoted) ?? "null")}
      """
    return Array(text.utf8)
  }

  /// The file in memory with this size, mapped.
  func map(byteCount: Int) -> UnsafeMutableRawBufferPointer? {
    guard ftruncate(memory, byteCount) == 0 else { return nil }
    // SAFETY: a new mapping of a file that has this size; the caller unmaps it.
    let address = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else { return nil }
    return unsafe UnsafeMutableRawBufferPointer(start: address, count: byteCount)
  }

  /// Sends one message. If the process is gone, the next ``receive()`` says so.
  func send(_ message: [UInt8]) {
    // SAFETY: the array's bytes are read during the call.
    _ = unsafe message.withUnsafeBytes { bytes in
      unsafe Glibc.send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
    }
  }

  /// How long ``receive()`` waits.
  private func setPatience(_ patience: Duration) {
    let (seconds, attoseconds) = patience.components
    var limit = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    // SAFETY: one structure is read, of the size given.
    _ = unsafe setsockopt(
      socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  /// Waits for the next message.
  mutating func receive() -> Reply {
    var count = -1
    repeat {
      // SAFETY: at most as many bytes are written as the array has.
      count = unsafe recv(socket, &buffer, buffer.count, 0)
    } while count < 0 && errno == EINTR
    if count < 0, errno == EAGAIN { return .hangs }
    guard count >= 2 else { return .died(manner()) }
    let content = Array(buffer[2..<count])
    guard buffer[0] != 0 else { return .done(content) }
    let fields = JSONFields((try? JSONValue(parsing: content)) ?? .null)
    return .failed(
      Failure(
        kind: fields.text("kind") ?? "", problem: fields.text("problem") ?? "",
        traceback: fields.text("traceback") ?? ""))
  }

  /// How the process ended, after its end of the socket closed.
  private func manner() -> String {
    switch troupe_peek_ended(process) {
    case TROUPE_NOT_ENDED: return "closed its socket"
    case let code where code >= 0: return "ended with exit code \(code)"
    case let code: return "was killed by signal \(-code)"
    }
  }

  private static func errorText(_ code: Int32 = errno) -> String {
    // SAFETY: strerror gives a string that lasts until the thread's next call of it.
    unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
  }

  deinit {
    // A group of its own, so that what it started goes with it.
    kill(-process, SIGKILL)
    kill(process, SIGKILL)
    _ = waitpid(process, nil, 0)
    close(socket)
    close(memory)
  }
}

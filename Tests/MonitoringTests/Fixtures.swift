import Glibc
import Monitoring
import Synchronization
import Testing

/// A directory of this test alone, removed with the files in it.
final class TemporaryDirectory {
  let path: String
  private var files: Set<String> = []

  init() throws {
    var template = Array("/tmp/troupe-test-XXXXXX".utf8CString)
    // SAFETY: the template is a NUL-terminated array of our own, and is overwritten in place.
    let made = unsafe mkdtemp(&template)
    unsafe try #require(made != nil)
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  func file(_ name: String) -> String {
    files.insert(name)
    return "\(path)/\(name)"
  }

  deinit {
    // SAFETY: the paths are NUL-terminated.
    for name in files { unsafe unlink("\(path)/\(name)") }
    unsafe rmdir(path)
  }
}

/// The contents of a file, or nil if there is none.
func contents(of path: String) -> String? {
  // SAFETY: the path is NUL-terminated.
  let descriptor = unsafe open(path, O_RDONLY)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  return drain(descriptor)
}

func write(_ text: String, to path: String) throws {
  // SAFETY: the path is NUL-terminated.
  let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  try #require(descriptor >= 0)
  defer { close(descriptor) }
  // SAFETY: the string's own bytes are written.
  try #require(unsafe write(descriptor, text, text.utf8.count) == text.utf8.count)
}

/// What can be read now.
func drain(_ descriptor: Int32) -> String {
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 4096)
  while true {
    // SAFETY: at most the chunk's size is read into it.
    let count = unsafe read(descriptor, &chunk, chunk.count)
    guard count > 0 else { break }
    bytes += chunk.prefix(count)
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// A console that writes into a pipe.
final class CapturedConsole {
  let console: Console
  private let ends: [Int32]

  init(isTerminal: Bool = false, usesColor: Bool = false, usesUnicode: Bool = true) throws {
    var ends: [Int32] = [-1, -1]
    // SAFETY: pipe fills the two elements.
    try #require(unsafe pipe(&ends) == 0)
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    self.ends = ends
    console = Console(
      descriptor: ends[1], isTerminal: isTerminal, usesColor: usesColor, usesUnicode: usesUnicode)
  }

  /// What was written since the last call.
  func output() -> String { drain(ends[0]) }

  deinit { for end in ends { close(end) } }
}

/// Lines that were reported.
final class Reports: Sendable {
  private let lines = Mutex<[String]>([])
  func add(_ line: String) { lines.withLock { $0.append(line) } }
  var all: [String] { lines.withLock { $0 } }
}

/// The bytes of a file.
func bytes(of path: String) throws -> [UInt8] {
  // SAFETY: the path is NUL-terminated.
  let descriptor = unsafe open(path, O_RDONLY)
  try #require(descriptor >= 0)
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 4096)
  while true {
    // SAFETY: at most the chunk's size is read into it.
    let count = unsafe read(descriptor, &chunk, chunk.count)
    guard count > 0 else { return bytes }
    bytes += chunk.prefix(count)
  }
}

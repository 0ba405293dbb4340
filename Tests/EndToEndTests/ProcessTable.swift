import Foundation
import Glibc

/// A process beyond doubt: numbers are used again, together with their time of start they are not.
struct ProcessIdentity: Hashable, CustomStringConvertible {
  let id: pid_t
  /// Clock ticks since the machine started.
  let startTime: UInt64

  var description: String { "process \(id)" }

  /// Whether it runs or could; what only waits for its parent to collect it has ended.
  var isAlive: Bool {
    guard let entry = ProcessTable.entry(of: id) else { return false }
    return entry.identity == self && !["Z", "X"].contains(entry.state)
  }

  func send(_ signal: Int32) { if isAlive { _ = kill(id, signal) } }
}

/// The kernel's list of processes, read from `/proc`.
enum ProcessTable {
  struct Entry {
    let identity: ProcessIdentity
    let parent: pid_t
    let state: String
  }

  static func entry(of id: pid_t) -> Entry? {
    guard let bytes = FileManager.default.contents(atPath: "/proc/\(id)/stat") else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    // The second field is the program's name in parentheses, which may hold anything.
    guard let close = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: close)...].split(separator: " ")
    guard fields.count > 19, let parent = pid_t(fields[1]), let startTime = UInt64(fields[19])
    else { return nil }
    return Entry(
      identity: ProcessIdentity(id: id, startTime: startTime), parent: parent,
      state: String(fields[0]))
  }

  private static var ids: [pid_t] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { pid_t($0) }
  }

  /// Children that are alive.
  static func children(of parent: pid_t) -> [ProcessIdentity] {
    ids.compactMap(entry(of:)).filter { $0.parent == parent }.map(\.identity).filter(\.isAlive)
  }

  /// Living processes that were started with this environment variable.
  static func processes(with variable: String, value: String) -> [ProcessIdentity] {
    let wanted = Data("\(variable)=\(value)\0".utf8)
    return ids.compactMap { id in
      guard let bytes = FileManager.default.contents(atPath: "/proc/\(id)/environ"),
        bytes.range(of: wanted) != nil
      else { return nil }
      return entry(of: id)?.identity
    }.filter(\.isAlive)
  }
}

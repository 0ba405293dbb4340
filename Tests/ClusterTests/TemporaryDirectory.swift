import Cluster

/// A directory that is removed with the value.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    path = "/tmp/troupe-cluster-\(UInt64.random(in: 0...UInt64.max))"
    try OpenFile.makeDirectories(path)
  }

  deinit { TemporaryDirectory.remove(path) }

  private static func remove(_ path: String) {
    if let names = try? OpenFile.names(in: path) {
      for name in names { remove("\(path)/\(name)") }
      try? OpenFile.removeDirectory(path)
    } else {
      try? OpenFile.remove(path)
    }
  }

  func write(_ text: String, to name: String) throws {
    try AtomicFile.write(text, to: "\(path)/\(name)")
  }

  func text(_ name: String) throws -> String {
    String(decoding: try OpenFile.readAll("\(path)/\(name)", limit: 1 << 20), as: UTF8.self)
  }

  func names() throws -> [String] { try OpenFile.names(in: path) }
}

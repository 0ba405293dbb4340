import Foundation

/// The program under test.
enum TroupeBinary {
  /// `TROUPE_BINARY`, or what `make build` builds.
  static let path: String = {
    if let path = ProcessInfo.processInfo.environment["TROUPE_BINARY"], !path.isEmpty {
      return path
    }
    let package = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return package.appendingPathComponent(".build/release/troupe").path
  }()

  struct Missing: Error, CustomStringConvertible {
    var description: String {
      "there is no program \(TroupeBinary.path); run the tests with make test, which builds it, "
        + "or name another one in TROUPE_BINARY"
    }
  }

  static func require() throws -> URL {
    guard FileManager.default.isExecutableFile(atPath: path) else { throw Missing() }
    return URL(fileURLWithPath: path)
  }
}

import Cluster

/// A directory that holds Troupe's own Swift package.
struct TroupeCheckout {
  /// Absolute, without symbolic links.
  private let path: String

  /// The directory of that name or, without one, the nearest around this program that is a checkout: a
  /// program that was built lies within.
  ///
  /// - Throws: exit 64 if the directory is not a checkout, or none is around this program.
  init(named directory: String?) throws(RoleFailure) {
    if let directory {
      guard let path = try? OpenFile.resolvedPath(directory), Self.isCheckout(path) else {
        throw RoleFailure(
          .usage,
          "--troupe is \(OptionText.shown(directory)), but must be a directory that holds Troupe's "
            + "Package.swift and Sources")
      }
      self.path = path
      return
    }
    let program = (try? OpenFile.resolvedPath("/proc/self/exe")) ?? ""
    guard let path = Self.parents(of: program).first(where: Self.isCheckout) else {
      throw RoleFailure(
        .usage,
        "this program does not lie in the directory where it was built; add --troupe DIR, where DIR is "
          + "Troupe's own package")
    }
    self.path = path
  }

  private static func isCheckout(_ path: String) -> Bool {
    OpenFile.exists("\(path)/Package.swift") && OpenFile.exists("\(path)/Sources/TroupeCommands")
  }

  /// The directories that an absolute path lies in, the nearest first.
  private static func parents(of path: String) -> [String] {
    let parts = path.split(separator: "/")
    return parts.indices.reversed().map { "/" + parts[..<$0].joined(separator: "/") }
  }

  /// The way here from a directory that exists, such as `../..`.
  func path(from directory: String) throws(FileError) -> String {
    let from = try OpenFile.resolvedPath(directory).split(separator: "/")
    let to = path.split(separator: "/")
    let shared = zip(from, to).prefix { $0 == $1 }.count
    let parts = from[shared...].map { _ in ".." } + to[shared...].map { String($0) }
    return parts.isEmpty ? "." : parts.joined(separator: "/")
  }
}

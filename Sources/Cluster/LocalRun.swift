internal import Glibc
package import Logging
package import Monitoring
package import RL

/// `troupe train`: a learner in this process and actors as its children, on sockets of their own.
package enum LocalRun {
  /// Trains to the goal; no child and no socket is left whatever way this ends.
  ///
  /// `bindsPrivately` puts the sockets into a new directory that only this user may enter, because any
  /// user of the machine can reach loopback TCP. `actorArguments` follow `actor --connect ADDRESS`.
  package static func train(
    _ role: LearnerRole, bindsPrivately: Bool, environment: EnvironmentSpecification,
    directory: consuming RunDirectory, actorCount: Int, actorArguments: [String],
    monitoring: RunMonitoring, logger: Logger
  ) throws(RoleFailure) -> RunSummary {
    var role = role
    removeFormerSockets(of: directory)
    let sockets = bindsPrivately ? try PrivateSocketDirectory.make() : nil
    if let sockets { role.bind = sockets.address }
    defer { sockets?.remove() }
    let actors = LocalActors(
      executable: try ownExecutable(), arguments: actorArguments, count: actorCount)
    var learner = try LearnerProcess(
      role: role, environment: environment, directory: directory, actors: actors,
      monitoring: monitoring, logger: logger)
    return try learner.run()
  }

  /// Removes what a learner of this run left behind if it was killed together with all its actors. The
  /// directory is locked, so that learner is gone.
  private static func removeFormerSockets(of directory: borrowing RunDirectory) {
    guard OpenFile.exists(directory.addressPath),
      let bytes = try? OpenFile.readAll(directory.addressPath, limit: 4096)
    else { return }
    let address = String(decoding: bytes, as: UTF8.self).prefix { $0 != "\n" }
    PrivateSocketDirectory(address: String(address))?.remove()
  }

  /// The program that runs now, which is also that of the actors.
  package static func ownExecutable() throws(RoleFailure) -> String {
    var buffer = [CChar](repeating: 0, count: 4097)
    // SAFETY: at most 4096 bytes are written, so the last stays zero.
    let count = unsafe readlink("/proc/self/exe", &buffer, 4096)
    guard count > 0 else {
      throw RoleFailure(.unavailable, "cannot find this program: \(systemErrorText())")
    }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

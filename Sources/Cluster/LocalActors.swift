internal import Glibc
internal import Learning
internal import Logging

/// The actors of `troupe train`: child processes of the learner, started again when one dies.
package struct LocalActors: ~Copyable {
  private let executable: String
  private let arguments: [String]
  private let count: Int
  private var children: ChildProcesses?
  /// Which of them each process is.
  private var places: [Int32: Int] = [:]
  private var lastLook = Duration.zero
  private var restarts: [Duration] = []
  private var faultCount = 0

  private static let lookInterval = Duration.milliseconds(100)
  /// More deaths than this within ``restartWindow`` mean that restarting does not help.
  private static let restartLimit = 10
  private static let faultLimit = 4
  private static let restartWindow = Duration.seconds(10)

  /// `arguments` follow `actor --connect ADDRESS`; behind them stands `--place NUMBER` where each actor has a
  /// processor of its own, see ``ThreadPlacement``.
  package init(executable: String, arguments: [String], count: Int) {
    self.executable = executable
    self.arguments = arguments
    self.count = count
  }

  private(set) var isEmpty = true

  mutating func start(connectingTo address: String) throws(RoleFailure) {
    children = try ChildProcesses(
      executable: executable, arguments: ["actor", "--connect", address] + arguments)
    for place in 0..<count { try start(at: place) }
    isEmpty = false
  }

  private mutating func start(at place: Int) throws(RoleFailure) {
    let isPlaced = ThreadPlacement(ofThread: place, of: count) != nil
    let process = try children?.start(adding: isPlaced ? ["--place", "\(place)"] : [])
    if let process { places[process] = place }
  }

  /// Looks after the children now and then: one that died is started again.
  ///
  /// - Throws: when several could not go on with what they were given, or they die faster than it makes
  ///   sense to start them.
  mutating func supervise(now: Duration, logger: Logger) throws(RoleFailure) {
    guard now - lastLook >= Self.lookInterval else { return }
    lastLook = now
    let ended = children?.collectEnded() ?? []
    for child in ended {
      let manner = child.code < 0 ? "killed by signal \(-child.code)" : "exit code \(child.code)"
      logger.warning("an actor process ended: \(manner)", metadata: ["pid": "\(child.process)"])
      if child.code == RoleFailure.ExitCode.badData.rawValue {
        faultCount += 1
        // An environment at fault ends the run by what the actors say; this is for who cannot say it.
        if faultCount >= Self.faultLimit {
          throw RoleFailure(
            .badData, "\(faultCount) actors in turn gave up; see their lines above")
        }
      }
      if child.code == RoleFailure.ExitCode.unavailable.rawValue {
        throw RoleFailure(.unavailable, "an actor of this machine could not take part")
      }
      restarts.append(now)
      restarts.removeAll { now - $0 > Self.restartWindow }
      if restarts.count > Self.restartLimit {
        throw RoleFailure(.unavailable, "actor processes die as soon as they are started")
      }
      try start(at: places.removeValue(forKey: child.process) ?? 0)
    }
  }

  /// Takes note of children that ended on their own.
  mutating func noteEnded() {
    _ = children?.collectEnded()
    isEmpty = children?.isEmpty ?? true
  }
}

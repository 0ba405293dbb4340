package import RL
internal import Synchronization

/// What a running learner shows: the learner's thread writes here, whoever serves it reads. Nothing here
/// blocks longer than it takes to copy a few references.
package final class LiveRun: Sendable {
  /// What stays as it is.
  package struct Facts: Hashable, Sendable {
    package var run: String
    package var environment: String
    package var seed: UInt64
    package var directory: String
    /// Where actors connect to.
    package var address: String
    package var goalReturn: Double?
    package var lastUpdate: Int?
    package var configuration: [JSONValue.Field]

    package init(
      run: String, environment: String, seed: UInt64, directory: String, address: String,
      goalReturn: Double?, lastUpdate: Int?, configuration: [JSONValue.Field]
    ) {
      self.run = run
      self.environment = environment
      self.seed = seed
      self.directory = directory
      self.address = address
      self.goalReturn = goalReturn
      self.lastUpdate = lastUpdate
      self.configuration = configuration
    }
  }

  private struct State {
    var facts: Facts?
    var hasEnded = false
    /// In order of version; every second one is dropped when there are too many.
    var reports: [UpdateReport] = []
    /// One of so many reports is kept.
    var stride = 1
    var skipped = 0
    var newest: UpdateReport?
    var actors: [ActorRow] = []
    var rounds: [RoundTimeline] = []
    var snapshot: PolicySnapshot?
    var slotCount = 0
    /// Counts the changes of actors and rounds.
    var change = 0
  }

  private static let reportLimit = 2000
  private static let roundLimit = 24

  package let registry = PrometheusRegistry()
  private let state = Mutex(State())

  package init() {}

  // MARK: The learner's side

  package func begin(_ facts: Facts) { state.withLock { $0.facts = facts } }

  package func end() {
    state.withLock {
      $0.hasEnded = true
      $0.change += 1
    }
  }

  package func note(_ report: UpdateReport) {
    state.withLock { state in
      state.newest = report
      state.skipped += 1
      guard state.skipped >= state.stride || report.evaluation != nil else { return }
      state.skipped = 0
      state.reports.append(report)
      guard state.reports.count > Self.reportLimit else { return }
      state.stride *= 2
      var isKept = false
      state.reports.removeAll { report in
        isKept.toggle()
        return !isKept && report.evaluation == nil
      }
      // Evaluations at every update leave nothing to drop but the oldest.
      if state.reports.count > Self.reportLimit {
        state.reports.removeFirst(state.reports.count - Self.reportLimit)
      }
    }
  }

  package func note(actors: [ActorRow]) {
    state.withLock {
      $0.actors = actors
      $0.change += 1
    }
  }

  package func note(_ round: RoundTimeline) {
    state.withLock { state in
      if state.rounds.count == Self.roundLimit { state.rounds.removeFirst() }
      state.rounds.append(round)
      state.change += 1
    }
  }

  /// The policy that is being played, and the slots of a training round of it.
  package func note(_ snapshot: PolicySnapshot, slotCount: Int) {
    state.withLock {
      $0.snapshot = snapshot
      $0.slotCount = slotCount
    }
  }

  // MARK: The readers' side

  package var facts: Facts? { state.withLock { $0.facts } }
  package var hasEnded: Bool { state.withLock { $0.hasEnded } }
  package var change: Int { state.withLock { $0.change } }

  package var policy: (snapshot: PolicySnapshot, slotCount: Int)? {
    state.withLock { state in state.snapshot.map { ($0, state.slotCount) } }
  }

  /// The kept reports of later versions, and always the newest.
  package func reports(after version: UInt32) -> [UpdateReport] {
    let (kept, newest) = state.withLock { ($0.reports, $0.newest) }
    var later = Array(kept.drop { $0.version.rawValue <= version })
    if let newest, newest.version.rawValue > max(version, later.last?.version.rawValue ?? 0) {
      later.append(newest)
    }
    return later
  }

  package var actors: [ActorRow] { state.withLock { $0.actors } }
  package var rounds: [RoundTimeline] { state.withLock { $0.rounds } }

  /// Facts, actors and rounds as one object; without updates.
  package var json: JSONValue {
    let (facts, actors, rounds, hasEnded) = state.withLock {
      ($0.facts, $0.actors, $0.rounds, $0.hasEnded)
    }
    var fields: [JSONValue.Field] = [.init("ended", .bool(hasEnded))]
    if let facts {
      fields += [
        .init("run", .string(facts.run)), .init("environment", .string(facts.environment)),
        .init("seed", .unsigned(facts.seed)), .init("directory", .string(facts.directory)),
        .init("address", .string(facts.address)), .init("goal_return", .number(facts.goalReturn)),
        .init("last_update", .integer(facts.lastUpdate)),
        .init("configuration", .object(facts.configuration)),
      ]
    }
    fields.append(.init("actors", .array(actors.map(\.json))))
    fields.append(.init("rounds", .array(rounds.map(\.json))))
    return .object(fields)
  }
}

package import Monitoring

/// What `troupe watch` knows of a run at one moment.
package struct WatchedRun {
  package enum Status: Hashable {
    case live
    case over
    /// Nothing has come for so many seconds.
    case silent(seconds: Double)
    /// Nobody answers, for this reason.
    case lost(String)
  }

  /// The environment, the seed and the place.
  package var title = ""
  package var place = ""
  package var goal = GoalForecast()
  package var status = Status.live
  package var address: String?
  /// Nil where only files are read, which say nothing of single actors.
  package var actors: [ActorRow]?
  package var rounds: [RoundTimeline] = []
  package private(set) var updates: [WatchedUpdate] = []
  private static let updateLimit = 4000

  package init() {}

  package var newest: WatchedUpdate? { updates.last }

  /// Adds what is newer than all that is known; every second of the old ones goes when there are too many.
  package mutating func add(_ later: [WatchedUpdate]) {
    for update in later where update.version > newest?.version ?? 0 { updates.append(update) }
    guard updates.count > Self.updateLimit, let newest else { return }
    updates = stride(from: 0, to: updates.count - 1, by: 2).map { updates[$0] } + [newest]
  }

  package mutating func forget() { updates = [] }

  /// Mean returns of the latest updates, the newest last.
  package func returns(count: Int) -> [Double] {
    updates.suffix(count).compactMap { $0[.meanReturn] }
  }

  /// The same as the progress display of the run itself has.
  package var progress: Progress? {
    guard let newest, let first = updates.first else { return nil }
    // A resumed run counts its seconds from its own start.
    let seconds = newest[.elapsedSeconds] ?? 0
    let begun = (first[.elapsedSeconds] ?? 0) < seconds ? first : newest
    let count = Double(newest.version - begun.version)
    let perUpdate = count > 0 ? (seconds - (begun[.elapsedSeconds] ?? 0)) / count : nil
    return Progress(
      update: newest.version, lastUpdate: goal.lastUpdate, meanReturn: newest[.meanReturn],
      goalReturn: goal.goalReturn,
      secondsLeft: status == .over
        ? nil
        : perUpdate.flatMap { perUpdate in
          goal.updatesLeft(at: newest.version, history: returns(count: 30)).map { $0 * perUpdate }
        },
      stepsPerSecond: newest[.stepsPerSecond] ?? 0, actors: Int(newest[.actors] ?? 0),
      learnerWaitingShare: newest[.learnerWaitingShare] ?? 0,
      actorWaitingShare: newest[.actorWaitingShare] ?? 0)
  }
}

/// One line of a run's metrics.
package struct WatchedUpdate: Hashable, Sendable {
  package let version: Int
  private let numbers: [String: Double]

  /// Nil for what has no version.
  package init?(_ line: [String: Double?]) {
    guard let version = line[MetricName.version.rawValue].flatMap(\.self),
      let whole = Int(exactly: version)
    else { return nil }
    self.version = whole
    numbers = line.compactMapValues(\.self)
  }

  package subscript(name: MetricName) -> Double? { numbers[name.rawValue] }
}

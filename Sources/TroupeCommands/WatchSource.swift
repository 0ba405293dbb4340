import Cluster
import Dashboard
import FoundationEssentials
import Learning
import Monitoring

/// Where `troupe watch` gets its news from.
protocol WatchSource {
  /// Brings the run up to date. What goes wrong for the moment becomes its status.
  ///
  /// - Throws: when there is nothing to wait for.
  mutating func look(at run: inout WatchedRun) throws(RoleFailure)
}

/// The directory of a run on this machine, whose `metrics.jsonl` is read as it grows.
struct RunDirectorySource: WatchSource {
  private let recorded: RecordedRun
  private var offset = 0
  private var lastNews = ContinuousClock.now
  private static let patience = Duration.seconds(30)

  init(_ recorded: RecordedRun) { self.recorded = recorded }

  mutating func look(at run: inout WatchedRun) throws(RoleFailure) {
    let directory = recorded.directory
    run.title = "\(recorded.configuration.environment), seed \(recorded.configuration.seed)"
    run.place = directory
    run.goal = GoalForecast(
      lastUpdate: recorded.settings.goal.updates, goalReturn: recorded.settings.goal.untilReturn)
    let isRunning = OpenFile.exists(RunDirectory.addressPath(in: directory))
    let path = RunDirectory.metricsPath(in: directory)
    if OpenFile.exists(path) {
      do throws(FileError) {
        try read(path, into: &run)
      } catch {
        throw error.roleFailure
      }
    }
    let silence = ContinuousClock.now - lastNews
    run.status =
      !isRunning ? .over : silence > Self.patience ? .silent(seconds: silence / .seconds(1)) : .live
  }

  private mutating func read(_ path: String, into run: inout WatchedRun) throws(FileError) {
    guard let bytes = try OpenFile.readAll(path, from: offset, limit: 1 << 30) else {
      // The run was resumed, and its metrics cut back to a checkpoint.
      offset = 0
      return run.forget()
    }
    // Half a line is read when it is whole.
    guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return }
    offset += end + 1
    let updates = MetricsLines.updates(in: bytes[...end])
    guard !updates.isEmpty else { return }
    if let first = updates.first, let newest = run.newest, first.version <= newest.version {
      run.forget()
    }
    run.add(updates)
    lastNews = .now
  }
}

/// The HTTP port of a learner anywhere.
struct LearnerPageSource: WatchSource {
  private let page: LearnerPage
  private var isKnown = false

  init(_ page: LearnerPage) { self.page = page }

  private struct State: Decodable {
    let ended: Bool
    let environment: String?
    let seed: UInt64?
    let directory: String?
    let address: String?
    let goalReturn: Double?
    let lastUpdate: Int?
    let actors: [ActorRow]
    let rounds: [RoundTimeline]

    enum CodingKeys: String, CodingKey {
      case ended, environment, seed, directory, address, actors, rounds
      case goalReturn = "goal_return"
      case lastUpdate = "last_update"
    }
  }

  mutating func look(at run: inout WatchedRun) throws(RoleFailure) {
    let state: State
    let lines: [UInt8]
    do throws(PageError) {
      let body = try page.get("/api/state")
      lines = try page.get("/api/updates?after=\(run.newest?.version ?? 0)")
      guard let decoded = try? JSONDecoder().decode(State.self, from: Data(body)) else {
        throw PageError(description: "\(page) is not the page of a learner")
      }
      state = decoded
    } catch {
      guard isKnown else { throw RoleFailure(.unavailable, "\(error)") }
      // A learner ends with its page; whether it will be resumed nobody knows here.
      if run.status != .over { run.status = .lost("\(error)") }
      return
    }
    isKnown = true
    run.title =
      "\(state.environment ?? "a run that begins")" + (state.seed.map { ", seed \($0)" } ?? "")
    run.place = "\(page) \(state.directory ?? "")"
    run.goal = GoalForecast(lastUpdate: state.lastUpdate, goalReturn: state.goalReturn)
    run.address = state.address
    run.actors = state.actors
    run.rounds = state.rounds
    run.add(MetricsLines.updates(in: lines[...]))
    run.status = state.ended ? .over : .live
  }
}

private enum MetricsLines {
  static func updates(in bytes: ArraySlice<UInt8>) -> [WatchedUpdate] {
    let decoder = JSONDecoder()
    return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
      (try? decoder.decode([String: Double?].self, from: Data(line))).flatMap(WatchedUpdate.init)
    }
  }
}

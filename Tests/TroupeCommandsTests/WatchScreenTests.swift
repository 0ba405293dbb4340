import Monitoring
import Testing
import TroupeCommands

@Suite struct WatchScreenTests {
  private static let actor = ActorRow(
    id: "00112233aabbccdd", host: "node-1.example", pid: 4242, condition: "live", isLate: false,
    lanes: 64, stepsPerSecond: 1_234_567, shareOfSlots: 0.51, heldSlots: 12, lastHeardSeconds: 0.25)

  private static let round = RoundTimeline(
    version: 40, seconds: 0.1, broadcasting: 0.01, waiting: 0.06, computing: 0.03,
    actors: [.init(actor: actor.id, lastArrival: 0.07, played: 0.06, episodes: 5)])

  private func run(updateCount: Int = 40) -> WatchedRun {
    var run = WatchedRun()
    run.title = "cartpole, seed 3"
    run.place = "runs/cartpole-seed3"
    run.goal = GoalForecast(lastUpdate: 100, goalReturn: 475)
    run.actors = [Self.actor]
    run.rounds = [Self.round]
    run.add((1...updateCount).compactMap { WatchedUpdate(Self.line(version: Double($0))) })
    return run
  }

  private static func line(version: Double) -> [String: Double?] {
    [
      "version": version, "elapsed_seconds": version / 2, "mean_return": version * 10,
      "steps_per_second": 950_000, "actors": 1, "learner_waiting_share": 0.5,
      "learner_computing_share": 0.25, "learner_broadcasting_share": 0.1,
      "actor_waiting_share": 0.75, "on_policy_mismatches": 0, "entropy": nil,
    ]
  }

  private func texts(_ run: WatchedRun, _ columns: Int, _ rows: Int) -> [String] {
    WatchScreen(run: run, columns: columns, rows: rows).lines.map(\.plainText)
  }

  @Test("everything has a place", arguments: [(80, 24), (140, 40), (100, 30)])
  func whole(columns: Int, rows: Int) {
    let lines = texts(run(), columns, rows)
    #expect(lines.count <= rows)
    #expect(lines.count >= rows - 3, "no room is wasted: \(lines.count)")
    #expect(lines.allSatisfy { $0.count <= columns }, "\(lines.map(\.count))")
    let text = lines.joined(separator: "\n")
    for part in [
      "cartpole, seed 3", "live", "update 40/100", "return 400.0 of 475.0", "left", "mean return",
      "●", "learner waits", "50%", "75%", "round of update 40", "100.0 ms", "00112233aabbccdd",
      "node-1.exa", "4242", "1.23M", "51%", columns < 100 ? " held   heard" : "last heard",
      " 0.3 s",
      "q ends",
    ] {
      #expect(text.contains(part), "\(part)\n\(text)")
    }
  }

  @Test("a small terminal shows the curve, and never more lines than it has")
  func small() {
    for rows in 5...30 {
      for columns in [20, 40, 79] { #expect(texts(run(), columns, rows).count <= rows) }
    }
    #expect(texts(run(), 60, 14).contains { $0.contains("●") })
  }

  @Test("the round is drawn to scale, who waits and who does not")
  func timeline() throws {
    let lines = texts(run(), 120, 40)
    let first = try #require(lines.firstIndex { $0.hasPrefix("round of update") })
    let learner = lines[first + 1].dropFirst(18)
    let actor = lines[first + 2].dropFirst(18)
    func share(_ mark: Character, _ line: Substring) -> Double {
      Double(line.count { $0 == mark }) / Double(line.count)
    }
    #expect(abs(share("▓", learner) - 0.1) < 0.02 && abs(share("█", learner) - 0.3) < 0.02)
    #expect(abs(share("█", actor) - 0.6) < 0.02 && actor.first == "░" && actor.last == "░")
  }

  @Test("what is wrong is said")
  func trouble() {
    var run = run()
    run.status = .lost("nobody answers at http://a:1")
    #expect(texts(run, 80, 24)[0].hasSuffix("nobody answers at http://a:1"))
    run.status = .silent(seconds: 31.5)
    #expect(texts(run, 80, 24)[0].hasSuffix("silent for 31 s"))
    run.actors = []
    run.address = "tcp://10.0.0.1:5555"
    #expect(
      texts(run, 100, 24).contains {
        $0.contains("start one with: troupe actor --connect tcp://10.0.0.1:5555")
      })
    #expect(texts(WatchedRun(), 80, 24).contains("no update yet"))
  }

  @Test("the time left is that of the updates that were seen")
  func timeLeft() throws {
    var run = WatchedRun()
    run.goal = GoalForecast(lastUpdate: 100)
    // The run had made 1,000 s of updates before this page was opened.
    run.add(
      (61...80).compactMap {
        WatchedUpdate(["version": Double($0), "elapsed_seconds": 1000 + 3 * Double($0)])
      })
    #expect(run.progress?.secondsLeft == 60)
    run.status = .over
    #expect(run.progress?.secondsLeft == nil)
  }

  @Test("an update is counted once, and old ones are thinned out")
  func updates() {
    var run = run(updateCount: 3)
    run.add((2...5).compactMap { WatchedUpdate(["version": Double($0)]) })
    #expect(run.updates.map(\.version) == [1, 2, 3, 4, 5])
    run.add((6...4001).compactMap { WatchedUpdate(["version": Double($0)]) })
    #expect(run.updates.count == 2001 && run.updates.last?.version == 4001)
    #expect(WatchedUpdate(["entropy": 1]) == nil && WatchedUpdate(["version": nil]) == nil)
  }
}

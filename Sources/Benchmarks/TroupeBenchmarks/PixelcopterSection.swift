import Environments
import Policies
import RL
import Wire

/// 50,000 episodes of Pixelcopter with the course's network, learning rate and discount, 16 episodes an update.
enum PixelcopterSection {
  private static let episodeCount = 50_000
  private static let episodesPerUpdate = 16
  private static let actorCount = 2

  static func measure(_ effort: Effort, troupe: String) throws -> [Figure] {
    let wholeUpdates = episodeCount / episodesPerUpdate
    let updates = effort.isQuick ? 300 : wholeUpdates
    func run(_ arguments: [String]) throws -> TrainingRun {
      try TrainingRun(
        troupe,
        ["pixelcopter"] + arguments + [
          "--actors", "\(actorCount)", "--episodes-per-update", "\(episodesPerUpdate)", "--updates",
          "\(updates)", "--until-return", "none", "--evaluate-every", "none",
        ], interval: 0.02, watchesUsage: false)
    }
    let course = try run(["--preset", "pixelcopter-course"])
    let waiting = try run([
      "--hidden", "64,128", "--activation", "relu", "--learning-rate", "0.0001", "--discount",
      "0.99", "--baseline", "standardize", "--no-normalize-advantages",
    ])
    func figures(_ run: TrainingRun, _ name: String, goal: Goal?, note: String) -> [Figure] {
      let steps = run.updates.reduce(0) { $0 + $1.steps }
      return [
        Figure(
          "50,000 episodes\(name)", [run.seconds * Double(wholeUpdates) / Double(updates)], "s",
          goal: goal, note: "\(shortText(steps)) steps\(note)"),
        Figure("end to end\(name)", [steps / run.seconds], "steps/s"),
      ]
    }
    return figures(course, "", goal: .atMost(6), note: "")
      + [
        Figure(
          "lanes that play", try occupancies(of: course).map { 100 * $0 }, "%",
          note: "of \(episodesPerUpdate / actorCount) for as many episodes an actor")
      ]
      + figures(
        waiting, ", gradients of whole rounds", goal: nil, note: ", observations normalised")
  }

  /// The share of lanes that play, over the ticks of an actor's part of a round, with the policy that the run
  /// ended with.
  private static func occupancies(of run: TrainingRun) throws -> [Double] {
    let environment = EnvironmentSpecification(Pixelcopter.self)
    let policy = MLPPolicy(
      observationSize: environment.observationSize, actionSpace: environment.actionSpace,
      configuration: PolicyConfiguration(hidden: [64, 128], activation: .relu))
    guard let file = run.policyFile else { throw BenchmarkError("a run left no policy") }
    let parameters = try PolicyFile(decoding: file).parameters(layout: policy.parameterLayout)
    let laneCount = episodesPerUpdate / actorCount
    var rollout = Rollout(environment: environment, policy: policy, laneLimit: laneCount, seed: 3)
    var block = TrajectoryBlock(
      observationSize: policy.observationSize, actionSize: policy.actionSpace.actionSize)
    return try (1...50).map { (version: UInt32) in
      let snapshot = PolicySnapshot(version: PolicyVersion(version), parameters: parameters)
      rollout.begin(RoundID(version: snapshot.version, kind: .training), snapshot: snapshot)
      // It is asked after every episode, too.
      var (slots, tickCount) = ((0..<laneCount)[...], -laneCount)
      let before = rollout.stepCount
      try rollout.advance(
        while: { _ in
          tickCount += 1
          return true
        }, nextSlot: { slots.popFirst() }, finished: { _ in false }, into: &block)
      return Double(rollout.stepCount - before) / Double(tickCount * laneCount)
    }
  }
}

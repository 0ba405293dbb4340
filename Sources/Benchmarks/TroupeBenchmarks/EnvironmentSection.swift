import Environments
import RL
import Workloads

/// Steps a second of one core for every environment, by itself and on lanes, episodes begun anew as
/// they end. Actions are random.
enum EnvironmentSection {
  private static let laneCount = 128

  static func measure(_ effort: Effort) -> [Figure] {
    BuiltInEnvironments.all.flatMap { environment in
      [
        Figure(
          "\(environment.name) scalar",
          (0..<effort.repetitions).map { _ in scalarRate(environment, effort) }, "steps/s"),
        Figure(
          "\(environment.name) \(laneCount) lanes",
          (0..<effort.repetitions).map { _ in laneRate(environment, effort) }, "steps/s"),
      ]
    }
  }

  /// A table of actions for `laneCount` lanes, one matrix after the other.
  private static func actions(of space: ActionSpace, count: Int) -> [Float] {
    var numbers = TestNumbers()
    return (0..<count * space.actionSize * laneCount).map { _ in
      if case .discrete(let choices) = space {
        Float(Int(numbers.word()) % choices)
      } else {
        numbers.float()
      }
    }
  }

  private static func scalarRate<E: Environment>(_ type: E.Type, _ effort: Effort) -> Double {
    var environment = E()
    let size = environment.actionSpace.actionSize
    let stepLimit = environment.stepLimit
    let table = actions(of: environment.actionSpace, count: 8)
    var observation = [Float](repeating: 0, count: environment.observationSize)
    var slot = 0
    var step = stepLimit
    return Stopwatch.rate(seconds: effort.seconds) {
      var view = observation.mutableSpan
      for index in 0..<2000 {
        if step >= stepLimit {
          slot += 1
          step = 0
          var random = RandomStream(
            seed: 1, version: .initial, slot: slot, kind: .training, purpose: .reset)
          environment.reset(using: &random, observation: &view)
        }
        var random = RandomStream(
          seed: 1, version: .initial, slot: slot, kind: .training, purpose: .dynamics, step: step)
        let matrix = table.span.extracting(
          index % 8 * size * laneCount..<(index % 8 + 1) * size * laneCount)
        let action = E.Action.read(
          matrix, actionSize: size, lane: index / 8 % laneCount, stride: laneCount)
        let result = environment.step(action, using: &random, observation: &view)
        step = result.end == nil ? step + 1 : stepLimit
      }
      return 2000
    }
  }

  private static func laneRate<E: Environment>(_ type: E.Type, _ effort: Effort) -> Double {
    let prototype = E()
    let stepLimit = prototype.stepLimit
    let size = prototype.actionSpace.actionSize
    let table = actions(of: prototype.actionSpace, count: 8)
    var lanes = E.makeLanes(laneCount: laneCount)
    var observations = [Float](repeating: 0, count: prototype.observationSize * laneCount)
    var rewards = [Float](repeating: 0, count: laneCount)
    var ends = [UInt8](repeating: 0, count: laneCount)
    var streams = LaneStreams(
      seed: 1, version: .initial, kind: .training, laneCount: laneCount)
    var slot = 0
    func reset(_ lane: Int, _ observations: inout MutableSpan<Float>) {
      slot += 1
      streams.slots[lane] = UInt32(slot)
      streams.steps[lane] = 0
      var random = streams.stream(lane: lane, purpose: .reset)
      lanes.reset(lane: lane, using: &random, observations: &observations, stride: laneCount)
    }
    var first = observations.mutableSpan
    for lane in 0..<laneCount { reset(lane, &first) }
    return Stopwatch.rate(seconds: effort.seconds) {
      var view = observations.mutableSpan
      var rewardView = rewards.mutableSpan
      var endView = ends.mutableSpan
      for tick in 0..<40 {
        let matrix = table.span.extracting(
          tick % 8 * size * laneCount..<(tick % 8 + 1) * size * laneCount)
        lanes.step(
          laneCount: laneCount, actions: matrix, streams: streams, observations: &view,
          stride: laneCount, rewards: &rewardView, ends: &endView)
        for lane in 0..<laneCount {
          streams.steps[lane] += 1
          if endView[lane] != 0 || Int(streams.steps[lane]) >= stepLimit { reset(lane, &view) }
        }
      }
      return Double(40 * laneCount)
    }
  }
}

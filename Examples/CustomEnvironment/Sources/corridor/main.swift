import RL
import TroupeCommands

/// Walk to the right end of a corridor. Every step costs a little, so that the shortest way pays most.
struct Corridor: Environment {
  static let name = "corridor"
  let length = 8
  private var position = 0

  var observationSize: Int { 1 }
  /// 0 walks to the left, 1 to the right.
  var actionSpace: ActionSpace { .discrete(count: 2) }
  var stepLimit: Int { 200 }

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    position = random.index(below: length)
    observation[0] = Float(position) / Float(length)
  }

  mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    position = max(0, position + (action == 1 ? 1 : -1))
    observation[0] = Float(position) / Float(length)
    return position >= length ? StepResult(reward: 1, end: .terminated) : StepResult(reward: -0.01)
  }
}

TroupeCommand.main(environments: [Corridor.self])

import RL

/// Ends with its first step: what remains of a round is its coordination.
struct OneStep: Environment {
  static let name = "one-step"
  var observationSize: Int { 1 }
  var actionSpace: ActionSpace { .discrete(count: 2) }
  var stepLimit: Int { 1 }

  init() {}

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    observation[0] = 1
  }

  mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    observation[0] = 1
    return StepResult(reward: Float(action), end: .terminated)
  }
}

public import RL

/// One decision: the short arm pays 1 at once, the long one 2 after twenty steps. With equal
/// probabilities the gradient of the return is +0.25 towards the long arm, and any collection of episodes
/// that prefers those that end early finds it to be negative.
public struct TwoArms: Environment {
  public static let name = "two-arms"
  /// Steps of the long arm.
  public static let longArm = 20

  public static var description: EnvironmentDescription {
    EnvironmentDescription(
      summary: "choose between a short arm that pays 1 and a long one that pays 2",
      specification: "Troupe; only the first action counts",
      rewardRange: 0...2, observationNames: ["1 at the decision, 0 afterwards"],
      actionNames: ["short arm", "long arm"])
  }

  public let observationSize = 1
  public let actionSpace = ActionSpace.discrete(count: 2)
  public let stepLimit = 20
  public let rewardThreshold: Double? = 1.95
  private(set) var step = 0
  private(set) var hasTakenShortArm = false

  public init() {}

  public mutating func reset(
    using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) {
    step = 0
    hasTakenShortArm = false
    observation[0] = 1
  }

  public mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    observation[0] = 0
    step += 1
    if step == 1, action == 0 {
      hasTakenShortArm = true
      return StepResult(reward: 1, end: .terminated)
    }
    return step == Self.longArm ? StepResult(reward: 2, end: .terminated) : StepResult(reward: 0)
  }
}

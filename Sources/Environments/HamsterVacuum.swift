public import RL

/// HamsterVacuum-v0: find the dust with a sensor that knows two different cells by one name.
///
/// A corridor of five cells, 0 to 4. Below the middle one lies the dust, below each end sleeps a
/// hamster. The sensor sees the walls of a cell and nothing else, so cells 1 and 3, with the dust on
/// opposite sides, look alike: the best policy without memory tosses a coin there.
///
/// Source: Troupe's own, after the aliased grid world of David Silver's lecture 7 and the hamsters of
/// the Hugging Face course, unit 4.
public struct HamsterVacuum: Environment {
  public static let name = "hamster"
  public static var description: EnvironmentDescription {
    EnvironmentDescription(
      summary: "find the dust where two cells look alike",
      specification: "Troupe, HamsterVacuum-v0",
      rewardRange: -1...1,
      observationNames: [
        "wall to the north", "wall to the east", "wall to the south", "wall to the west",
      ],
      actionNames: ["north", "east", "south", "west"])
  }

  /// The cell of the corridor, 0 to 4 from west to east; at the end of an episode the one left.
  package var cell = 0

  public init() {}

  public var observationSize: Int { 4 }
  public var actionSpace: ActionSpace { .discrete(count: 4) }
  public var stepLimit: Int { 100 }

  public mutating func reset(
    using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) {
    cell = random.index(below: 5)
    observe(into: &observation)
  }

  public mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    var result = StepResult(reward: 0)
    switch action {
    case 1: cell = min(cell + 1, 4)
    case 3: cell = max(cell - 1, 0)
    case 2 where cell % 2 == 0:
      result = StepResult(reward: cell == 2 ? 1 : -1, end: .terminated)
    default: break
    }
    observe(into: &observation)
    return result
  }

  private func observe(into observation: inout MutableSpan<Float>) {
    observation[0] = 1
    observation[1] = cell == 4 ? 1 : 0
    observation[2] = cell % 2 == 1 ? 1 : 0
    observation[3] = cell == 0 ? 1 : 0
  }
}

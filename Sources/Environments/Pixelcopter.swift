public import RL

/// Pixelcopter-PLE-v0: fly a helicopter through a cave, around the blocks in it. Action 0 climbs,
/// action 1 falls.
///
/// Flying costs nothing; each column of the cave and each block left behind pays 1, the crash costs 5.
/// The original has no step limit; the limit here is the one that the Hugging Face course trains and
/// evaluates with, and truncates. Observation: height and speed, distances to ceiling and floor, distance
/// to the next block, its centre and its lower edge, in pixels.
///
/// Source: PyGame Learning Environment `Pixelcopter` at 48 × 48 and gym-games 2.0, with the rounding of
/// pygame 2.3 to 2.6: half a pixel away from zero.
public struct Pixelcopter: Environment {
  public static let name = "pixelcopter"
  public static var description: EnvironmentDescription {
    PixelcopterCave.description(specification: "PLE with pygame 2.5.2, Pixelcopter-PLE-v0")
  }

  package var cave = PixelcopterCave(rounding: .nearest)

  public init() {}

  public var observationSize: Int { 7 }
  public var actionSpace: ActionSpace { .discrete(count: 2) }
  public var stepLimit: Int { 10_000 }

  public mutating func reset(
    using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) {
    cave.reset(using: &random, observation: &observation)
  }

  public mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    cave.step(action, using: &random, observation: &observation)
  }
}

/// ``Pixelcopter`` as older versions of pygame, and pygame-ce, play it: pixels are cut off, not rounded.
public struct TruncatingPixelcopter: Environment {
  public static let name = "pixelcopter-trunc"
  public static var description: EnvironmentDescription {
    PixelcopterCave.description(specification: "PLE with pygame 2.1.3, Pixelcopter-PLE-v0")
  }

  package var cave = PixelcopterCave(rounding: .towardZero)

  public init() {}

  public var observationSize: Int { 7 }
  public var actionSpace: ActionSpace { .discrete(count: 2) }
  public var stepLimit: Int { 10_000 }

  public mutating func reset(
    using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) {
    cave.reset(using: &random, observation: &observation)
  }

  public mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    cave.step(action, using: &random, observation: &observation)
  }
}

extension PixelcopterCave {
  fileprivate static func description(specification: String) -> EnvironmentDescription {
    EnvironmentDescription(
      summary: "fly a helicopter through a cave", specification: specification,
      rewardRange: -5...2,
      observationNames: [
        "height from the top", "speed downwards", "distance to the ceiling",
        "distance to the floor", "distance to the next block", "centre of that block",
        "lower edge of that block",
      ],
      actionNames: ["climb", "fall"])
  }

  fileprivate mutating func reset(
    using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) {
    var draws = StreamDraws(random: random)
    reset(drawing: &draws)
    random = draws.random
    Self.write(self.observation, into: &observation)
  }

  fileprivate mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    var draws = StreamDraws(random: random)
    let reward = step(climbing: action == 0, drawing: &draws)
    random = draws.random
    Self.write(self.observation, into: &observation)
    return StepResult(reward: Float(reward), end: isOver ? .terminated : nil)
  }

  private static func write(
    _ values: SIMD8<Double>, into observation: inout MutableSpan<Float>
  ) {
    for index in 0..<7 { observation[index] = Float(values[index]) }
  }
}

/// The draws of an episode from its stream.
///
/// One word for each number: a step may draw 64 words, and a new stretch of cave takes 51 numbers.
private struct StreamDraws: PixelcopterDraws {
  var random: RandomStream

  private mutating func uniform() -> Double { Double(random.nextWord()) * 0x1p-32 }

  mutating func block() -> (x: Int, y: Int) {
    let x = 48 + random.index(below: 24)
    return (x, 12 + random.index(below: 24))
  }

  mutating func terrain() -> PixelcopterTerrain {
    var terrain = PixelcopterTerrain()
    terrain.frequencyOffset = -0.01 + 0.02 * uniform()
    for index in 0..<48 { terrain.phases[index] = 0.5 * uniform() }
    return terrain
  }
}

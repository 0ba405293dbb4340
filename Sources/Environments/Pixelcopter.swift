public import RL

/// A version of Pixelcopter-PLE-v0: fly a helicopter through a cave, around the blocks in it. Action 0
/// climbs, action 1 falls.
///
/// Flying costs nothing; each column of the cave and each block left behind pays 1, the crash costs 5.
/// The original has no step limit; the limit here is the one that the Hugging Face course trains and
/// evaluates with, and truncates. Observation: height and speed, distances to ceiling and floor, distance
/// to the next block, its centre and its lower edge, in pixels.
///
/// Versions differ in how pygame makes pixels of positions, and in nothing else. A protocol rather than a
/// generic type: what a concrete type conforms with is specialised for it.
///
/// Source: PyGame Learning Environment `Pixelcopter` at 48 × 48 and gym-games 2.0.
public protocol PixelcopterVersion: Environment where Action == Int {
  /// The pygame that plays so.
  static var pygameVersion: String { get }
  var cave: PixelcopterCave { get set }
}

/// Pixelcopter with the rounding of pygame 2.3 to 2.6: half a pixel away from zero.
public struct Pixelcopter: PixelcopterVersion {
  public static let name = "pixelcopter"
  public static let pygameVersion = "2.5.2"
  public var cave = PixelcopterCave(rounding: .nearest)

  public init() {}
}

/// Pixelcopter as older versions of pygame, and pygame-ce, play it: pixels are cut off, not rounded.
public struct TruncatingPixelcopter: PixelcopterVersion {
  public static let name = "pixelcopter-trunc"
  public static let pygameVersion = "2.1.3"
  public var cave = PixelcopterCave(rounding: .towardZero)

  public init() {}
}

extension PixelcopterVersion {
  public static var description: EnvironmentDescription {
    EnvironmentDescription(
      summary: "fly a helicopter through a cave",
      specification: "PLE with pygame \(pygameVersion), Pixelcopter-PLE-v0",
      rewardRange: -5...2,
      observationNames: [
        "height from the top", "speed downwards", "distance to the ceiling",
        "distance to the floor", "distance to the next block", "centre of that block",
        "lower edge of that block",
      ],
      actionNames: ["climb", "fall"])
  }

  public var observationSize: Int { 7 }
  public var actionSpace: ActionSpace { .discrete(count: 2) }
  public var stepLimit: Int { 10_000 }

  public mutating func reset(
    using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) {
    var draws = StreamDraws(random: random)
    cave.reset(drawing: &draws)
    random = draws.random
    write(cave.observation, into: &observation)
  }

  public mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    var draws = StreamDraws(random: random)
    let reward = cave.step(climbing: action == 0, drawing: &draws)
    random = draws.random
    write(cave.observation, into: &observation)
    return StepResult(reward: Float(reward), end: cave.isOver ? .terminated : nil)
  }

  private func write(_ values: SIMD8<Double>, into observation: inout MutableSpan<Float>) {
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

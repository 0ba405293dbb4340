internal import Kernels
public import RL

/// MountainCarContinuous-v0: drive an underpowered car out of a valley, with little effort.
///
/// Mixed precision, as Gymnasium computes it: the first step after a reset starts from a position in
/// double precision, and every step stores its result in single, so that all later arithmetic is in
/// single but for the cosine and for clipped actions. Observation: position, velocity.
///
/// Source: Gymnasium 1.4 `MountainCarContinuous-v0`.
public struct MountainCarContinuous: Environment {
  public typealias Action = Float

  public static let name = "mountaincar-continuous"
  public static var description: EnvironmentDescription {
    EnvironmentDescription(
      summary: "drive an underpowered car out of a valley",
      specification: "Gymnasium 1.4, MountainCarContinuous-v0",
      // The effort is charged on the action before clipping.
      rewardRange: -Double.infinity...100, observationNames: ["position", "velocity"],
      actionNames: ["force"])
  }

  package private(set) var position = 0.0
  package private(set) var velocity = 0.0
  /// Whether the position comes from a reset and is in double precision.
  private var isFresh = true

  public init() {}

  public var observationSize: Int { 2 }
  public var actionSpace: ActionSpace { .box(low: [-1], high: [1]) }
  public var stepLimit: Int { 999 }
  public var rewardThreshold: Double? { 90 }

  public mutating func reset(
    using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) {
    start(position: random.uniform(from: -0.6, to: -0.4))
    observe(into: &observation)
  }

  package mutating func start(position: Double) {
    self.position = position
    velocity = 0
    isFresh = true
  }

  /// Continues as after a step that ended here.
  package mutating func resume(position: Float, velocity: Float) {
    self.position = Double(position)
    self.velocity = Double(velocity)
    isFresh = false
  }

  public mutating func step(
    _ action: Float, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    let (reward, isAtGoal) = advance(action: action)
    observe(into: &observation)
    return StepResult(reward: Float(reward), end: isAtGoal ? .terminated : nil)
  }

  package mutating func advance(action: Float) -> (reward: Double, isAtGoal: Bool) {
    let isAtGoal = isFresh ? advanceFresh(action) : advanceStored(action)
    isFresh = false
    let effort = Double(action) * Double(action) * 0.1
    return ((isAtGoal ? 100 : 0) - effort, isAtGoal)
  }

  /// The acceleration, rounded to single precision unless the action was clipped.
  private func acceleration(_ action: Float, tripledPosition: Double) -> Double {
    let slope = 0.0025 * Elementary.cos(tripledPosition)
    if action >= -1 && action <= 1 { return Double(action * Float(0.0015) - Float(slope)) }
    return (action < 0 ? -1.0 : 1.0) * 0.0015 - slope
  }

  private mutating func advanceFresh(_ action: Float) -> Bool {
    var v = velocity + acceleration(action, tripledPosition: 3 * position)
    v = v > 0.07 ? 0.07 : v < -0.07 ? -0.07 : v
    var p = position + v
    p = p > 0.6 ? 0.6 : p < -1.2 ? -1.2 : p
    if p == -1.2 && v < 0 { v = 0 }
    position = Double(Float(p))
    velocity = Double(Float(v))
    return p >= 0.45 && v >= 0
  }

  private mutating func advanceStored(_ action: Float) -> Bool {
    let stored = Float(position)
    var v = Float(velocity) + Float(acceleration(action, tripledPosition: Double(3 * stored)))
    v = v > 0.07 ? 0.07 : v < -0.07 ? -0.07 : v
    var p = stored + v
    p = p > 0.6 ? 0.6 : p < -1.2 ? -1.2 : p
    if p == -1.2 && v < 0 { v = 0 }
    position = Double(p)
    velocity = Double(v)
    return p >= 0.45 && v >= 0
  }

  private func observe(into observation: inout MutableSpan<Float>) {
    observation[0] = Float(position)
    observation[1] = Float(velocity)
  }
}
